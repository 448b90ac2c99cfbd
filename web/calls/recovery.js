/**
 * Recovery of the media path of one RTCPeerConnection by ICE restarts (RFC 8445 section 9). The old
 * pair stays in use until a new one works.
 */

import { errorName, log } from "../lib/log.js";

/** No bytes for so long while `disconnected`: the path is dead (some losses mend themselves). */
const SILENT_MS = 3_000;
/** Both sides see the path die: the polite one lets the other begin. */
const POLITE_MS = 1_500;
const LONGEST_MS = 10_000;

export class Recovery {
  #pc;
  #polite;
  #restart;
  #attempts = 0;
  #restartedAt = Number.NEGATIVE_INFINITY;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {RTCPeerConnection} pc
   * @param {boolean} polite
   * @param {() => void} restart offers with new ICE credentials
   */
  constructor(pc, polite, restart) {
    this.#pc = pc;
    this.#polite = polite;
    this.#restart = restart;
  }

  /** The connection state has changed. */
  follow() {
    const { connectionState } = this.#pc;
    if (connectionState === "connected") this.#attempts = 0;
    clearTimeout(this.#timer);
    if (connectionState === "failed") this.#restartIn(this.#pause());
    if (connectionState === "disconnected") this.#watchBytes();
  }

  /**
   * The network or the server is back: do not wait for what is due. A path that seems well may have
   * died with the network it was on; browsers take seconds to say so.
   */
  nudge() {
    const { connectionState } = this.#pc;
    if (performance.now() - this.#restartedAt < SILENT_MS) return;
    if (connectionState === "connected") this.#watchBytes();
    if (connectionState !== "failed" && connectionState !== "disconnected") return;
    clearTimeout(this.#timer);
    this.#attempts = 0;
    this.#restartIn(this.#pause());
  }

  close() {
    clearTimeout(this.#timer);
  }

  /** Restart when nothing comes for a while, and look again: one restart may not be enough. */
  async #watchBytes() {
    const before = await bytesReceived(this.#pc);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(async () => {
      const silent = (await bytesReceived(this.#pc)) === before;
      const { connectionState } = this.#pc;
      if (silent) this.#restartIn(this.#pause());
      else if (connectionState === "disconnected") this.#watchBytes();
    }, SILENT_MS);
  }

  /** @returns {number} how long to wait for the other side, or after a vain attempt */
  #pause() {
    const again = this.#attempts ? Math.min(LONGEST_MS, 1_000 * 2 ** this.#attempts) : 0;
    return again + (this.#polite ? POLITE_MS : 0);
  }

  /** @param {number} delay */
  #restartIn(delay) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const { connectionState } = this.#pc;
      if (connectionState === "closed") return;
      this.#attempts += 1;
      this.#restartedAt = performance.now();
      log("recovery", "ICE restart", this.#attempts);
      this.#restart();
      if (connectionState !== "connected") this.#restartIn(this.#pause() + SILENT_MS);
    }, delay);
  }
}

/**
 * @param {RTCPeerConnection} pc
 * @returns {Promise<number>} over all candidate pairs
 */
async function bytesReceived(pc) {
  let bytes = 0;
  try {
    for (const report of (await pc.getStats()).values()) {
      if (report.type === "candidate-pair") bytes += report.bytesReceived ?? 0;
    }
  } catch (error) {
    log("recovery", "no statistics", errorName(error));
  }
  return bytes;
}
