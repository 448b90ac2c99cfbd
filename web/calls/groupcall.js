/**
 * This peer's part in the call of the canvas: joining, ringing somebody into it, leaving, and a call with each who is in
 * it (rules SIG10, JON1, JON2).
 */

import { Group } from "./group.js";

/** @import {CallEndReason} from "./call.js" */
/** @import {CallManager} from "./callmanager.js" */
/** @import {Entry} from "./group.js" */
/** @import {Roster} from "../people/peers.js" */
/** @import {Peer} from "../types/messages.js" */

/** Time for the other side of a call that broke to begin it anew first. */
const LATER_MS = 1_000;
/** Time for who has just joined to call the members it knows of, before the one with the smaller id calls. */
const NEWCOMER_MS = 200;
/** Time for the one with the smaller id, before the other calls. */
const OWN_TURN_MS = 3_000;

/** Ends after which this side does not call again: those it says itself, and those of the other side. */
const FINAL = {
  ours: /** @type {ReadonlySet<CallEndReason | "lost">} */ (new Set(["hangup", "timeout"])),
  theirs: /** @type {ReadonlySet<CallEndReason | "lost">} */ (new Set(["declined", "busy"])),
};

export class GroupCall {
  /** Was in it before a reload, and waits for the list of who is here. @type {Entry | null} */
  rejoins = null;
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

  /** How this peer came into it, also before a reload. */
  get entry() {
    return this.#group.entry ?? this.rejoins; // until it is known who is here
  }

  /** How many others have joined. */
  get size() {
    return this.#group.size;
  }

  /** There is no place in it for one more, who would need a call with each. */
  get isFull() {
    return !this.joined && this.size > this.#calls.maxCalls;
  }

  /** @param {string} peerId */
  has(peerId) {
    return this.#group.has(peerId);
  }

  /**
   * Join it: accept those of its calls that ring here, and call everybody else who has joined before, at once: that they are
   * told of this peer, and only then call, would take longer.
   *
   * @param {Entry} entry
   */
  join(entry) {
    if (this.isFull) return;
    if (this.joined) return this.#group.join(entry);
    this.rejoins = null;
    this.#group.join(entry);
    this.announce();
    this.connect(this.#everybody, true);
    this.#adopt();
    if (this.#calls.accepted.length === 0) this.#calls.enter();
    this.#takeTurn();
  }

  /** Join it; the calls follow by themselves. @param {Entry} entry */
  enter(entry) {
    this.rejoins = null;
    this.#group.join(entry);
    this.announce();
    this.#calls.enter();
    this.#takeTurn();
  }

  /** Call who is missing though the other should have called: it may think that somebody has hung up. */
  #takeTurn() {
    setTimeout(() => this.connect(this.#everybody, true), OWN_TURN_MS);
  }

  /**
   * Ring somebody into it. Who is in it already only needs to be connected.
   *
   * @param {string} peerId
   */
  ring(peerId) {
    if (this.#calls.get(peerId)) return this.#calls.accept(peerId);
    if (!this.#calls.canBegin || peerId === this.#ownId()) return;
    const isMet = this.has(peerId) && !this.joined; // members are connected by joining
    this.join("phone");
    this.#group.unite(peerId);
    if (this.joined && !isMet) this.#calls.start(peerId, true);
  }

  /** Ring everybody who is not in it. */
  ringAll() {
    const others = this.#everybody.filter(({ peer_id, connected }) => connected && peer_id !== this.#ownId());
    for (const { peer_id: peerId } of others) if (!this.has(peerId)) this.ring(peerId);
  }

  /**
   * Whether a call needs no asking: both are in this one, or that rings for it, and nobody here has ended the one before.
   *
   * @param {{peerId: string, group: boolean}} call that rings here
   */
  accepts({ peerId, group }) {
    return this.joined && (group || this.has(peerId)) && !this.#group.isApart(peerId);
  }

  /** A call of it is accepted. @param {string} peerId */
  accepted(peerId) {
    this.#group.unite(peerId);
    this.join("phone");
  }

  /** Let the server know that this peer is in it. */
  announce() {
    this.#calls.send({ type: "group_call", joined: true });
  }

  leave() {
    this.rejoins = null;
    if (this.joined) this.withdraw();
    this.#group.leave();
  }

  /** Let the server know that this peer is in it no more. */
  withdraw() {
    this.#calls.send({ type: "group_call", joined: false });
  }

  /** This peer has lost its place, and is in it no more. */
  abandon() {
    this.rejoins = null;
    this.#group.leave();
  }

  /** Calls of two with those who are in it as well are part of it from now on; none of it has to be asked for. */
  #adopt() {
    if (!this.joined) return;
    for (const call of this.#calls.all) {
      if (this.has(call.peerId)) call.group = true;
      if (this.accepts(call)) this.#calls.accept(call.peerId);
    }
  }

  /**
   * Who is here has changed.
   *
   * @param {Peer[]} peers
   * @param {boolean} snapshot this is everybody
   */
  follow(peers, snapshot) {
    if (snapshot) this.#group.keep(new Set(peers.map(({ peer_id }) => peer_id)));
    const isAnyNew = this.#group.follow(peers, this.#ownId()) && this.joined;
    if (isAnyNew) this.#takeTurn();
    this.#adopt();
    if (isAnyNew && !snapshot) setTimeout(() => this.connect(), NEWCOMER_MS);
    else this.connect(peers);
    this.#leaveIfOver();
  }

  /**
   * @param {Iterable<Peer>} [peers] of whom something may have changed; by default all
   * @param {boolean} [both] whoever has the smaller id
   */
  connect(peers = this.#everybody, both = false) {
    const hasCall = (/** @type {string} */ peerId) => this.#calls.get(peerId) !== undefined;
    this.#calls.startAll(this.#group.missing(this.#ownId(), peers, hasCall, both));
  }

  /** @param {string} peerId that has left the session */
  forget(peerId) {
    this.#group.forget(peerId);
    this.#leaveIfOver();
  }

  /**
   * A call with a peer is over. Who was hung up on here, would not have it there, or did not answer, is not called again.
   * What broke is begun anew; so is what the other side has ended, which may have meant an earlier call, unless it leaves.
   *
   * @param {string} peerId
   * @param {CallEndReason | "lost"} reason
   * @param {boolean} byUs
   */
  callEnded(peerId, reason, byUs) {
    if (reason === "left") this.#group.forget(peerId);
    if (FINAL[byUs ? "ours" : "theirs"].has(reason) || (reason === "failed" && this.#isLastOfPhone)) this.#group.part(peerId);
    this.#leaveIfOver();
    if (!this.joined) return;
    setTimeout(() => this.connect(), LATER_MS);
    this.#takeTurn();
  }

  /** A phone call without any line. */
  get #isLastOfPhone() {
    return this.#group.entry === "phone" && !this.#calls.accepted.some(({ group }) => group);
  }

  /** A phone call is over when nobody else is left in it. */
  #leaveIfOver() {
    if (!this.#isLastOfPhone || !this.#group.isAlone) return;
    this.leave();
    this.#calls.turnOff();
  }

  get #everybody() {
    return [...this.#roster.peers.values()];
  }
}
