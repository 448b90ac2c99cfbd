/** Encoding parameters of what is sent to one peer, fitted to the number of calls and to how large it is shown there. */

import { errorName, log } from "../lib/log.js";
import { applyToSender, encodingFor, SCREEN_BITRATE } from "./quality.js";

/** @import {Sizes} from "../media/viewsizes.js" */
/** @import {SendingQuality} from "./quality.js" */

/** @typedef {{camera: RTCRtpSender | undefined, screen: RTCRtpSender | undefined}} VideoSenders */

/** A sender that refused is asked again after so long, then after twice as long, up to the longest. */
const AGAIN_MS = 100;
const LONGEST_MS = 5_000;
/**
 * Height of the first pictures of a camera. A connection begins with the bit rate of a bad line: a first picture of 720
 * lines takes a quarter of a second to encode and to pass.
 */
const FIRST_HEIGHT = 360;
/** Time for a connected peer to say how large it shows them; some clients never do. */
const UNSAID_MS = 3_000;

export class Fitting {
  #senders;
  /** @type {SendingQuality | null} */
  #quality = null;
  /** How large the peer shows what we send, as far as it has said. @type {Sizes} */
  #view = { camera: FIRST_HEIGHT, screen: Infinity };
  /** How large it shows it was said, or is not waited for any more. */
  #viewSettled = false;
  /** When what was asked last is done: a sender takes one wish at a time. */
  #done = Promise.resolve();
  /** A look at the senders is due, which will see all that has changed by then. */
  #isDue = false;
  /** What each sender took last. To look into one stops the page until WebRTC's threads have the time. @type {WeakMap<RTCRtpSender, string>} */
  #taken = new WeakMap();
  #closed = false;
  /** Refusals since the senders last took everything. */
  #refused = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #again;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #unsaid;

  /** @param {() => VideoSenders} senders those that there are now */
  constructor(senders) {
    this.#senders = senders;
  }

  /** @param {SendingQuality} quality of the pictures sent from now on */
  setQuality(quality) {
    this.#quality = quality;
    this.fit();
  }

  /** @param {Sizes} view how large the peer shows what we send, from now on */
  setView(view) {
    clearTimeout(this.#unsaid);
    this.#viewSettled = true;
    this.#view = view;
    this.fit();
  }

  /** Media flow, so the peer can tell how large it shows them. */
  connected() {
    this.fit(); // before this, some browsers had no encodings to be bounded
    if (this.#viewSettled) return;
    clearTimeout(this.#unsaid);
    this.#unsaid = setTimeout(() => this.setView({ camera: Infinity, screen: Infinity }), UNSAID_MS);
  }

  /** There are other senders or tracks, or pictures of another size, or an agreement was reached. */
  fit() {
    if (this.#isDue) return;
    this.#isDue = true;
    this.#done = this.#done.then(() => this.#fit());
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#again);
    clearTimeout(this.#unsaid);
  }

  async #fit() {
    this.#isDue = false;
    if (this.#closed) return;
    clearTimeout(this.#again);
    const { camera, screen } = this.#senders();
    // Each for itself: what one refuses is no reason to leave the other as it is.
    const taken = [
      camera && this.#quality ? await this.#apply(camera, this.#quality.maxBitrate, this.#view.camera) : true,
      screen ? await this.#apply(screen, SCREEN_BITRATE, this.#view.screen) : true,
    ];
    if (taken.every(Boolean)) this.#refused = 0;
    else if (!this.#closed) this.#tryAgain();
  }

  /**
   * @param {RTCRtpSender} sender
   * @param {number} maxBitrate
   * @param {number} height
   * @returns {Promise<boolean>} whether the sender took it
   */
  async #apply(sender, maxBitrate, height) {
    const wanted = encodingFor(sender.track?.getSettings().height ?? 0, maxBitrate, height);
    const described = JSON.stringify(wanted);
    if (this.#taken.get(sender) === described) return true;
    try {
      this.#taken.delete(sender);
      if (await applyToSender(sender, wanted)) this.#taken.set(sender, described);
      return true;
    } catch (error) {
      log("call", "quality", errorName(error));
      return false;
    }
  }

  /**
   * While offers cross or are rolled back the browser may change a sender's parameters between
   * getParameters and setParameters, and refuses (W3C webrtc-pc section 5.2, InvalidModificationError).
   * A picture that was not to be seen until then would never be sent.
   */
  #tryAgain() {
    const delay = Math.min(LONGEST_MS, AGAIN_MS * 2 ** this.#refused);
    this.#refused += 1;
    this.#again = setTimeout(() => this.fit(), delay);
  }
}
