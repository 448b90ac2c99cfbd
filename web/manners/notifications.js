/**
 * Notifications by the system (WHATWG Notifications), for a person who does not look at the page just now. The person is asked
 * once, by a press in the page; what they have said to the browser counts.
 */

import { errorName, log } from "../lib/log.js";
import { asBoolean, StoredRecord } from "../lib/stored.js";

/** `ask`: the person can be asked. @typedef {"on" | "ask" | "off"} NotificationState */

/** The part of the API that is used here. @typedef {{permission: NotificationPermission, requestPermission: () => Promise<NotificationPermission>, new(title: string, options?: NotificationOptions): Notification}} Notifier */

export class Notifications {
  #notifier;
  /** @type {StoredRecord<{asked: boolean}>} */
  #kept = new StoredRecord("browser", "canvas-server.notifications", { asked: asBoolean });
  /** By tag. @type {Map<string, Notification>} */
  #shown = new Map();
  #isLookedAt;

  /**
   * @param {Notifier | undefined} notifier of the browser, if it has one
   * @param {() => boolean} isLookedAt the person looks at the page
   */
  constructor(notifier, isLookedAt) {
    this.#notifier = notifier;
    this.#isLookedAt = isLookedAt;
  }

  /** @returns {NotificationState} */
  get state() {
    if (!this.#notifier || this.#notifier.permission === "denied") return "off";
    return this.#notifier.permission === "granted" ? "on" : "ask";
  }

  /** Now is the time to offer it: it can be asked for, and was not offered before. */
  get isToBeOffered() {
    return this.state === "ask" && !this.#kept.read().asked;
  }

  /** It was offered: that is done once, whatever the person makes of it. */
  noteOffer() {
    this.#kept.write({ asked: true });
  }

  /** The person has pressed for it. @returns {Promise<boolean>} the browser lets the page notify them */
  async ask() {
    try {
      return (await this.#notifier?.requestPermission()) === "granted";
    } catch (error) {
      log("notifications", errorName(error));
      return false;
    }
  }

  /**
   * Notify somebody who does not look at the page.
   *
   * @param {string} tag a later one takes the place of an earlier one
   * @param {string} title
   * @param {{body?: string, stays?: boolean, act?: () => void}} [how] `stays`: until it is answered; `act`: it was pressed
   */
  show(tag, title, { body = "", stays = false, act } = {}) {
    if (this.state !== "on" || !this.#notifier || this.#isLookedAt()) return;
    try {
      const options = /** @type {NotificationOptions} */ ({ tag, body, requireInteraction: stays, renotify: true });
      const shown = new this.#notifier(title, options);
      this.#shown.set(tag, shown);
      shown.onclick = () => {
        shown.close();
        globalThis.focus?.();
        act?.();
      };
      shown.onclose = () => {
        if (this.#shown.get(tag) === shown) this.#shown.delete(tag);
      };
    } catch (error) {
      log("notifications", errorName(error)); // Chromium on Android has none without a service worker
    }
  }

  /** What it was about is over. @param {string} tag */
  hide(tag) {
    this.#shown.get(tag)?.close();
    this.#shown.delete(tag);
  }

  /** The person looks at the page: they see what it was about. @param {(tag: string) => boolean} which */
  hideAll(which) {
    for (const tag of [...this.#shown.keys()]) if (which(tag)) this.hide(tag);
  }
}
