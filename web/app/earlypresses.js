/**
 * Presses of buttons that the document has, before the code behind them is there: they are done when it is (rule DOR7).
 * The last one of each button counts.
 */

export class EarlyPresses {
  /** @type {Set<HTMLElement>} */
  #buttons = new Set();
  /** @param {Event} event */
  #keep = ({ target }) => {
    const button = target instanceof Element ? target.closest("button") : null;
    if (button) this.#buttons.add(button);
  };

  constructor() {
    addEventListener("click", this.#keep, true);
  }

  /** The code is there, and hears presses itself. */
  repeat() {
    removeEventListener("click", this.#keep, true);
    for (const button of this.#buttons) button.click();
    this.#buttons.clear();
  }
}
