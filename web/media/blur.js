/**
 * Blur of the background, done by the camera or the system (W3C mediacapture-extensions, `backgroundBlur`): wanted by
 * the person, applied before the first picture is sent.
 */

import { Emitter } from "../lib/emitter.js";
import { errorName, log } from "../lib/log.js";

/** @import {Intentions} from "./intentions.js" */

/** A MediaStreamTrack of a browser that knows of it. @typedef {{backgroundBlur?: boolean[]}} Capabilities */
/** @typedef {{backgroundBlur?: boolean}} Settings */

/**
 * `possible`: this camera can be blurred, or is; `settable`: by the page, not by the system alone.
 *
 * @typedef {{on: boolean, possible: boolean, settable: boolean}} BlurState
 */

/**
 * @param {MediaStreamTrack | null} track
 * @returns {BlurState}
 */
export function blurOf(track) {
  const can = /** @type {Capabilities} */ (track?.getCapabilities?.() ?? {}).backgroundBlur ?? [];
  const on = /** @type {Settings} */ (track?.getSettings() ?? {}).backgroundBlur === true;
  return { on, possible: on || can.includes(true), settable: can.includes(true) && can.includes(false) };
}

/**
 * What keeps the blur of a camera as it is while other constraints are applied: they replace all that were there before.
 *
 * @param {MediaStreamTrack} track
 * @returns {MediaTrackConstraints}
 */
export function sameBlur(track) {
  const { on, settable } = blurOf(track);
  return settable ? constraint(on) : {};
}

/** @param {boolean} backgroundBlur as an ideal: what came of it is looked at */
function constraint(backgroundBlur) {
  return /** @type {MediaTrackConstraints} */ ({ backgroundBlur });
}

/** `changed`: it is on or off now, or can be. `lost`: the system has turned it off though it is wanted. */
/** @extends {Emitter<{changed: null, lost: null}>} */
export class Blur extends Emitter {
  #intentions;
  /** The camera that is open. @type {MediaStreamTrack | null} */
  #track = null;
  #isOn = false;
  /** The latest camera could be blurred: so the switch is there while it is off. */
  #wasPossible = false;
  /** The person has said to be seen without it where a camera cannot. */
  #isWaived = false;

  /** @param {Intentions} intentions */
  constructor(intentions) {
    super();
    this.#intentions = intentions;
  }

  /** For getUserMedia, so that there is no picture without it. @returns {MediaTrackConstraints} */
  get constraints() {
    return this.#intentions.blur ? constraint(true) : {};
  }

  /** @returns {BlurState} of the camera that is open, or what is known while none is */
  get state() {
    if (this.#track) return blurOf(this.#track);
    const wanted = this.#intentions.blur;
    return { on: wanted, possible: wanted || this.#wasPossible, settable: true };
  }

  /** The person presses its switch. */
  toggle() {
    this.#intentions.setBlur(!this.state.on);
  }

  /** The person wants to be seen all the same. */
  waive() {
    this.#isWaived = true;
  }

  /** Another camera was chosen, or blur was pressed: what was said of the camera before is over. */
  reset() {
    this.#isWaived = false;
  }

  /**
   * @param {MediaStreamTrack} track whose pictures nobody has got yet, or that is to be changed
   * @returns {Promise<boolean>} false: it shows what the person does not want to be seen
   */
  async prepare(track) {
    if (!this.#intentions.blur) return true;
    if (!blurOf(track).on && blurOf(track).possible) await apply(track, true);
    return blurOf(track).on || this.#isWaived;
  }

  /** The person does not want it any more. */
  async end() {
    if (this.#track && blurOf(this.#track).settable) await apply(this.#track, false);
    this.#look();
  }

  /** @param {MediaStreamTrack | null} track the camera that is open from now on */
  follow(track) {
    if (this.#track === track) return;
    this.#track?.removeEventListener("configurationchange", this.#look);
    this.#track = track;
    if (track) this.#wasPossible = blurOf(track).possible;
    this.#isOn = blurOf(track).on;
    track?.addEventListener("configurationchange", this.#look);
  }

  #look = () => {
    const before = this.#isOn;
    this.#isOn = blurOf(this.#track).on;
    this.emit("changed", null);
    if (before && !this.#isOn && this.#intentions.blur) this.emit("lost", null);
  };
}

/**
 * @param {MediaStreamTrack} track
 * @param {boolean} blur
 */
async function apply(track, blur) {
  try {
    await track.applyConstraints({ ...track.getConstraints(), ...constraint(blur) });
  } catch (error) {
    log("media", "blur", errorName(error));
  }
}
