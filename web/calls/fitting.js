/** Fits what is sent to one peer to what the calls afford and to how large the peer shows it. */

import { errorName, log } from "../log.js";
import { applyToSender, SCREEN_BITRATE } from "./quality.js";

/** @import {Sizes} from "../media/viewsizes.js" */
/** @import {SendingQuality} from "./quality.js" */

/** @typedef {{camera: RTCRtpSender | undefined, screen: RTCRtpSender | undefined}} VideoSenders */

export class Fitting {
  #senders;
  /** @type {SendingQuality | null} */
  #quality = null;
  /** How large the peer shows what we send; it need not say so. @type {Sizes} */
  #view = { camera: Infinity, screen: Infinity };
  /** When what was asked last is done: a sender takes one wish at a time. */
  #done = Promise.resolve();

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
    this.#view = view;
    this.fit();
  }

  /** There are other senders or tracks, or pictures of another size. */
  fit() {
    this.#done = this.#done.then(() => this.#fit()).catch((error) => {
      log("call", "quality", errorName(error));
    });
  }

  async #fit() {
    const { camera, screen } = this.#senders();
    if (camera && this.#quality) {
      await applyToSender(camera, this.#quality.maxBitrate, this.#view.camera);
    }
    if (screen) await applyToSender(screen, SCREEN_BITRATE, this.#view.screen);
  }
}
