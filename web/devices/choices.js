/** Choices of devices and quality, kept in this browser. */

import { Emitter } from "../lib/emitter.js";

/** @import {ContentHint} from "../media/screen.js" */
/** @import {Preset} from "../calls/quality.js" */

/**
 * @typedef {object} Chosen
 * @property {string} audio id of the microphone; empty: the one of the system
 * @property {string} video id of the camera
 * @property {string} speaker id of what plays the sound
 * @property {Preset} quality of the pictures that are sent
 * @property {ContentHint} hint what counts in a shared screen
 * @property {boolean} spatial sound comes from where its tile is
 */

const KEY = "canvas-server.devices";
/** @type {Chosen} */
const USUAL = { audio: "", video: "", speaker: "", quality: "auto", hint: "detail", spatial: false };

/** @extends {Emitter<{changed: keyof Chosen}>} */
export class Choices extends Emitter {
  /** @type {Chosen} */
  #chosen;

  constructor() {
    super();
    this.#chosen = recall();
  }

  /**
   * @template {keyof Chosen} Name
   * @param {Name} name
   * @returns {Chosen[Name]}
   */
  get(name) {
    return this.#chosen[name];
  }

  /**
   * @template {keyof Chosen} Name
   * @param {Name} name
   * @param {Chosen[Name]} value
   */
  set(name, value) {
    if (this.#chosen[name] === value) return;
    this.#chosen = { ...this.#chosen, [name]: value };
    try {
      // What another window chose meanwhile is kept.
      localStorage.setItem(KEY, JSON.stringify({ ...recall(), [name]: value }));
    } catch {
      // Storage can be forbidden; then it lasts as long as the page.
    }
    this.emit("changed", name);
  }
}

/** @returns {Chosen} what was chosen before, as far as it still means something */
function recall() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    const known = Object.entries(USUAL).filter(([name, usual]) => typeof kept[name] === typeof usual);
    return { ...USUAL, ...Object.fromEntries(known.map(([name]) => [name, kept[name]])) };
  } catch {
    return { ...USUAL };
  }
}
