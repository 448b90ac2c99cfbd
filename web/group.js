/** The call of everybody in the session: each who has joined is connected with all the others. */

/** @import {Peer} from "./types/messages.js" */

export class Group {
  joined = false;
  /** Whom a person has hung up on: not called again until one of the two joins anew. @type {Set<string>} */
  #apart = new Set();

  join() {
    this.joined = true;
    this.#apart.clear();
  }

  leave() {
    this.joined = false;
  }

  /** @param {string} peerId the call with that peer was ended, here or there */
  part(peerId) {
    this.#apart.add(peerId);
  }

  /**
   * Whom to call now. Of two members the one with the smaller id calls, so that they do not both.
   *
   * @param {string} ownId
   * @param {Iterable<Peer>} peers
   * @param {(peerId: string) => boolean} hasCall
   * @returns {string[]}
   */
  missing(ownId, peers, hasCall) {
    if (!this.joined) return [];
    const missing = [];
    for (const { peer_id: peerId, group_call: member = false, connected } of peers) {
      if (!member) this.#apart.delete(peerId);
      else if (connected && ownId < peerId && !hasCall(peerId) && !this.#apart.has(peerId)) {
        missing.push(peerId);
      }
    }
    return missing;
  }
}
