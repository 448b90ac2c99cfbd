/** Sampler of the calls of this page: once a second, while there are any. */

import { Emitter } from "../lib/emitter.js";
import { errorName, log } from "../lib/log.js";
import { PRESENT_SAMPLES, presentOf, rate } from "./rating.js";
import { SampleRing } from "./ring.js";
import { sampleOf } from "./sample.js";

/** @import {SignalingManager} from "../signaling.js" */
/** @import {Present, Rating} from "./rating.js" */
/** @import {Report, Sample} from "./sample.js" */

/** @typedef {Pick<RTCPeerConnection, "getStats" | "getTransceivers" | "connectionState">} Measured */
/**
 * @typedef {object} Record
 * @property {Measured} pc
 * @property {Report | null} report the latest
 * @property {SampleRing} ring
 */

const EVERY_MS = 1_000;
/** Those of calls that are over are kept to be looked at, but not for ever. */
const MOST_RECORDS = 32;

/** `sampled`: there are new figures, or a call has begun or ended. @extends {Emitter<{sampled: null}>} */
export class Monitor extends Emitter {
  #signaling;
  /** By peer, the one measured last at the end. @type {Map<string, Record>} */
  #records = new Map();
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  #measuring = false;

  /** @param {{peerConnections: Map<string, Measured>, on: SignalingManager["on"]}} signaling */
  constructor(signaling) {
    super();
    this.#signaling = signaling;
    signaling.on("state", () => this.#follow());
  }

  /** Whether it measures. */
  get running() {
    return this.#timer !== undefined;
  }

  /** Those who have been measured, also in calls that are over. @returns {string[]} */
  get peers() {
    return [...this.#records.keys()];
  }

  /** @param {string} peerId */
  isLive(peerId) {
    return this.#signaling.peerConnections.has(peerId);
  }

  /**
   * @param {string} peerId
   * @returns {Sample[]} of the last five minutes, oldest first
   */
  samplesOf(peerId) {
    return this.#records.get(peerId)?.ring.samples ?? [];
  }

  /**
   * @param {string} peerId
   * @returns {{present: Present, rating: Rating} | null} `null`: nothing is known
   */
  stateOf(peerId) {
    const present = presentOf(this.#records.get(peerId)?.ring.last(PRESENT_SAMPLES) ?? []);
    return present && { present, rating: rate(present) };
  }

  #follow() {
    const some = this.#signaling.peerConnections.size > 0;
    if (some && !this.running) {
      this.#timer = setInterval(() => this.#measureAll(), EVERY_MS);
      this.#measureAll();
    } else if (!some && this.running) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    this.emit("sampled", null);
  }

  async #measureAll() {
    if (this.#signaling.peerConnections.size === 0) return this.#follow();
    if (this.#measuring) return; // the browser is busy: the next second will do
    this.#measuring = true;
    await Promise.all([...this.#signaling.peerConnections].map(([peerId, pc]) => this.#measure(peerId, pc)));
    this.#measuring = false;
    this.emit("sampled", null);
  }

  /**
   * @param {string} peerId
   * @param {Measured} pc
   */
  async #measure(peerId, pc) {
    try {
      const report = /** @type {Report} */ (await pc.getStats());
      if (this.#signaling.peerConnections.get(peerId) !== pc) return;
      this.#take(peerId, pc, report);
    } catch (error) {
      log("monitor", errorName(error));
    }
  }

  /**
   * @param {string} peerId
   * @param {Measured} pc
   * @param {Report} report
   */
  #take(peerId, pc, report) {
    const record = this.#records.get(peerId) ?? { pc, report: null, ring: new SampleRing() };
    const before = record.pc === pc ? record.report : null;
    this.#records.delete(peerId);
    this.#records.set(peerId, record);
    const [oldest] = this.#records.keys();
    if (this.#records.size > MOST_RECORDS && oldest !== undefined) this.#records.delete(oldest);
    record.pc = pc;
    record.report = report;
    if (!before) return; // a rate takes two
    const interrupted = pc.connectionState === "disconnected" || pc.connectionState === "failed";
    record.ring.add(sampleOf(report, before, { time: Date.now(), cameraMid: cameraMidOf(pc), interrupted }));
  }
}

/** @param {Measured} pc @returns {string | null} of the first video section, which is that of the cameras */
function cameraMidOf(pc) {
  return pc.getTransceivers().find(({ receiver }) => receiver.track.kind === "video")?.mid ?? null;
}
