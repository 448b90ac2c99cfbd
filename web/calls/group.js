/** Membership in the call of the canvas, a mesh: decides which members this peer has to call (rule SIG10). Pure. */

/** @import {Peer} from "../types/messages.js" */

/** How this peer came into it: who pressed Join stays though it is alone, a phone call is over then (rule JON2). */
/** @typedef {"joined" | "phone"} Entry */

export class Group {
  /** `null`: this peer is not in it. @type {Entry | null} */
  entry = null;
  /** Whom somebody has hung up on, or who does not answer: not called again until one of the two joins anew. @type {Set<string>} */
  #apart = new Set();
  /** The others who have joined, by the latest list. @type {Set<string>} */
  #members = new Set();
  /** Those of them whose connection is not there. @type {Set<string>} */
  #away = new Set();

  get joined() {
    return this.entry !== null;
  }

  /** How many others have joined. */
  get size() {
    return this.#members.size;
  }

  /** Nobody else is in it, but those that somebody has hung up on. */
  get isAlone() {
    return [...this.#members].every((peerId) => this.#apart.has(peerId));
  }

  /** @param {string} peerId with whom a call was ended */
  isApart(peerId) {
    return this.#apart.has(peerId);
  }

  /** @param {string} peerId */
  has(peerId) {
    return this.#members.has(peerId);
  }

  /** @param {Entry} entry */
  join(entry) {
    if (!this.joined) this.#apart.clear();
    if (this.entry !== "joined") this.entry = entry;
  }

  leave() {
    this.entry = null;
  }

  /** @param {string} peerId the call with that peer was ended, here or there */
  part(peerId) {
    this.#apart.add(peerId);
  }

  /** @param {string} peerId somebody wants the call with that peer again */
  unite(peerId) {
    this.#apart.delete(peerId);
  }

  /**
   * Take note of who is in it.
   *
   * @param {Iterable<Peer>} peers
   * @param {string} ownId
   * @returns {boolean} somebody has joined, or has come back
   */
  follow(peers, ownId) {
    let isAnyNew = false;
    for (const { peer_id: peerId, group_call: member = false, connected } of peers) {
      if (peerId === ownId) continue;
      const isNew = member && connected && (!this.#members.has(peerId) || this.#away.has(peerId));
      if (member) this.#members.add(peerId);
      else this.#members.delete(peerId);
      if (member && !connected) this.#away.add(peerId);
      else this.#away.delete(peerId);
      if (!isNew) continue;
      this.#apart.delete(peerId);
      isAnyNew = true;
    }
    return isAnyNew;
  }

  /** @param {ReadonlySet<string>} peerIds of everybody who is here: nobody else is in it */
  keep(peerIds) {
    for (const peerId of this.#members) if (!peerIds.has(peerId)) this.forget(peerId);
  }

  /** @param {string} peerId that has left the session */
  forget(peerId) {
    for (const known of [this.#members, this.#away, this.#apart]) known.delete(peerId);
  }

  /**
   * Whom to call now. Of two that are in it already the one with the smaller id calls, so that they do not both.
   *
   * @param {string} ownId
   * @param {Iterable<Peer>} peers
   * @param {(peerId: string) => boolean} hasCall
   * @param {boolean} [both] whoever has the smaller id: the other has had the time, or this peer has just joined
   * @returns {string[]}
   */
  missing(ownId, peers, hasCall, both = false) {
    if (!this.joined) return [];
    return [...peers]
      .filter(({ peer_id, connected }) => connected && this.#members.has(peer_id) && (both || ownId < peer_id))
      .map(({ peer_id }) => peer_id)
      .filter((peerId) => !hasCall(peerId) && !this.#apart.has(peerId));
  }
}
