/** Calls whose code was compared by people, and whether it is still the same. */

import { agreedOn } from "./code.js";

/** @import {SignalingManager} from "../signaling.js" */

export class VerifiedCalls {
  #signaling;
  #changed;
  /** By peer: what had been agreed on when the code was compared. @type {Map<string, string>} */
  #agreed = new Map();

  /**
   * @param {SignalingManager} signaling
   * @param {(peerId: string) => void} changed is told when a call whose code was compared has another one
   */
  constructor(signaling, changed) {
    this.#signaling = signaling;
    this.#changed = changed;
    signaling.on("state", ({ peerId, state }) => {
      if (state === "ended") this.#agreed.delete(peerId);
      else if (state === "connected") this.#check(peerId);
    });
  }

  /**
   * @param {string} peerId
   * @returns {string} what was agreed on with a peer; empty: nothing yet
   */
  agreed(peerId) {
    const pc = this.#signaling.peerConnections.get(peerId);
    return pc ? agreedOn(pc) : "";
  }

  /** @param {string} peerId the code of whose call is the same at both sides */
  confirm(peerId) {
    this.#agreed.set(peerId, this.agreed(peerId));
  }

  /** @param {string} peerId */
  has(peerId) {
    const compared = this.#agreed.get(peerId);
    return compared !== undefined && compared === this.agreed(peerId);
  }

  /** @param {string} peerId */
  #check(peerId) {
    if (!this.#agreed.has(peerId) || this.has(peerId)) return;
    this.#agreed.delete(peerId);
    this.#changed(peerId);
  }
}
