/** The banner over a canvas that shows the past, with the way back. */

import { icon, make, setText } from "../../ui/dom.js";
import { text } from "../../text/panels/history.js";

export class HistoryBanner {
  #node = make("section", { class: "past-banner", "aria-label": text.past, hidden: "" });
  #words = make("p", {});
  #status = make("p", { class: "unseen", role: "status" });
  #restore = make("button", { type: "button", class: "small", "data-action": "restore" }, icon("restore"), text.restore);

  /**
   * @param {HTMLElement} canvas
   * @param {{back: () => void, restore: () => void}} hooks
   */
  constructor(canvas, { back, restore }) {
    const button = make("button", { type: "button", class: "primary small", "data-action": "now" }, text.backToNow);
    button.addEventListener("click", back);
    this.#restore.addEventListener("click", restore);
    const title = make("p", { class: "past-title" }, icon("history"), text.past);
    this.#node.append(make("div", {}, title, this.#words), make("div", { class: "past-buttons" }, this.#restore, button));
    canvas.append(this.#node, this.#status);
  }

  /** @param {string | null} moment in words; `null`: the present */
  show(moment) {
    const was = !this.#node.hidden;
    this.#node.hidden = moment === null;
    if (moment !== null) setText(this.#words, moment);
    // Once for each visit to the past: the slider itself says each moment.
    if (was !== (moment !== null)) setText(this.#status, moment === null ? text.isNow : text.pastAt(moment));
  }

  /** @param {boolean} busy */
  setBusy(busy) {
    this.#restore.disabled = busy;
  }
}
