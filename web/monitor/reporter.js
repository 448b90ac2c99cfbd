/** Reports the quality of calls to a server that lists `call_quality` (rule SIG13). No address in it. */

import { PRESENT_SAMPLES } from "./rating.js";

/** @import {ClientMessage, Quality} from "../types/messages.js" */
/** @import {Monitor} from "./monitor.js" */
/** @import {Level, Present, Rating} from "./rating.js" */
/** @import {Sample} from "./sample.js" */

const EVERY_MS = 10_000;
export const FEATURE = "call_quality";

export class Reporter {
  #monitor;
  #connection;
  #isConnected;
  /** The last report, by peer. @type {Map<string, {level: Level, at: number}>} */
  #sent = new Map();

  /**
   * @param {Pick<Monitor, "on" | "peers" | "isLive" | "samplesOf" | "stateOf">} monitor
   * @param {{readonly features: readonly string[], send: (message: ClientMessage) => unknown}} connection
   * @param {(peerId: string) => boolean} isConnected a call that has failed, or rings, is not poor
   */
  constructor(monitor, connection, isConnected) {
    this.#monitor = monitor;
    this.#connection = connection;
    this.#isConnected = isConnected;
    monitor.on("sampled", () => this.#report());
  }

  #report() {
    if (!this.#connection.features.includes(FEATURE)) return;
    for (const peerId of this.#monitor.peers) {
      const state = this.#isUp(peerId) ? this.#monitor.stateOf(peerId) : null;
      if (state) this.#send(peerId, state);
      else this.#sent.delete(peerId);
    }
  }

  /** A call that has just begun finds its feet first. @param {string} peerId */
  #isUp(peerId) {
    const measured = this.#monitor.samplesOf(peerId).length >= PRESENT_SAMPLES;
    return measured && this.#monitor.isLive(peerId) && this.#isConnected(peerId);
  }

  /**
   * @param {string} peerId
   * @param {{present: Present, rating: Rating}} state
   */
  #send(peerId, { present, rating: { level } }) {
    const last = this.#sent.get(peerId);
    if (last?.level === level && present.time - last.at < EVERY_MS) return;
    this.#sent.set(peerId, { level, at: present.time });
    this.#connection.send({ type: "call_quality", target_peer_id: peerId, quality: qualityOf(present, level) });
  }
}

/**
 * @param {Present} present
 * @param {Level} rating
 * @returns {Quality}
 */
export function qualityOf(present, rating) {
  return {
    rating,
    path: pathOf(present.path),
    loss_in: share(present.lossIn),
    loss_out: share(present.lossOut),
    round_trip: present.roundTrip,
    jitter: present.jitter,
    bitrate_in: present.bitrateIn,
    bitrate_out: present.bitrateOut,
    frame_rate_in: present.framesIn,
    frame_rate_out: present.framesOut,
    limitation: limitationOf(present),
  };
}

/** What came late takes the count of lost packets below nothing. @param {number | null} value */
function share(value) {
  return value === null ? null : Math.min(1, Math.max(0, value));
}

/**
 * Now and then a sender is limited for a moment.
 *
 * @param {Present} present
 * @returns {Quality["limitation"]}
 */
function limitationOf({ limitation, limitedBy }) {
  if (limitedBy.cpu) return "cpu";
  if (limitedBy.bandwidth) return "bandwidth";
  return limitation && "none";
}

const TYPES = /** @type {const} */ (["host", "srflx", "prflx", "relay"]);
const PROTOCOLS = /** @type {const} */ (["udp", "tcp", "tls"]);

/**
 * @param {Sample["path"]} path
 * @returns {Quality["path"]} `null`: it is not all known
 */
function pathOf(path) {
  const [local, remote] = [path?.local, path?.remote].map((found) => TYPES.find((type) => type === found));
  const protocol = PROTOCOLS.find((name) => name === path?.protocol);
  return local && remote && protocol ? { local, remote, protocol } : null;
}
