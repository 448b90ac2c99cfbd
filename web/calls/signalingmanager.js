/** Calls with the other peers of the session: what the page does with them, and what others' signals do. */

import { Emitter } from "../lib/emitter.js";
import { onWake } from "../connection/wake.js";
import { mayBeHeard } from "../invite/rights.js";
import { CallManager } from "./callmanager.js";
import { CallResumption } from "./callresumption.js";
import { GroupCall } from "./groupcall.js";
import { IncomingSignals } from "./incomingsignals.js";
import { spare } from "./peerconnection.js";

/** @import {CallEndReason, CallState} from "./call.js" */
/** @import {SignalingEvents} from "./callmanager.js" */
/** @import {SignalNames} from "./incomingsignals.js" */
/** @import {Entry} from "./group.js" */
/** @import {Preset} from "./quality.js" */
/** @import {SavedCall} from "../connection/identity.js" */
/** @import {LocalMedia} from "../media/local.js" */
/** @import {Sizes} from "../media/viewsizes.js" */
/** @import {ScreenShare} from "../media/screen.js" */
/** @import {Roster} from "../people/peers.js" */
/** @import {CanvasConnection} from "../protocol.js" */
/** @import {Peer} from "../types/messages.js" */

/** @extends {Emitter<SignalingEvents>} */
export class SignalingManager extends Emitter {
  /** Accept what rings without asking: for kiosks and tests. */
  autoAccept = false;
  #connection;
  #media;
  #roster;
  #calls;
  #group;
  #resumption;
  #incoming;
  /** The peers were listed. A program that never lists them plays everybody. */
  #knowsPeers = false;

  /**
   * @param {CanvasConnection} connection
   * @param {LocalMedia} media
   * @param {ScreenShare} screen
   * @param {Roster} roster
   */
  constructor(connection, media, screen, roster) {
    super();
    this.#connection = connection;
    this.#media = media;
    this.#roster = roster;
    this.#calls = new CallManager(connection, media, screen, {
      emit: (name, detail) => this.emit(name, detail),
      hears: (peerId) => this.hears(peerId),
      accepting: (call) => call.group && this.#group.accepted(call.peerId),
      finished: (peerId, reason, byUs) => {
        this.#resumption.settle(peerId);
        this.#group.callEnded(peerId, reason, byUs);
      },
      groupSize: () => (this.inGroup ? this.#group.size : null),
    });
    this.#group = new GroupCall(this.#calls, roster, () => this.#resumption.ownId);
    this.#resumption = new CallResumption(connection, this.#calls, this.#group);
    this.#incoming = new IncomingSignals(this.#calls, {
      acceptsItself: (call) => this.autoAccept || this.#group.accepts(call),
      met: (call) => {
        call.group = true; // who called them would have accepted
        if (call.accepted) this.#group.accepted(call.peerId);
      },
      settled: (peerId) => this.#resumption.settle(peerId),
    });
    onWake(() => this.#calls.nudge());
    connection.on("state", (state) => {
      if (state === "open") this.#calls.nudge();
      if (state === "closed") this.#resumption.close();
    });
    connection.on("lost", () => this.#resumption.lost());
  }

  /** By peer id. @returns {Map<string, RTCPeerConnection>} */
  get peerConnections() {
    return this.#calls.peerConnections;
  }

  /** This peer's id, once the server has given one. */
  get peerId() {
    return this.#connection.peerId;
  }

  /** What this peer sends; `null` while it is in no call. */
  get localStream() {
    return this.#media.stream;
  }

  /** With so many calls a further one is answered with `busy`. */
  get maxCalls() {
    return this.#calls.maxCalls;
  }

  set maxCalls(count) {
    this.#calls.maxCalls = count;
  }

  /** This peer rings somebody, is being connected or talks; ringing here alone does not count. */
  get inCall() {
    return this.#calls.inCall;
  }

  /** This peer has joined the call of the canvas. */
  get inGroup() {
    return this.#group.joined;
  }

  /** The call of the canvas has no place for this peer. */
  get isGroupFull() {
    return this.#group.isFull;
  }

  /** @returns {{peerId: string, state: CallState, outgoing: boolean}[]} oldest first */
  get calls() {
    return this.#calls.all.map(({ peerId, state, outgoing }) => ({ peerId, state, outgoing }));
  }

  /** @param {string} peerId who calls from the call of the canvas: accepting is joining it */
  ringsForGroup(peerId) {
    return this.#calls.get(peerId)?.group ?? false;
  }

  /**
   * @param {string} peerId
   * @returns {CallState}
   */
  callState(peerId) {
    return this.#calls.get(peerId)?.state ?? (this.#calls.ended.hasPeer(peerId) ? "ended" : "idle");
  }

  /**
   * Whether what a peer sends is shown and heard here: not before its role is known, nor without the right
   * to publish (rule TOK3), whatever it sends.
   *
   * @param {string} peerId
   */
  hears(peerId) {
    return !this.#knowsPeers || mayBeHeard(this.#roster.peers.get(peerId));
  }

  // --- what the person does ------------------------------------------------------------------

  /**
   * Call a peer, or accept its call if it is ringing here.
   *
   * @param {string} peerId
   */
  startCall(peerId) {
    this.#calls.start(peerId, false);
  }

  /** Join the call of the canvas (rule JON1). It rings nobody. */
  joinCall() {
    if (this.#calls.isReady) this.#group.join("joined");
  }

  /**
   * Join the call of the canvas and ring somebody into it, or accept their call if it is ringing here.
   *
   * @param {string} peerId
   */
  ring(peerId) {
    this.#group.ring(peerId);
  }

  /** Ring everybody into the call of the canvas who is not in it. */
  ringAll() {
    this.#group.ringAll();
  }

  /**
   * Whether hanging up on a peer is no concern of others: cancelling a ring, ending a call of two, or leaving the call of
   * the canvas while the two are alone in it (rule JON3).
   *
   * @param {string} peerId
   */
  mayHangUp(peerId) {
    const call = this.#calls.get(peerId);
    if (!call) return false;
    if (!call.accepted || !this.#group.has(peerId) || !this.inGroup) return true;
    return this.#group.size === 1;
  }

  /** @param {string} peerId with whom it may be done */
  hangUp(peerId) {
    if (!this.mayHangUp(peerId)) return;
    if (this.inGroup && this.#group.has(peerId)) this.leaveCall();
    else this.endCall(peerId);
  }

  /** @param {string} peerId */
  acceptCall(peerId) {
    this.#calls.accept(peerId);
  }

  /** @param {string} peerId */
  declineCall(peerId) {
    this.endCall(peerId, "declined");
  }

  /**
   * Hang up, cancel or decline.
   *
   * @param {string} peerId
   * @param {CallEndReason} [reason]
   */
  endCall(peerId, reason = "hangup") {
    this.#calls.end(peerId, reason);
  }

  /** Leave the call of the canvas, and end every other call but those that still ring here. */
  leaveCall() {
    this.#group.leave();
    for (const { peerId } of this.#calls.accepted) this.endCall(peerId);
    this.#calls.turnOff();
  }

  /** End every call and turn the devices off. */
  cleanup() {
    this.leaveCall();
    for (const { peerId } of this.#calls.all) this.endCall(peerId);
  }

  /**
   * @param {string} peerId
   * @returns {RTCPeerConnection}
   */
  getOrCreateConnection(peerId) {
    return this.#calls.connect(this.#calls.get(peerId) ?? this.#calls.begin(peerId, { outgoing: true }));
  }

  /** @param {Preset} preset of the pictures sent from now on */
  setPreset(preset) {
    this.#calls.setPreset(preset);
  }

  /** A call is likely, and nothing else: no device is turned on. */
  expectCall() {
    if (this.#connection.state === "open" && !this.#calls.isFull) this.#calls.expect();
  }

  /** No call is likely any more. */
  expectNoCall() {
    spare.drop();
  }

  /** @param {RTCConfiguration} ice of calls to come, and of present ones when they look for another path */
  configure(ice) {
    this.#calls.configure(ice);
  }

  // --- reloads -------------------------------------------------------------------------------

  /** What a reload of this page has to find again. @returns {SavedCall[]} */
  get savedCalls() {
    return this.#resumption.saved;
  }

  /** How this peer came into the call of the canvas, which a reload has to find again. */
  get savedGroup() {
    return this.#group.entry;
  }

  /**
   * Take up the calls of the page that was here before a reload, as soon as it is known who is here.
   *
   * @param {SavedCall[]} calls
   * @param {Entry | null} group how this peer came into the call of the canvas
   */
  restore(calls, group) {
    this.#resumption.restore(calls);
    this.#group.rejoins = group;
  }

  // --- what the others do --------------------------------------------------------------------

  /**
   * Who is here has changed, or was listed anew: go on with the calls that wait for that.
   *
   * @param {Peer[]} peers
   * @param {boolean} [snapshot] this is everybody
   */
  handlePeers(peers, snapshot = false) {
    this.#knowsPeers = true;
    for (const call of this.#calls.all) call.judge();
    this.#resumption.seen(peers, snapshot);
    this.#group.follow(peers, snapshot);
    if (this.inCall) this.#calls.fitQuality();
  }

  /**
   * Somebody rings. If we are calling them already, both have called: that counts as accepting.
   *
   * @param {string} fromPeerId
   * @param {string} sessionId
   * @param {SignalNames} [names]
   */
  handleIncomingCall(fromPeerId, sessionId, names = {}) {
    if (sessionId === this.#connection.sessionId) this.#incoming.ring(fromPeerId, names);
  }

  /**
   * @param {string} fromPeerId
   * @param {string} sdp
   * @param {SignalNames} [names]
   */
  handleOffer(fromPeerId, sdp, names = {}) {
    this.#incoming.offer(fromPeerId, sdp, names);
  }

  /**
   * @param {string} fromPeerId
   * @param {string} sdp
   * @param {SignalNames} [names]
   */
  handleAnswer(fromPeerId, sdp, names = {}) {
    this.#incoming.answer(fromPeerId, sdp, names);
  }

  /**
   * @param {string} fromPeerId
   * @param {RTCIceCandidateInit} candidate
   * @param {SignalNames} [names]
   */
  handleIceCandidate(fromPeerId, candidate, names = {}) {
    this.#incoming.candidate(fromPeerId, candidate, names);
  }

  /**
   * @param {string} fromPeerId
   * @param {CallEndReason} reason
   * @param {SignalNames} [names]
   */
  handleCallEnded(fromPeerId, reason, names = {}) {
    this.#incoming.end(fromPeerId, reason, names);
  }

  /**
   * A peer has left the session. Its call has ended by `call_ended` already (rule SIG5).
   *
   * @param {string} peerId
   */
  handlePeerLeft(peerId) {
    this.handleCallEnded(peerId, "left");
    this.#group.forget(peerId);
    this.#calls.ended.forget(peerId);
  }

  /**
   * A peer says how large it shows what this one sends.
   *
   * @param {string} fromPeerId
   * @param {Sizes} sizes
   */
  handleViewSize(fromPeerId, sizes) {
    this.#calls.get(fromPeerId)?.fitting.setView(sizes);
  }
}
