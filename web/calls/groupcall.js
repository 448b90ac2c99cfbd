/** This peer's part in the call of everybody: joining, leaving, and a call with each who is in it (rule SIG10). */

import { Group } from "./group.js";

/** @import {CallEndReason} from "./call.js" */
/** @import {CallManager} from "./callmanager.js" */
/** @import {Roster} from "../people/peers.js" */
/** @import {Peer} from "../types/messages.js" */

/** Time for the other side of a call that broke to begin it anew first. */
const LATER_MS = 1_000;

export class GroupCall {
  /** Was in it before a reload, and waits for the list of who is here. */
  rejoins = false;
  #calls;
  #roster;
  #ownId;
  #group = new Group();

  /**
   * @param {CallManager} calls
   * @param {Roster} roster
   * @param {() => string} ownId this peer's id when the others were last listed
   */
  constructor(calls, roster, ownId) {
    this.#calls = calls;
    this.#roster = roster;
    this.#ownId = ownId;
  }

  get joined() {
    return this.#group.joined;
  }

  /** How many others have joined. */
  get size() {
    return this.#group.size;
  }

  /**
   * Join it; where nobody is in it yet, ring them all.
   *
   * @param {string} ownId
   */
  joinOrRing(ownId) {
    if (this.joined) return;
    const others = [...this.#roster.peers.values()].filter(({ peer_id }) => peer_id !== ownId);
    this.join();
    if (others.some(({ group_call }) => group_call)) return;
    for (const { peer_id } of others) this.#calls.start(peer_id, true);
  }

  /** Join it: accept those of its calls that ring here, and call who else has joined before. */
  join() {
    if (this.joined) return;
    this.enter();
    for (const { peerId, group } of this.#calls.all) if (group) this.#calls.accept(peerId);
    this.connect();
  }

  /** Join it; the calls follow by themselves. */
  enter() {
    this.rejoins = false;
    this.#group.join();
    this.announce();
    this.#calls.enter();
  }

  /** Let the server know that this peer is in it. */
  announce() {
    this.#calls.send({ type: "group_call", joined: true });
  }

  leave() {
    this.rejoins = false;
    if (this.joined) this.#calls.send({ type: "group_call", joined: false });
    this.#group.leave();
  }

  /** This peer has lost its place, and is in it no more. */
  abandon() {
    this.rejoins = false;
    this.#group.leave();
  }

  /** @param {Peer[]} [peers] of whom something may have changed; by default all */
  connect(peers = [...this.#roster.peers.values()]) {
    const hasCall = (/** @type {string} */ peerId) => this.#calls.get(peerId) !== undefined;
    for (const peerId of this.#group.missing(this.#ownId(), peers, hasCall)) this.#calls.start(peerId, true);
  }

  /**
   * A call with a peer is over: what a person has ended stays so, what broke is begun anew.
   *
   * @param {string} peerId
   * @param {CallEndReason | "lost"} reason
   */
  callEnded(peerId, reason) {
    if (reason === "hangup" || reason === "declined") this.#group.part(peerId);
    else if (this.joined) setTimeout(() => this.connect(), LATER_MS);
  }
}
