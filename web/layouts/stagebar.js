/** The bar that says who has the stage, with the one press that gives it back. */

import { text } from "../text/layouts.js";
import { icon, make, setText } from "../ui/dom.js";

/** @import {Stage} from "../canvas/stage.js" */

export class StageBar {
  #words = make("span", { class: "stagebar-words" });
  #label = make("span");
  #button = make("button", { type: "button", class: "small", "data-action": "give-back" }, icon("shrink"), this.#label);
  #bar = make("div", { class: "stagebar", hidden: "", role: "status" }, this.#words, this.#button);
  /** @type {string | null} */
  #streamId = null;
  #isOverPeople = false;

  /**
   * @param {HTMLElement} room
   * @param {Stage} stage
   * @param {(streamId: string) => void} giveBack
   */
  constructor(room, stage, giveBack) {
    room.append(this.#bar);
    stage.reserve(this.#bar, "top");
    this.#button.addEventListener("click", () => {
      if (this.#streamId === null) return;
      giveBack(this.#streamId);
      const people = this.#isOverPeople ? document.querySelector(".surface-pages") : null;
      (people instanceof HTMLElement ? people : stage.frame).focus({ preventScroll: true });
    });
  }

  /**
   * @param {string | null} streamId that has the stage
   * @param {string} name of it
   * @param {boolean} isOverPeople people have the stage else, and not the canvas
   */
  show(streamId, name, isOverPeople) {
    this.#streamId = streamId;
    this.#isOverPeople = isOverPeople;
    this.#bar.hidden = streamId === null;
    if (streamId === null) return;
    setText(this.#words, name);
    setText(this.#label, isOverPeople ? text.giveBackPeople : text.giveBack);
  }
}
