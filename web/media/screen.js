/** The screen, a window or a tab that this page shares, beside the camera. */

import { Emitter } from "../lib/emitter.js";
import { errorName, log } from "../lib/log.js";
import { isPassedOn } from "./faults.js";

/**
 * What counts in the picture when not all of it can be sent (W3C mst-content-hint): `detail` keeps
 * letters sharp, `motion` keeps films smooth.
 *
 * @typedef {"detail" | "motion"} ContentHint
 */

/**
 * `changed`: sharing began or ended, whoever ended it. `failed`: it could not begin, though the person
 * wanted it; `embedded`: the page around this one keeps it from it.
 *
 * @typedef {{changed: null, failed: "system" | "embedded"}} ScreenEvents
 */

/**
 * What is asked for (W3C screen-capture). Browsers pass over what they do not know. The sound is for music and films, so
 * nothing is taken out of it but this page's own: the others would hear themselves.
 *
 * @returns {DisplayMediaStreamOptions}
 */
function optionsNow() {
  const supported = /** @type {Record<string, boolean>} */ (navigator.mediaDevices.getSupportedConstraints?.() ?? {});
  const own = supported["restrictOwnAudio"]
    ? { restrictOwnAudio: true, echoCancellation: false }
    : { echoCancellation: true };
  return /** @type {DisplayMediaStreamOptions} */ ({
    video: { frameRate: { ideal: 15, max: 30 } },
    audio: { ...own, noiseSuppression: false, autoGainControl: false },
    systemAudio: "include",
    windowAudio: "window",
    selfBrowserSurface: "exclude",
    surfaceSwitching: "include",
  });
}

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

  /** The sound that is shared may have that of this call in it. */
  get echoes() {
    const [sound] = this.stream?.getTracks().filter(({ kind }) => kind === "audio") ?? [];
    const [picture] = this.stream?.getVideoTracks() ?? [];
    if (!sound || picture?.getSettings().displaySurface !== "monitor") return false;
    return /** @type {{restrictOwnAudio?: boolean}} */ (sound.getSettings()).restrictOwnAudio !== true;
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
      const stream = await navigator.mediaDevices.getDisplayMedia(optionsNow());
      if (this.#asking === asking) this.#share(stream);
      else for (const track of stream.getTracks()) track.stop(); // the call has ended meanwhile
    } catch (error) {
      log("screen", errorName(error));
      if (this.#asking !== asking) return;
      const fault = faultOf(error);
      if (fault) this.emit("failed", fault);
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

/**
 * @param {unknown} error of getDisplayMedia
 * @returns {"system" | "embedded" | null} `null`: the person changed their mind
 */
function faultOf(error) {
  if (!isPassedOn("display-capture")) return "embedded";
  const isRefusal = errorName(error) === "NotAllowedError" || errorName(error) === "AbortError";
  // Where the browser does not say that it was the system, a refusal of both looks the same.
  return isRefusal && !/system/i.test(/** @type {Error} */ (error).message) ? null : "system";
}
