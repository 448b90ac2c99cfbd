/** Choices of devices and quality, kept in this browser. */

import { Emitter } from "../lib/emitter.js";
import { asBoolean, asOneOf, StoredRecord } from "../lib/stored.js";
import { asChosenDevice, SYSTEM } from "./chosen.js";

/** @import {ContentHint} from "../media/screen.js" */
/** @import {Preset} from "../calls/quality.js" */
/** @import {ChosenDevice} from "./chosen.js" */

/**
 * @typedef {object} Chosen
 * @property {ChosenDevice} audio the microphone
 * @property {ChosenDevice} video the camera
 * @property {ChosenDevice} speaker what plays the sound
 * @property {Preset} quality of the pictures that are sent
 * @property {ContentHint} hint what counts in a shared screen
 * @property {boolean} spatial sound comes from where its tile is
 * @property {boolean} quiet the page makes no tones of its own
 * @property {boolean} tellMuted who speaks while they are muted is told
 */

/** @typedef {"audio" | "video" | "speaker"} DeviceKind */

const KEY = "canvas-server.devices";
/** @type {Chosen} */
const USUAL = { audio: SYSTEM, video: SYSTEM, speaker: SYSTEM, quality: "auto", hint: "detail", spatial: false, quiet: false, tellMuted: true };
const CHECKS = {
  audio: asChosenDevice,
  video: asChosenDevice,
  speaker: asChosenDevice,
  quality: asOneOf(/** @type {Preset[]} */ (["auto", "low", "medium", "high", "ultra"])),
  hint: asOneOf(/** @type {ContentHint[]} */ (["detail", "motion"])),
  spatial: asBoolean,
  quiet: asBoolean,
  tellMuted: asBoolean,
};

/** @extends {Emitter<{changed: keyof Chosen}>} */
export class Choices extends Emitter {
  /** @type {StoredRecord<Chosen>} */
  #kept = new StoredRecord("browser", KEY, CHECKS);
  /** @type {Chosen} */
  #chosen = { ...USUAL, ...this.#kept.read() };

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
    if (same(this.#chosen[name], value)) return;
    this.#put(name, value);
    this.emit("changed", name);
  }

  /**
   * The chosen device was found, perhaps under another id than before: remember how it is called now.
   *
   * @param {DeviceKind} kind
   * @param {ChosenDevice} device
   */
  recognize(kind, device) {
    if (!same(this.#chosen[kind], device)) this.#put(kind, device);
  }

  /**
   * @template {keyof Chosen} Name
   * @param {Name} name
   * @param {Chosen[Name]} value
   */
  #put(name, value) {
    this.#chosen = { ...this.#chosen, [name]: value };
    this.#kept.write(/** @type {Partial<Chosen>} */ ({ [name]: value }));
  }
}

/**
 * @param {unknown} one
 * @param {unknown} other
 */
function same(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}
