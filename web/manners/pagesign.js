/** The sign of the page where only its tab or its icon is seen: who rings, and how much was said that nobody has read. */

import { text } from "../text/manners.js";

/** @typedef {{setAppBadge?: (count: number) => Promise<void>, clearAppBadge?: () => Promise<void>}} BadgedNavigator */

/** A larger number says no more, and moves the title about. */
const MOST = 99;

export class PageSign {
  #document;
  #navigator;
  #usual;
  #ringing = "";
  #unread = 0;
  #badge = 0;

  /**
   * @param {{title: string}} [page]
   * @param {BadgedNavigator} [badged] W3C Badging, where the browser has it
   */
  constructor(page = document, badged = navigator) {
    this.#document = page;
    this.#navigator = badged;
    this.#usual = page.title;
  }

  /** @param {string} name who rings; empty: nobody */
  setRinging(name) {
    this.#ringing = name;
    this.#show();
  }

  /** @param {number} count of messages that came while the page was not looked at */
  setUnread(count) {
    this.#unread = count;
    this.#show();
  }

  #show() {
    const title = titleOf(this.#usual, this.#ringing, this.#unread);
    if (this.#document.title !== title) this.#document.title = title;
    const badge = this.#unread + Number(this.#ringing !== "");
    if (badge === this.#badge) return;
    this.#badge = badge;
    // Not every system shows one; nothing depends on it.
    const set = badge > 0 ? this.#navigator.setAppBadge?.(badge) : this.#navigator.clearAppBadge?.();
    set?.catch(() => {});
  }
}

/**
 * @param {string} usual
 * @param {string} ringing the name of who rings; empty: nobody
 * @param {number} unread
 * @returns {string}
 */
export function titleOf(usual, ringing, unread) {
  if (ringing) return text.ringingTitle(ringing);
  if (unread === 0) return usual;
  return text.unreadTitle(unread > MOST ? `${MOST}+` : String(unread), usual);
}
