/** Takes calls up again: after a reload of this page, and after the server has lost what it knew of them. */

import { CallRestore } from "./callrestore.js";

/** @import {CallManager} from "./callmanager.js" */
/** @import {GroupCall} from "./groupcall.js" */
/** @import {SavedCall} from "../connection/identity.js" */
/** @import {CanvasConnection} from "../protocol.js" */
/** @import {Peer} from "../types/messages.js" */

/** For one of two that both begin anew: the time the other has to offer first. */
const LATER_MS = 1_000;

export class CallResumption {
  /** This peer's id when the others were last listed. */
  ownId = "";
  #connection;
  #calls;
  #group;
  #restore = new CallRestore();

  /**
   * @param {CanvasConnection} connection
   * @param {CallManager} calls
   * @param {GroupCall} group
   */
  constructor(connection, calls, group) {
    this.#connection = connection;
    this.#calls = calls;
    this.#group = group;
  }

  /** The calls that a reload has to find again. @returns {SavedCall[]} */
  get saved() {
    const calls = this.#calls.accepted.map(({ peerId, id, state, group }) => {
      return { peerId, callId: id, ringing: state === "ringing", group };
    });
    return [...calls, ...this.#restore.saved];
  }

  /** @param {SavedCall[]} calls of the page that was here before a reload */
  restore(calls) {
    this.#restore.saved = calls;
  }

  /** @param {string} peerId whose call is offered or over: there is nothing to resume */
  settle(peerId) {
    this.#restore.settle(peerId);
  }

  /** What the server knew of our calls may be gone; the media flow on. */
  lost() {
    if (this.ownId !== this.#connection.peerId) return this.#abandon();
    this.#restore.lost(this.#calls.all.map(({ peerId }) => peerId));
    if (this.#group.joined) this.#group.announce();
  }

  /**
   * Go on with the calls that wait for these peers.
   *
   * @param {Peer[]} peers who are here, or have changed
   * @param {boolean} snapshot this is everybody
   */
  seen(peers, snapshot) {
    this.ownId = this.#connection.peerId ?? "";
    const { restore, offer, offerLater } = this.#restore.seen(peers, snapshot);
    if (snapshot) this.#rejoin(peers, restore);
    for (const saved of restore) this.#restoreCall(saved);
    for (const peerId of offer) this.#offerAgain(peerId);
    for (const peerId of offerLater) setTimeout(() => this.#offerAgain(peerId), LATER_MS);
  }

  /**
   * Be in the call of the canvas again, unless it is over: the calls of it follow.
   *
   * @param {Peer[]} peers who are here
   * @param {SavedCall[]} saved
   */
  #rejoin(peers, saved) {
    const entry = this.#group.rejoins;
    this.#group.rejoins = null;
    if (!entry || this.#group.joined) return;
    const isOn = saved.some(({ group }) => group) || peers.some(({ peer_id, group_call }) => group_call && peer_id !== this.ownId);
    if (entry === "joined" || isOn) this.#group.enter(entry);
    else this.#group.withdraw();
  }

  /** The server has sent this page away, or it is this person in another window now: nothing of it goes on. */
  close() {
    this.#abandon();
    this.#calls.turnOff();
  }

  /** We are somebody else now: nobody knows us by our calls any more. */
  #abandon() {
    this.#group.abandon();
    this.#restore.clear();
    for (const call of this.#calls.all) this.#calls.finish(call, "lost", false);
  }

  /** @param {SavedCall} saved */
  #restoreCall({ peerId, callId, ringing, group }) {
    if (this.#calls.get(peerId)) return;
    const call = this.#calls.begin(peerId, { outgoing: true, id: callId, resumed: !ringing });
    call.group = group && this.#group.joined;
    this.#calls.offer(call);
  }

  /** @param {string} peerId */
  #offerAgain(peerId) {
    if (this.#restore.settle(peerId)) this.#calls.get(peerId)?.offerAgain();
  }
}
