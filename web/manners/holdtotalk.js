/** Hold of the space bar: who is muted is heard as long as it is held, where it means nothing else. */

import { isComposed } from "../lib/keys.js";

/** What takes the space bar itself: what is written in, pressed, opened or turned by it. */
const TAKES = "input, select, textarea, button, a, summary, dialog, [contenteditable], [role=tab], [role=option], [tabindex='0']:not([data-element-id])";

export class HoldToTalk {
  #hooks;
  #isHeld = false;
  /** What was clicked, and has the focus by that. A key would show the focus there, so it is looked at before. @type {EventTarget | null} */
  #clicked = null;

  /**
   * @param {Pick<EventTarget, "addEventListener">} page
   * @param {{mayTalk: () => boolean, talk: (on: boolean) => void}} hooks `mayTalk`: the person is in a call, and muted
   */
  constructor(page, hooks) {
    this.#hooks = hooks;
    page.addEventListener("keydown", (event) => this.#press(/** @type {KeyboardEvent} */ (event)));
    page.addEventListener("focusin", ({ target }) => {
      this.#clicked = isElement(target) && !target.matches(":focus-visible") ? target : null;
    });
    page.addEventListener("keyup", (event) => {
      if (/** @type {KeyboardEvent} */ (event).code !== "Space") return;
      if (this.#isHeld) event.preventDefault(); // a button that was clicked would be pressed
      this.release();
    });
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (event.code !== "Space") return void (this.#isHeld && event.key === "Escape" && this.release());
    if (this.#isHeld) return event.preventDefault(); // the page would scroll with each repetition
    const { target } = event;
    const isTaken = event.defaultPrevented || event.repeat || isComposed(event) || event.ctrlKey || event.metaKey || event.altKey;
    if (isTaken || this.#isForOthers(target) || !this.#hooks.mayTalk()) return;
    event.preventDefault();
    this.#isHeld = true;
    this.#hooks.talk(true);
  }

  /** @param {EventTarget | null} target */
  #isForOthers(target) {
    const taker = isElement(target) ? target.closest(TAKES) : null;
    // A button that was clicked keeps the focus, and nobody sees that it has it: such as the one that mutes.
    return taker !== null && !(taker.matches("button") && taker === this.#clicked);
  }

  /** The key is up, or where it goes up cannot be seen: the window has lost the focus, or is hidden. */
  release() {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#hooks.talk(false);
  }
}

/** @param {EventTarget | null} target @returns {target is Element} */
function isElement(target) {
  return typeof Element !== "undefined" && target instanceof Element;
}
