/** Reactions: the pictures that fly over the picture of a person, what is said of them, and the row of buttons that sends them. */

import { reactionText, text } from "../text/people.js";
import { entryOf } from "../lib/own.js";
import { make, setText } from "../ui/dom.js";
import { OFFERED, pictureOf } from "./reactionpictures.js";

/** @import {React} from "../types/messages.js" */

const LIFE_MS = 4_000;
/** What comes meanwhile is said together. */
const SAY_MS = 1_500;
/** So many fly at a time; further ones are only said. */
const MOST = 12;
const AIR_PX = 8;
const BESIDE_PX = 52;

export class Reactions {
  #layer = make("div", { class: "reactions", "aria-hidden": "true" });
  #said = make("p", { class: "unseen", role: "status" });
  /** Those that fly, by person and emoji. @type {Map<string, {node: HTMLElement, count: HTMLElement, times: number}>} */
  #flying = new Map();
  /** By emoji, the names of whom it is still to be said. @type {Map<string, Set<string>>} */
  #unsaid = new Map();
  /** @type {HTMLElement | null} */
  #picker = null;

  constructor() {
    document.body.append(this.#layer, this.#said);
  }

  /**
   * Somebody reacts: over their picture, wherever it is in this window.
   *
   * @param {string} peerId
   * @param {string} name
   * @param {string} emoji
   */
  show(peerId, name, emoji) {
    this.#say(name, emoji);
    const key = `${peerId} ${emoji}`;
    const present = this.#flying.get(key);
    if (present) {
      present.times += 1;
      setText(present.count, `×${present.times}`);
      return;
    }
    if (this.#flying.size >= MOST) return;
    const { x, y } = placeOf(peerId);
    const others = [...this.#flying.keys()].filter((key) => key.startsWith(peerId)).length;
    const aside = (others % 2 ? 1 : -1) * Math.ceil(others / 2) * BESIDE_PX; // several of one person do not hide each other
    const count = make("span", { class: "reaction-count" });
    const node = make("div", { class: "reaction" }, pictureOf(emoji), ...(others === 0 ? [make("span", { class: "reaction-name" }, name)] : []), count);
    Object.assign(node.style, { left: `${x + aside}px`, top: `${y}px` });
    this.#layer.append(node);
    this.#flying.set(key, { node, count, times: 1 });
    setTimeout(() => {
      node.remove();
      this.#flying.delete(key);
    }, LIFE_MS);
  }

  /** @param {string} name @param {string} emoji */
  #say(name, emoji) {
    if (this.#unsaid.size === 0) setTimeout(() => this.#sayAll(), SAY_MS);
    this.#unsaid.set(emoji, (this.#unsaid.get(emoji) ?? new Set()).add(name));
  }

  #sayAll() {
    const all = [...this.#unsaid].map(([emoji, names]) => text.reacted([...names], entryOf(reactionText, emoji) ?? emoji));
    this.#unsaid.clear();
    setText(this.#said, all.join(". "));
  }

  /**
   * Offer the reactions at a button, or take the offer back.
   *
   * @param {HTMLElement} opener
   * @param {(emoji: React["emoji"]) => void} react
   */
  offer(opener, react) {
    if (this.#picker) return void this.#picker.dispatchEvent(new Event("close"));
    const picker = make("div", { class: "reaction-picker", role: "toolbar", "aria-label": text.reactions });
    for (const emoji of OFFERED) {
      const label = reactionText[emoji];
      const button = make("button", { type: "button", class: "ghost", "data-emoji": emoji, "aria-label": label, title: label });
      button.append(pictureOf(emoji));
      button.addEventListener("click", () => react(emoji));
      picker.append(button);
    }
    const beside = (/** @type {Event} */ { target }) => {
      if (target instanceof Node && !picker.contains(target) && !opener.contains(target)) close();
    };
    const close = () => {
      const hadFocus = picker.contains(document.activeElement);
      picker.remove();
      this.#picker = null;
      document.removeEventListener("pointerdown", beside, true);
      if (hadFocus) opener.focus();
    };
    picker.addEventListener("close", close);
    picker.addEventListener("keydown", (event) => moveIn(event, picker, close));
    document.addEventListener("pointerdown", beside, true);
    this.#picker = picker;
    document.body.append(picker);
    const at = opener.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = picker;
    const left = Math.max(AIR_PX, Math.min(at.left + at.width / 2 - width / 2, innerWidth - width - AIR_PX));
    Object.assign(picker.style, { left: `${left}px`, top: `${Math.max(AIR_PX, at.top - height - AIR_PX)}px` });
    picker.querySelector("button")?.focus();
  }
}

/**
 * @param {KeyboardEvent} event
 * @param {HTMLElement} picker
 * @param {() => void} close
 */
function moveIn(event, picker, close) {
  event.stopPropagation();
  const buttons = [...picker.querySelectorAll("button")];
  const at = buttons.findIndex((button) => button === document.activeElement);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
  if (event.key === "Escape") close();
  else if (to !== undefined) buttons.at(to % buttons.length)?.focus();
  else return;
  event.preventDefault();
}

/**
 * @param {string} peerId
 * @returns {{x: number, y: number}} in the window: the lower middle of a picture of theirs, else of the window
 */
function placeOf(peerId) {
  for (const node of document.querySelectorAll(`[data-stream-id="peer-${CSS.escape(peerId)}"]:not(video)`)) {
    const { left, top, width, height } = node.getBoundingClientRect();
    const [x, y] = [left + width / 2, top + height * 0.75];
    if (width > 0 && node.checkVisibility() && x > 0 && y > 0 && x < innerWidth && y < innerHeight) return { x, y };
  }
  return { x: innerWidth / 2, y: innerHeight * 0.75 };
}
