/** Size of the camera's pictures: as the calls ask for it, for each camera that is opened. */

import { applyToCamera } from "../calls/quality.js";
import { errorName, log } from "../lib/log.js";

/** @import {SendingQuality} from "../calls/quality.js" */

export class Scaling {
  /** @type {SendingQuality | null} */
  #quality = null;
  #changed;

  /** @param {() => void} changed the pictures have another size */
  constructor(changed) {
    this.#changed = changed;
  }

  /**
   * @param {SendingQuality} quality of the pictures from now on
   * @param {MediaStreamTrack | null} track of the camera that is open
   */
  set(quality, track) {
    const { height, framerate } = this.#quality ?? {};
    if (quality.height === height && quality.framerate === framerate) return;
    this.#quality = quality;
    this.apply(track);
  }

  /** @param {MediaStreamTrack | null} track */
  apply(track) {
    if (!track || !this.#quality) return;
    applyToCamera(track, this.#quality).then(this.#changed).catch((error) => log("media", "scale", errorName(error)));
  }

  /** The calls are over. */
  reset() {
    this.#quality = null;
  }
}
