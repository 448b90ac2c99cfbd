/** Size of the camera's pictures: as the calls ask for it, for each camera that is opened. */

import { applyToCamera } from "../calls/quality.js";
import { errorName, log } from "../lib/log.js";

/** @import {SendingQuality} from "../calls/quality.js" */

/**
 * A camera that is on has another size so much later: whoever joins is connected by then. In each connection that there is
 * already another size begins with a key frame.
 */
const LATER_MS = 2_000;

export class Scaling {
  /** @type {SendingQuality | null} */
  #quality = null;
  #changed;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #later;

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
    const isFirst = this.#quality === null;
    this.#quality = quality;
    clearTimeout(this.#later);
    if (isFirst) this.apply(track);
    else if (track) this.#later = setTimeout(() => this.apply(track), LATER_MS);
  }

  /** @param {MediaStreamTrack | null} track */
  apply(track) {
    if (track?.readyState !== "live" || !this.#quality) return;
    applyToCamera(track, this.#quality).then(this.#changed).catch((error) => log("media", "scale", errorName(error)));
  }

  /** The calls are over. */
  reset() {
    clearTimeout(this.#later);
    this.#quality = null;
  }
}
