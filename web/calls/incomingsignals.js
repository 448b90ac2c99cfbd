/** Signals of other peers: each is taken to the call it belongs to, which rings here if there is none. */

/** @import {Call, CallEndReason} from "./call.js" */
/** @import {CallManager} from "./callmanager.js" */

/**
 * The names that a signal gives to its call and its offer, and whether the call is one of the call of everybody;
 * clients exist that give none.
 *
 * @typedef {{callId?: string, offerId?: string, group?: boolean}} SignalNames
 */

/**
 * @typedef {object} IncomingHooks
 * @property {(call: Call) => boolean} acceptsItself nobody has to be asked
 * @property {(call: Call) => void} met a ring into the call of the canvas has crossed our own call of that peer
 * @property {(peerId: string) => void} settled a peer's call was offered or has ended: there is nothing to resume
 */

export class IncomingSignals {
  #calls;
  #hooks;

  /**
   * @param {CallManager} calls
   * @param {IncomingHooks} hooks
   */
  constructor(calls, hooks) {
    this.#calls = calls;
    this.#hooks = hooks;
  }

  /**
   * @param {string} peerId
   * @param {SignalNames} names
   */
  ring(peerId, { callId = "", group = false }) {
    const call = this.#callOf(peerId, callId, group);
    if (call && group && !call.group) this.#hooks.met(call);
  }

  /**
   * @param {string} peerId
   * @param {string} sdp
   * @param {SignalNames} names
   */
  offer(peerId, sdp, { callId = "", offerId = "" }) {
    const call = this.#callOf(peerId, callId, false); // rule SIG6
    if (!call) return;
    this.#hooks.settled(peerId);
    call.handleOffer(sdp, offerId);
  }

  /**
   * @param {string} peerId
   * @param {string} sdp
   * @param {SignalNames} names
   */
  answer(peerId, sdp, { callId = "", offerId = "" }) {
    const call = this.#calls.get(peerId);
    // They accepted what we have ended meanwhile; without this they would wait for us.
    if (!call) return this.#calls.sendEnd(peerId, "hangup", callId);
    if (this.#calls.ended.hasName(callId)) return; // of an earlier call
    call.names.add(callId);
    call.handleAnswer(sdp, offerId);
  }

  /**
   * @param {string} peerId
   * @param {RTCIceCandidateInit} candidate
   * @param {SignalNames} names
   */
  candidate(peerId, candidate, { callId = "" }) {
    if (this.#calls.ended.hasName(callId)) return; // of an earlier call
    const call = this.#calls.get(peerId);
    if (call) call.handleCandidate(candidate);
    else this.#calls.pending.keep(peerId, candidate);
  }

  /**
   * @param {string} peerId
   * @param {CallEndReason} reason
   * @param {SignalNames} names
   */
  end(peerId, reason, { callId = "" }) {
    const call = this.#calls.get(peerId);
    if (call && !call.names.has(callId)) return; // of an earlier call
    this.#hooks.settled(peerId);
    this.#calls.pending.take(peerId);
    if (!call) return;
    // Our offer and their hang-up may have crossed: behind it the offer began a new call (rule SIG6).
    const isCrossed = call.awaitsAnswer || (call.outgoing && callId && callId !== call.id);
    if (isCrossed && (reason === "hangup" || call.offeredAgain)) this.#calls.sendEnd(peerId, "hangup", call.id);
    this.#calls.finish(call, reason, false);
  }

  /**
   * The call that a signal belongs to. One that is over here is ended there as well, where it was not heard of.
   *
   * @param {string} peerId
   * @param {string} callId
   * @param {boolean} group
   * @returns {Call | null}
   */
  #callOf(peerId, callId, group) {
    const calls = this.#calls;
    const present = calls.get(peerId);
    if (calls.ended.hasName(callId) && !present?.names.has(callId)) {
      calls.sendEnd(peerId, "hangup", callId);
      return null;
    }
    if (present) {
      present.names.add(callId);
      return present;
    }
    if (calls.isFull) {
      calls.ended.addName(callId);
      calls.sendEnd(peerId, "busy", callId);
      return null;
    }
    const call = calls.begin(peerId, { outgoing: false, id: callId });
    call.group = group;
    calls.announce(call);
    if (this.#hooks.acceptsItself(call)) calls.accept(peerId);
    return call;
  }
}
