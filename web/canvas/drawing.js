/** Whether the canvas is drawn at all; where it is not, a banner with what can be done. */

import { icon, make, setText } from "../ui/dom.js";
import { text } from "../text/canvas.js";
import { text as panels } from "../text/panels/elements.js";

/** @import {DrawGuard} from "./drawguard.js" */
/** @import {CanvasView} from "./view.js" */

/**
 * @typedef {object} DrawingHooks
 * @property {() => boolean} mayEdit
 * @property {() => void} list show the elements as a list
 * @property {() => Promise<boolean>} clear ask, and remove everything; whether that was done
 */

/** So long the page has to answer after it has drawn, before that counts as survived. */
const CALM_MS = 2_000;

export class Drawing {
  #canvas;
  #view;
  #guard;
  #hooks;
  #words = make("p", {});
  #banner = make("section", { class: "undrawn-banner", "aria-label": text.notDrawn, hidden: "" });
  #status = make("p", { class: "unseen", role: "status" });
  #clear = make("button", { type: "button", class: "small", "data-action": "clear-canvas" }, icon("trash"), panels.clearCanvas);
  #held = false;
  #calming = false;

  /**
   * @param {HTMLElement} canvas
   * @param {CanvasView} view
   * @param {DrawGuard} guard
   * @param {boolean} byAddress the address of the page says not to draw
   * @param {DrawingHooks} hooks
   */
  constructor(canvas, view, guard, byAddress, hooks) {
    this.#canvas = canvas;
    this.#view = view;
    this.#guard = guard;
    this.#hooks = hooks;
    const draw = make("button", { type: "button", class: "primary small", "data-action": "draw-canvas" }, text.drawNow);
    const list = make("button", { type: "button", class: "small", "data-action": "list-elements" }, icon("list"), text.listElements);
    draw.addEventListener("click", () => this.#draw());
    list.addEventListener("click", hooks.list);
    this.#clear.addEventListener("click", async () => {
      if (await hooks.clear()) this.#draw();
    });
    const title = make("p", { class: "undrawn-title" }, icon("picture"), text.notDrawn);
    const buttons = make("div", { class: "undrawn-buttons" }, list, this.#clear, draw);
    this.#banner.append(make("div", {}, title, this.#words), buttons);
    canvas.append(this.#banner, this.#status);
    view.whenDrawn(() => this.#calm());
    addEventListener("pagehide", () => guard.end());
    if (byAddress) this.#hold(text.notDrawnAsked);
    else if (guard.unfinished) this.#hold(text.notDrawnUnfinished);
  }

  /** A scene is about to be shown. */
  begin() {
    if (!this.#held) this.#guard.begin();
  }

  /** What this person may do has changed. */
  showRights() {
    this.#clear.hidden = !this.#hooks.mayEdit();
  }

  /** @param {string} why */
  #hold(why) {
    this.#held = true;
    this.#show();
    setText(this.#words, why);
    setText(this.#status, `${text.notDrawn}. ${why}`);
    this.#view.hold(true);
  }

  #draw() {
    if (!this.#held) return;
    this.#held = false;
    this.#show();
    setText(this.#status, "");
    this.#guard.begin();
    this.#view.hold(false);
    const address = new URL(location.href);
    address.searchParams.delete("draw");
    history.replaceState(history.state, "", address);
    const stage = this.#canvas.querySelector(".stage");
    if (stage instanceof HTMLElement) stage.focus({ preventScroll: true }); // the button is gone
  }

  #show() {
    this.#banner.hidden = !this.#held;
    this.#canvas.toggleAttribute("data-undrawn", this.#held);
    this.showRights();
  }

  #calm() {
    if (this.#calming || this.#held || !this.#guard.begun) return;
    this.#calming = true;
    setTimeout(() => this.#guard.end(), CALM_MS);
  }
}
