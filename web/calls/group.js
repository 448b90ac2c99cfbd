/** Membership in the call of everybody, a mesh: decides which members this peer has to call (rule SIG10). Pure. */

/** @import {Peer} from "../types/messages.js" */

export class Group {
  joined = false;
  /** Whom a person has hung up on: not called again until one of the two joins anew. @type {Set<string>} */
  #apart = new Set();
  /** The others who have joined, by the latest list. @type {Set<string>} */
  #members = new Set();

  /** How many others have joined. */
  get size() {
    return this.#members.size;
  }

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
    const missing = [];
    for (const { peer_id: peerId, group_call: member = false, connected } of peers) {
      if (member && !this.#members.has(peerId)) this.#apart.delete(peerId);
      if (member && peerId !== ownId) this.#members.add(peerId);
      else this.#members.delete(peerId);
      if (!member || !connected || ownId >= peerId) continue;
      if (!hasCall(peerId) && !this.#apart.has(peerId)) missing.push(peerId);
    }
    return this.joined ? missing : [];
  }
}
