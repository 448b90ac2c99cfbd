/** The screen, a window or a tab that this page shares, beside the camera. */

import { Emitter } from "../lib/emitter.js";
import { errorName, log } from "../lib/log.js";

/**
 * What counts in the picture when not all of it can be sent (W3C mst-content-hint): `detail` keeps
 * letters sharp, `motion` keeps films smooth.
 *
 * @typedef {"detail" | "motion"} ContentHint
 */

/**
 * `changed`: sharing began or ended, whoever ended it. `failed`: it could not begin, though the person
 * wanted it.
 *
 * @typedef {{changed: null, failed: null}} ScreenEvents
 */

const CONSTRAINTS = {
  video: { frameRate: { ideal: 15, max: 30 } },
  audio: true, // where the browser can: the sound of a tab
};

/** @extends {Emitter<ScreenEvents>} */
export class ScreenShare extends Emitter {
  /** What is shared; `null`: nothing. @type {MediaStream | null} */
  stream = null;
  /** @type {ContentHint} */
  #hint = "detail";
  /** The person is being asked; another one, or `null`, when that is of no use any more. @type {object | null} */
  #asking = null;

  /** Whether this browser can share at all; those of phones cannot. */
  static get supported() {
    return typeof navigator.mediaDevices?.getDisplayMedia === "function";
  }

  get hint() {
    return this.#hint;
  }

  /** @param {ContentHint} hint from now on */
  setHint(hint) {
    this.#hint = hint;
    for (const track of this.stream?.getVideoTracks() ?? []) track.contentHint = hint;
  }

  /**
   * Ask the person what to share (W3C screen-capture), and share it.
   *
   * @returns {Promise<void>} when they have chosen
   */
  async start() {
    if (this.stream || this.#asking) return;
    const asking = (this.#asking = {});
    try {
      const stream = await navigator.mediaDevices.getDisplayMedia(CONSTRAINTS);
      if (this.#asking === asking) this.#share(stream);
      else for (const track of stream.getTracks()) track.stop(); // the call has ended meanwhile
    } catch (error) {
      log("screen", errorName(error));
      // NotAllowedError: the person changed their mind, or the system said no, which looks the same.
      const isRefusal = errorName(error) === "NotAllowedError" || errorName(error) === "AbortError";
      if (this.#asking === asking && !isRefusal) {
        this.emit("failed", null);
      }
    } finally {
      if (this.#asking === asking) this.#asking = null;
    }
  }

  /** Share no more; what the person is being asked for just now neither. */
  stop() {
    this.#asking = null;
    const { stream } = this;
    if (!stream) return;
    this.stream = null;
    for (const track of stream.getTracks()) {
      track.onended = null;
      track.stop();
    }
    this.emit("changed", null);
  }

  /** @param {MediaStream} stream */
  #share(stream) {
    this.stream = stream;
    for (const track of stream.getVideoTracks()) {
      track.contentHint = this.#hint;
      // The browser's own bar, or the window that was shared is closed.
      track.onended = () => this.stop();
    }
    this.emit("changed", null);
  }
}
