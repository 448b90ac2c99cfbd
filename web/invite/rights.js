/** What this person may do here, as the server has said (rule TOK3), and how the page shows it. */

import { Emitter } from "../emitter.js";

/** @import {PeerAssigned} from "../types/messages.js" */

/** @typedef {NonNullable<PeerAssigned["rights"]>[number]} Right */
/** @typedef {NonNullable<PeerAssigned["role"]>} Role */

/** @extends {Emitter<{changed: null}>} */
export class Rights extends Emitter {
  /** @type {Role} */
  role = "edit";
  /** @type {Set<Right>} */
  #rights = new Set(["edit", "publish"]);

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
