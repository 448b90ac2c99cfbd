/**
 * Level of a microphone that is muted, so that its person can be told that they speak. The track that calls send is silent; a
 * second one of the same device is measured here, in the page, and goes nowhere: it is stopped with the first, and made only while
 * the person wants to be told.
 */

import { Meter } from "../devices/meter.js";
import { TalkDetector } from "./talking.js";

/** @import {LocalMedia} from "../media/local.js" */

const TICK_MS = 100;

export class MutedMeter {
  #media;
  #isWanted;
  #speaks;
  #detector = new TalkDetector();
  /** @type {{of: MediaStreamTrack, copy: MediaStreamTrack, meter: Meter, timer: ReturnType<typeof setInterval>} | null} */
  #measured = null;

  /**
   * @param {Pick<LocalMedia, "track" | "isOn" | "on">} media
   * @param {() => boolean} isWanted others would hear them, and they want to be told
   * @param {() => void} speaks they speak while they are muted
   */
  constructor(media, isWanted, speaks) {
    this.#media = media;
    this.#isWanted = isWanted;
    this.#speaks = speaks;
    media.on("changed", () => this.follow());
  }

  /** Something changed on which it depends whether it measures. */
  follow() {
    const track = this.#media.track("audio");
    const muted = track && track.readyState === "live" && !track.muted && !this.#media.isOn("audio") && this.#isWanted() ? track : null;
    if (muted === (this.#measured?.of ?? null)) return;
    this.#stop();
    if (muted) this.#start(muted);
  }

  /** @param {MediaStreamTrack} track */
  #start(track) {
    const copy = track.clone();
    copy.enabled = true;
    this.#detector.reset();
    const meter = new Meter(copy);
    const timer = setInterval(() => {
      if (track.readyState === "ended") return this.#stop();
      if (this.#detector.hear(meter.level, performance.now())) this.#speaks();
    }, TICK_MS);
    this.#measured = { of: track, copy, meter, timer };
  }

  #stop() {
    if (!this.#measured) return;
    const { copy, meter, timer } = this.#measured;
    this.#measured = null;
    clearInterval(timer);
    meter.close();
    copy.stop();
  }
}
