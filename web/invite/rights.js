/** Role and rights of this person in the session, given by the server (rule TOK3). */

import { Emitter } from "../lib/emitter.js";
import { entryOf } from "../lib/own.js";
import { ROLE_RIGHTS } from "../types/traits.js";

/** @import {PeerAssigned} from "../types/messages.js" */

/** @typedef {NonNullable<PeerAssigned["rights"]>[number]} Right */
/** @typedef {NonNullable<PeerAssigned["role"]>} Role */

/**
 * @param {{role?: Role} | undefined} peer `undefined`: nobody that was told of
 * @returns {boolean} they may be seen and heard (rule TOK3)
 */
export function mayBeHeard(peer) {
  return peer !== undefined && (entryOf(ROLE_RIGHTS, peer.role ?? "edit") ?? []).includes("publish");
}

/** @extends {Emitter<{changed: null}>} */
export class Rights extends Emitter {
  /** @type {Role} */
  role = "edit";
  /** @type {Set<Right>} */
  #rights = new Set(["chat", "edit", "publish"]);

  /** @param {Right} right */
  has(right) {
    return this.#rights.has(right);
  }

  /** @param {PeerAssigned} assigned */
  take({ role = "edit", rights = [] }) {
    const same = role === this.role && rights.length === this.#rights.size && rights.every((right) => this.has(right));
    this.role = role;
    this.#rights = new Set(rights);
    // The style sheet hides what cannot be done.
    document.body.dataset["rights"] = rights.join(" ");
    if (!same) this.emit("changed", null);
  }
}
