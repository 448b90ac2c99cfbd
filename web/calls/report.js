/** Detects a peer connection that does not come about, and reports how far it has got (rule SIG12). No address in it. */

/** @import {CallReport} from "../types/messages.js" */

/** @typedef {Pick<CallReport, "gathered" | "turn_refused">} Progress */

/** ICE that has found no way for so long will hardly find one. */
const CHECKING_MS = 6_000;
/** Nothing was found out at all: there is nothing to check, from this side or the other. */
const SILENT_MS = 12_000;
/** There is nothing to report in these states. @type {Set<RTCIceConnectionState>} */
const CONNECTED = new Set(["connected", "completed", "closed"]);
/** STUN errors of who may not use a TURN server (RFC 8489 section 14.8). */
const REFUSED = new Set([401, 403, 438, 441]);

export class StuckConnection {
  #pc;
  #refused = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {RTCPeerConnection} pc that both sides want, from now on
   * @param {(progress: Progress) => void} stuck called once, if no media come through
   */
  constructor(pc, stuck) {
    this.#pc = pc;
    const report = async () => {
      this.close();
      const progress = await this.#progress();
      if (!CONNECTED.has(pc.iceConnectionState)) stuck(progress);
    };
    const follow = () => {
      const state = pc.iceConnectionState;
      if (CONNECTED.has(state)) this.close();
      else if (this.#timer && state === "failed") void report();
      else if (this.#timer && state === "checking") {
        this.close();
        this.#timer = setTimeout(report, CHECKING_MS);
      }
    };
    pc.addEventListener("icecandidateerror", ({ errorCode }) => {
      if (REFUSED.has(errorCode)) this.#refused = true;
    });
    pc.addEventListener("iceconnectionstatechange", follow);
    this.#timer = setTimeout(report, SILENT_MS);
    follow();
  }

  close() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** @returns {Promise<Progress>} */
  async #progress() {
    /** @type {Set<CallReport["gathered"][number]>} */
    const types = new Set();
    for (const stat of (await this.#pc.getStats()).values()) {
      if (stat.type === "local-candidate") types.add(stat.candidateType);
    }
    return { gathered: [...types], turn_refused: this.#refused };
  }
}
