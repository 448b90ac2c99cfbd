/** Field above the on-screen keyboard of a phone, in which the text of an element is written in letters that can be read. */

import { byId, make } from "../ui/dom.js";
import { text } from "../text/tools.js";

/** @import {Stage} from "../canvas/stage.js" */

const SMALL = "(max-width: 760px), (max-height: 500px)";

export class TextSheet {
  #node = make("div", { class: "text-sheet", hidden: "" });
  #done = make("button", { type: "button", class: "primary small" }, text.writtenDone);

  /** @param {Stage} stage which keeps what it shows clear of it */
  constructor(stage) {
    const canvas = byId("canvas", HTMLElement);
    this.#node.append(this.#done);
    canvas.append(this.#node);
    stage.reserve(this.#node, "bottom");
  }

  /** This window has no room to write on the canvas itself. */
  get isWanted() {
    return matchMedia(SMALL).matches;
  }

  /** @param {HTMLTextAreaElement} field */
  hold(field) {
    // What leaves the field is done: its button need do no more.
    field.classList.add("in-sheet");
    this.#node.prepend(field);
    this.#node.hidden = false;
  }

  /** The field has gone. */
  hide() {
    this.#node.hidden = true;
  }
}
