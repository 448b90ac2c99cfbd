/** Diagnoses by the server of calls that do not come about or are poor, while they hold (rules SIG12, SIG13). */

import { Emitter } from "../lib/emitter.js";

/** @import {SignalingManager} from "../signaling.js" */
/** @import {CallDiagnosis} from "../types/messages.js" */

/** @typedef {Exclude<CallDiagnosis["cause"], "well">} Cause */
/** @typedef {{cause: Cause, whose: CallDiagnosis["whose"]}} Diagnosis */
/** @typedef {typeof POOR[number]} PoorCause of a call that is up */

const POOR = /** @type {const} */ (["loss", "busy_computer", "relay_over_tcp", "slow_network", "far"]);

/** @param {Cause | undefined} cause @returns {cause is PoorCause} */
export function isOfPoorCall(cause) {
  return POOR.some((poor) => poor === cause);
}

/** `changed`: what is said of a call. @extends {Emitter<{changed: null}>} */
export class Diagnoses extends Emitter {
  /** By peer. @type {Map<string, Diagnosis>} */
  #held = new Map();
  #signaling;

  /** @param {Pick<SignalingManager, "on" | "callState">} signaling */
  constructor(signaling) {
    super();
    this.#signaling = signaling;
    signaling.on("state", ({ peerId, state }) => {
      const held = this.of(peerId);
      const over = isOfPoorCall(held?.cause) ? state === "ended" : state === "connected";
      if (held && over) this.#forget(peerId);
    });
  }

  /** Those of whose call something is said. @returns {string[]} */
  get peers() {
    return [...this.#held.keys()];
  }

  /** @param {string} peerId @returns {Diagnosis | null} */
  of(peerId) {
    return this.#held.get(peerId) ?? null;
  }

  /** @param {CallDiagnosis} message */
  receive({ from_peer_id: peerId, cause, whose }) {
    if (cause === "well") return this.#forget(peerId);
    const state = this.#signaling.callState(peerId);
    const isUp = state === "connected" || state === "reconnecting";
    if (isOfPoorCall(cause) !== isUp) return; // it has come about after all, or is over
    this.#held.set(peerId, { cause, whose });
    this.emit("changed", null);
  }

  /** @param {string} peerId */
  #forget(peerId) {
    if (this.#held.delete(peerId)) this.emit("changed", null);
  }
}
