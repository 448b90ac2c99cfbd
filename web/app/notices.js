/** Notices: short messages at the edge of the page, which screen readers read out. */

import { icon, make } from "../ui/dom.js";
import { text } from "../text/calls.js";

const SHOWN_MS = 7_000;
const PROBLEM_SHOWN_MS = 20_000;
/** For each character. */
const READING_MS = 80;
const MOST = 4;

export class Notices {
  #region;
  /** By key: a newer notice of the same key replaces the older. @type {Map<string, HTMLElement>} */
  #shown = new Map();

  /** @param {HTMLElement} region an aria-live region */
  constructor(region) {
    this.#region = region;
  }

  /**
   * @param {string} message
   * @param {object} [options]
   * @param {boolean} [options.problem] something the person has to act on
   * @param {string} [options.key]
   * @param {boolean} [options.stays] until it is closed or replaced
   * @param {{label: string, act: () => void}} [options.action] a button that does something about it, and closes it
   */
  show(message, { problem = false, key = message, stays = false, action } = {}) {
    this.hide(key);
    const close = make("button", { type: "button", class: "ghost", "aria-label": text.close });
    close.append(icon("close"));
    close.addEventListener("click", () => this.hide(key));
    const node = make("div", { class: problem ? "notice problem" : "notice" });
    if (problem) node.setAttribute("role", "alert");
    const words = make("div", { class: "notice-words" }, make("p", {}, message));
    if (action) words.append(this.#button(action, key));
    node.append(words, close);
    this.#region.append(node);
    this.#shown.set(key, node);
    node.toggleAttribute("data-stays", stays);
    if (this.#shown.size > MOST) this.#hideOldest();
    if (stays) return;
    const timer = setTimeout(() => {
      if (this.#shown.get(key) === node) this.hide(key);
    }, problem || action ? PROBLEM_SHOWN_MS : Math.max(SHOWN_MS, message.length * READING_MS));
    // Somebody reading slowly is not hurried, nor who is on the way to a button with the keys.
    for (const event of ["pointerenter", "focusin"]) node.addEventListener(event, () => clearTimeout(timer), { once: true });
  }

  /**
   * @param {{label: string, act: () => void}} action
   * @param {string} key
   */
  #button({ label, act }, key) {
    const button = make("button", { type: "button", class: "small", "data-action": "notice" }, label);
    button.addEventListener("click", () => {
      this.hide(key);
      act();
    });
    return button;
  }

  /** What goes by itself goes first. */
  #hideOldest() {
    const keys = [...this.#shown.keys()];
    const passing = keys.slice(0, -1).find((key) => !this.#shown.get(key)?.hasAttribute("data-stays"));
    this.hide(passing ?? keys[0] ?? "");
  }

  /** @param {string} key */
  hide(key) {
    this.#shown.get(key)?.remove();
    this.#shown.delete(key);
  }
}
