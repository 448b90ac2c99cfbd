/** Hints at what is out of sight: a sign on each side where something is, and the way back where nothing is in sight. */

import { make, setText } from "../ui/dom.js";
import { coalesce } from "../lib/coalesce.js";
import { text } from "../text/canvas.js";
import { outOfSight } from "./extent.js";

/** @import {Editable} from "../scene/optimisticscene.js" */
/** @import {Box} from "./geometry.js" */
/** @import {Beyond, Side} from "./extent.js" */
/** @import {Stage} from "./stage.js" */

/** @type {Record<Side, string>} */
const ARROWS = { left: "←", right: "→", up: "↑", down: "↓" };

export class BeyondHints {
  #stage;
  #scene;
  /** @type {Map<Side, {button: HTMLButtonElement, count: HTMLElement}>} */
  #signs = new Map();
  #boundsOf;
  #back = make("button", { type: "button", class: "beyond-back", "data-action": "back-to-content", hidden: "" }, text.backToContent);
  #status = make("p", { class: "unseen", role: "status" });
  /** @type {Partial<Record<Side, Beyond>>} */
  #beyond = {};

  /**
   * @param {HTMLElement} room around the stage
   * @param {Stage} stage
   * @param {Editable} scene
   * @param {(id: string) => Box} boundsOf where an element is drawn
   */
  constructor(room, stage, scene, boundsOf) {
    this.#boundsOf = boundsOf;
    this.#stage = stage;
    this.#scene = scene;
    const group = make("div", { class: "beyond", role: "group", "aria-label": text.outOfSight });
    for (const [side, arrow] of /** @type {[Side, string][]} */ (Object.entries(ARROWS))) {
      const count = make("span", { "aria-hidden": "true" });
      const button = make("button", { type: "button", "data-beyond": side, hidden: "" }, make("span", { "aria-hidden": "true" }, arrow), count);
      button.addEventListener("click", () => this.#showNearest(side));
      this.#signs.set(side, { button, count });
      group.append(button);
    }
    this.#back.addEventListener("click", () => {
      stage.fitAll(this.#boxes());
      stage.frame.focus({ preventScroll: true });
    });
    group.append(this.#back);
    room.append(group, this.#status);
    const look = coalesce(() => this.#look());
    stage.on("settled", look);
    scene.on("changed", look);
    scene.on("replaced", look);
    look();
  }

  #boxes() {
    return [...this.#scene.elements()].map(({ id }) => this.#boundsOf(id));
  }

  #look() {
    const boxes = this.#boxes();
    const { seen, beyond } = outOfSight(boxes, this.#stage.visible());
    this.#beyond = beyond;
    for (const [side, { button, count }] of this.#signs) {
      const number = beyond[side]?.count ?? 0;
      button.hidden = number === 0;
      if (number === 0) continue;
      setText(count, String(number));
      button.setAttribute("aria-label", text.beyond(side, number));
      button.title = text.beyond(side, number);
    }
    const isLost = boxes.length > 0 && seen === 0;
    this.#back.hidden = !isLost;
    setText(this.#status, isLost ? text.nothingInSight : "");
  }

  /** @param {Side} side */
  #showNearest(side) {
    const { nearest } = this.#beyond[side] ?? {};
    if (nearest) this.#stage.reveal(nearest);
  }
}
