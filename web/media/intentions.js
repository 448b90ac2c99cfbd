/**
 * Wanted state of the devices, on or off, and of the blur: only the person's own press changes it. A window remembers it
 * for its reloads, the browser for windows to come.
 */

import { Emitter } from "../lib/emitter.js";
import { asBoolean, asNumber, StoredRecord } from "../lib/stored.js";

/** @import {MediaKind} from "./local.js" */

/** @typedef {{audio: boolean, video: boolean, blur: boolean}} Wishes */

const KEY = "canvas-server.on";
/** Windows that the browser opens again count as reloaded for so long; later the others have given up the call. */
const RELOAD_MS = 300_000;
const CHECKS = { audio: asBoolean, video: asBoolean, blur: asBoolean };
/** Of a person who has said nothing yet: the button that begins a call says that it turns them on. */
const USUAL = { audio: true, video: true, blur: false };

/** `changed`: the person has pressed for this kind, also when they want what they wanted before. */
/** @extends {Emitter<{changed: MediaKind, blur: null}>} */
export class Intentions extends Emitter {
  /** @type {Wishes} */
  #wishes;
  /** `at`: when that was so, in a call; `left`: the page went then. @type {StoredRecord<Wishes & {at: number, left: boolean}>} */
  #window = new StoredRecord("window", KEY, { ...CHECKS, at: asNumber, left: asBoolean });
  /** @type {StoredRecord<Wishes>} */
  #browser = new StoredRecord("browser", KEY, CHECKS);

  /**
   * @param {{restored?: boolean, reloaded?: boolean}} [page] `restored`: it takes up the calls of the page before it without a press, so
   *   what is not known to have been on in them stays off; `reloaded`: it is the same page again. Who has gone elsewhere and
   *   comes back has left; a page that crashed has not.
   */
  constructor({ restored = false, reloaded = false } = {}) {
    super();
    const { at = 0, left = false, ...kept } = this.#window.read();
    // What another window was told meanwhile is of no concern to a reload of this one.
    const wishes = { ...USUAL, ...this.#browser.read(), ...kept };
    const isFresh = Math.abs(Date.now() - at) < RELOAD_MS && (reloaded || !left);
    const { audio = false, video = false } = restored ? (isFresh ? kept : {}) : wishes;
    this.#wishes = { ...wishes, audio, video };
  }

  /** @param {MediaKind} kind */
  isOn(kind) {
    return this.#wishes[kind];
  }

  /** The background is to be blurred. */
  get blur() {
    return this.#wishes.blur;
  }

  /**
   * @param {MediaKind} kind
   * @param {boolean} on
   */
  set(kind, on) {
    this.#keep({ [kind]: on });
    this.emit("changed", kind);
  }

  /** @param {boolean} blur */
  setBlur(blur) {
    this.#keep({ blur });
    this.emit("blur", null);
  }

  /** There is a call just now: a reload of this window is to find what is wanted in it. */
  stamp() {
    this.#note({ ...this.#wishes, at: Date.now(), left: false });
  }

  /** The page goes: reloaded, or left for another one. */
  leave() {
    this.#note({ left: true });
  }

  /** All is off without a press, and stays off in this window until there is one. */
  withhold() {
    this.#wishes = { ...this.#wishes, audio: false, video: false };
    this.stamp();
  }

  /** @param {Partial<Wishes & {at: number, left: boolean}>} changed */
  #note(changed) {
    // What is out of date is worse than nothing: it would turn on what the person has turned off.
    if (!this.#window.write(changed)) this.#window.clear();
  }

  /** @param {Partial<Wishes>} wish */
  #keep(wish) {
    this.#wishes = { ...this.#wishes, ...wish };
    this.stamp();
    this.#browser.write(wish);
  }
}
