/** Calls with the other peers of the session: who rings, who is talking, what is sent for it. */

import { Call } from "./calls/call.js";
import { PendingCandidates } from "./calls/pendingcandidates.js";
import { Emitter } from "./lib/emitter.js";
import { EndedCalls } from "./calls/ended.js";
import { Group } from "./calls/group.js";
import { log } from "./lib/log.js";
import { sendingQuality } from "./calls/quality.js";
import { CallRestore } from "./calls/callrestore.js";
import { onWake } from "./connection/wake.js";
import { mayBeHeard } from "./invite/rights.js";

/** @import {CallEndReason, CallState} from "./calls/call.js" */
/** @import {Preset} from "./calls/quality.js" */
/** @import {SavedCall} from "./connection/identity.js" */
/** @import {LocalMedia} from "./media/local.js" */
/** @import {Sizes} from "./media/viewsizes.js" */
/** @import {ScreenShare} from "./media/screen.js" */
/** @import {Roster} from "./people/peers.js" */
/** @import {CanvasConnection} from "./protocol.js" */
/** @import {ClientMessage, Peer} from "./types/messages.js" */

/**
 * What a signal says of the call and the offer it belongs to; clients exist that say nothing.
 *
 * @typedef {{callId?: string, offerId?: string, group?: boolean}} SignalNames
 */

/**
 * Why a call is over, as far as the person here is concerned: the reason of the wire, or `lost`
 * when this peer has lost its place at the server.
 *
 * @typedef {object} CallChange
 * @property {string} peerId
 * @property {CallState} state
 * @property {boolean} outgoing
 * @property {boolean} answered it has come further than ringing
 * @property {CallEndReason | "lost" | null} reason set when `ended`
 * @property {boolean} byUs ended from here
 */

/**
 * `entered`: this peer called, accepted or joined, so its camera belongs on the canvas. `local`: the
 * stream of the own camera, `null` when it is off again. `stream`: what a peer sends, or `null`;
 * `screen`: the screen that it shares.
 *
 * @typedef {object} SignalingEvents
 * @property {CallChange} state
 * @property {null} entered
 * @property {MediaStream | null} local
 * @property {{peerId: string, stream: MediaStream | null}} stream
 * @property {{peerId: string, stream: MediaStream | null}} screen
 */

/** For one of two that both begin anew: the time the other has to offer first. */
const LATER_MS = 1_000;

/** @extends {Emitter<SignalingEvents>} */
export class SignalingManager extends Emitter {
  /** @type {Map<string, RTCPeerConnection>} */
  peerConnections = new Map();
  /** How connections to other peers are made. @type {RTCConfiguration} */
  #ice = {};
  /** Accept what rings without asking: for kiosks and tests. */
  autoAccept = false;
  /** With so many calls a further one is answered with `busy`. */
  maxCalls = 16;

  #connection;
  #media;
  /** @type {Preset} */
  #preset = "auto";
  #screen;
  #roster;
  /** @type {Map<string, Call>} */
  #calls = new Map();
  #ended = new EndedCalls();
  #early = new PendingCandidates();
  #group = new Group();
  #returning = new CallRestore();
  /** Was in the call of everybody before a reload, and waits to be told who is here and what it may do. */
  #rejoining = false;
  /** Was told who is here. A program that never tells it plays everybody. */
  #knowsPeers = false;
  #ownId = "";

  /**
   * @param {CanvasConnection} connection
   * @param {LocalMedia} media
   * @param {ScreenShare} screen
   * @param {Roster} roster
   */
  constructor(connection, media, screen, roster) {
    super();
    this.#roster = roster;
    this.#connection = connection;
    this.#media = media;
    this.#screen = screen;
    screen.on("changed", () => {
      for (const call of this.#calls.values()) call.setScreen(screen.stream);
    });
    media.on("changed", () => {
      for (const call of this.#calls.values()) if (call.accepted) call.attachTracks();
    });
    onWake(() => this.#nudge());
    connection.on("state", (state) => {
      if (state === "open") this.#nudge();
    });
    connection.on("lost", () => this.#lost());
  }

  /** This peer's id, once the server has given one. */
  get peerId() {
    return this.#connection.peerId;
  }

  /** What this peer sends; `null` while it is in no call. */
  get localStream() {
    return this.#media.stream;
  }

  /** This peer rings somebody, is being connected or talks; ringing here alone does not count. */
  get inCall() {
    return this.inGroup || [...this.#calls.values()].some((call) => call.accepted);
  }

  /** This peer has joined the call of everybody. */
  get inGroup() {
    return this.#group.joined;
  }

  /** What a reload has to find again of the call of everybody. */
  get savedGroup() {
    return this.inGroup || this.#rejoining;
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

  /** What a reload of this page has to find again. @returns {SavedCall[]} */
  get savedCalls() {
    const calls = [...this.#calls.values()].filter((call) => call.accepted);
    const saved = calls.map(({ peerId, id, state }) => ({
      peerId,
      callId: id,
      ringing: state === "ringing",
    }));
    return [...saved, ...this.#returning.saved];
  }

  /** @returns {{peerId: string, state: CallState, outgoing: boolean}[]} oldest first */
  get calls() {
    return [...this.#calls.values()].map(({ peerId, state, outgoing }) => ({
      peerId,
      state,
      outgoing,
    }));
  }

  /**
   * @param {string} peerId
   * @returns {CallState}
   */
  callState(peerId) {
    return this.#calls.get(peerId)?.state ?? (this.#ended.hasPeer(peerId) ? "ended" : "idle");
  }

  // --- what the person does ------------------------------------------------------------------

  /**
   * Call a peer, or accept its call if it is ringing here.
   *
   * @param {string} peerId
   */
  startCall(peerId) {
    this.#call(peerId, false);
  }

  /** Join the call of everybody; where nobody is in it yet, ring them all. */
  joinGroup() {
    if (this.inGroup || !this.peerId) return;
    const peers = [...this.#roster.peers.values()];
    const others = peers.filter(({ peer_id }) => peer_id !== this.peerId);
    this.#joinGroup();
    if (!others.some(({ group_call }) => group_call)) {
      for (const { peer_id } of others) this.#call(peer_id, true);
    }
  }

  #joinGroup() {
    if (this.inGroup) return;
    this.#enterGroup();
    this.#connectGroup(); // who has joined before us
  }

  #enterGroup() {
    this.#rejoining = false;
    this.#group.join();
    this.#send({ type: "group_call", joined: true });
    this.#enter();
  }

  /**
   * @param {string} peerId
   * @param {boolean} group
   */
  #call(peerId, group) {
    if (!this.peerId || peerId === this.peerId || this.#connection.state !== "open") {
      log("signaling", "cannot call now");
      return;
    }
    const present = this.#calls.get(peerId);
    if (present) {
      if (!present.accepted) this.acceptCall(peerId);
      return;
    }
    const call = this.#begin(peerId, { outgoing: true });
    call.group = group;
    /** @type {ClientMessage} */
    const message = {
      type: "start_call",
      target_peer_id: peerId,
      session_id: this.#connection.sessionId,
      call_id: call.id,
    };
    this.#send(group ? { ...message, group } : message);
    this.#offer(call);
    this.#tell(call);
  }

  /** @param {Call} call */
  #offer(call) {
    const stream = this.#enter();
    this.#connect(call);
    call.offerMedia(stream);
    this.#setQuality();
  }

  /** @param {string} peerId */
  acceptCall(peerId) {
    const call = this.#calls.get(peerId);
    if (!call || call.accepted) return;
    if (call.group) this.#joinGroup();
    const stream = this.#enter();
    this.#connect(call);
    call.accept(stream);
    this.#setQuality();
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
    const call = this.#calls.get(peerId);
    if (!call) return;
    this.#sendEnd(peerId, reason, call.id);
    this.#finish(call, reason, true);
  }

  /** End every call but those that still ring here. */
  leaveCalls() {
    this.#rejoining = false;
    if (this.inGroup) this.#send({ type: "group_call", joined: false });
    this.#group.leave();
    for (const [peerId, call] of [...this.#calls]) if (call.accepted) this.endCall(peerId);
    this.#turnOff();
  }

  /** End every call and turn the devices off. */
  cleanup() {
    this.leaveCalls();
    for (const peerId of [...this.#calls.keys()]) this.endCall(peerId);
  }

  /**
   * @param {string} peerId
   * @returns {RTCPeerConnection}
   */
  getOrCreateConnection(peerId) {
    return this.#connect(this.#calls.get(peerId) ?? this.#begin(peerId, { outgoing: true }));
  }

  /**
   * A peer tells how large it shows what this one sends.
   *
   * @param {string} fromPeerId
   * @param {Sizes} sizes
   */
  handleViewSize(fromPeerId, sizes) {
    this.#calls.get(fromPeerId)?.fitting.setView(sizes);
  }

  /**
   * Take what the server says of how peers reach each other: for calls to come, and for the next time
   * that one of those which are there has to look for another way.
   *
   * @param {RTCConfiguration} ice
   */
  configure(ice) {
    this.#ice = { ...this.#ice, ...ice };
    for (const call of this.#calls.values()) call.configure(this.#ice);
  }

  // --- coming back ---------------------------------------------------------------------------

  /**
   * Take up the calls of the page that was here before a reload, as soon as it is known who is here.
   *
   * @param {SavedCall[]} calls
   * @param {boolean} group
   */
  restore(calls, group) {
    this.#returning.saved = calls;
    this.#rejoining = group;
  }

  /** What the server knew of our calls may be gone; the media flow on. */
  #lost() {
    if (this.#ownId !== this.peerId) return this.#abandon();
    this.#returning.lost(this.#calls.keys());
    if (this.inGroup) this.#send({ type: "group_call", joined: true });
  }

  /** We are somebody else now: nobody knows us by our calls any more. */
  #abandon() {
    this.#rejoining = false;
    this.#group.leave();
    this.#returning.clear();
    for (const call of [...this.#calls.values()]) this.#finish(call, "lost", false);
  }

  /**
   * Who is here has changed, or was told anew: go on with the calls that wait for that.
   *
   * @param {Peer[]} peers
   * @param {boolean} [snapshot] this is everybody
   */
  handlePeers(peers, snapshot = false) {
    this.#ownId = this.peerId ?? "";
    this.#knowsPeers = true;
    for (const call of this.#calls.values()) call.judge();
    if (this.#rejoining && snapshot && !this.inGroup) this.#enterGroup(); // the calls of it follow
    const { restore, offer, offerLater } = this.#returning.seen(peers, snapshot);
    for (const saved of restore) this.#restoreCall(saved);
    for (const peerId of offer) this.#offerAgain(peerId);
    for (const peerId of offerLater) setTimeout(() => this.#offerAgain(peerId), LATER_MS);
    this.#connectGroup(peers);
    if (this.inCall) this.#setQuality();
  }

  /** @param {Peer[]} [peers] of whom something may have changed; by default all */
  #connectGroup(peers = [...this.#roster.peers.values()]) {
    const hasCall = (/** @type {string} */ peerId) => this.#calls.has(peerId);
    for (const peerId of this.#group.missing(this.#ownId, peers, hasCall)) this.#call(peerId, true);
  }

  /** @param {SavedCall} saved */
  #restoreCall({ peerId, callId, ringing }) {
    if (this.#calls.has(peerId)) return;
    const call = this.#begin(peerId, { outgoing: true, id: callId, resumed: !ringing });
    call.group = this.inGroup;
    this.#offer(call);
    this.#tell(call);
  }

  /** @param {string} peerId */
  #offerAgain(peerId) {
    if (!this.#returning.settle(peerId)) return;
    this.#calls.get(peerId)?.offerAgain();
  }

  #nudge() {
    for (const call of this.#calls.values()) call.nudge();
  }

  // --- what the others do --------------------------------------------------------------------

  /**
   * Somebody rings. If we are calling them already, both have called: that counts as accepting.
   *
   * @param {string} fromPeerId
   * @param {string} sessionId
   * @param {SignalNames} [names]
   */
  handleIncomingCall(fromPeerId, sessionId, { callId = "", group = false } = {}) {
    if (sessionId !== this.#connection.sessionId) return;
    this.#callOf(fromPeerId, callId, group);
  }

  /**
   * @param {string} fromPeerId
   * @param {string} sdp
   * @param {SignalNames} [names]
   */
  handleOffer(fromPeerId, sdp, { callId = "", offerId = "" } = {}) {
    const call = this.#callOf(fromPeerId, callId, false); // rule SIG6
    if (!call) return;
    this.#returning.settle(fromPeerId);
    call.handleOffer(sdp, offerId);
  }

  /**
   * @param {string} fromPeerId
   * @param {string} sdp
   * @param {SignalNames} [names]
   */
  handleAnswer(fromPeerId, sdp, { callId = "", offerId = "" } = {}) {
    const call = this.#calls.get(fromPeerId);
    // They accepted what we have ended meanwhile; without this they would wait for us.
    if (!call) return this.#sendEnd(fromPeerId, "hangup", callId);
    if (this.#ended.hasName(callId)) return; // of an earlier call
    call.names.add(callId);
    call.handleAnswer(sdp, offerId);
  }

  /**
   * @param {string} fromPeerId
   * @param {RTCIceCandidateInit} candidate
   * @param {SignalNames} [names]
   */
  handleIceCandidate(fromPeerId, candidate, { callId = "" } = {}) {
    if (this.#ended.hasName(callId)) return; // of an earlier call
    const call = this.#calls.get(fromPeerId);
    if (call) call.handleCandidate(candidate);
    else this.#early.keep(fromPeerId, candidate);
  }

  /**
   * @param {string} fromPeerId
   * @param {CallEndReason} reason
   * @param {SignalNames} [names]
   */
  handleCallEnded(fromPeerId, reason, { callId = "" } = {}) {
    const call = this.#calls.get(fromPeerId);
    if (call && !call.names.has(callId)) return;
    this.#returning.settle(fromPeerId);
    this.#early.take(fromPeerId);
    if (!call) return;
    // Our offer and their hang-up have crossed: behind it the offer began a new call (rule SIG6).
    if (call.awaitsAnswer && reason === "hangup") this.#sendEnd(fromPeerId, "hangup", call.id);
    this.#finish(call, reason, false);
  }

  /**
   * A peer has left the session. Its call has ended by `call_ended` already (rule SIG5).
   *
   * @param {string} peerId
   */
  handlePeerLeft(peerId) {
    this.handleCallEnded(peerId, "left");
    this.#ended.forget(peerId);
  }

  // --- helpers -------------------------------------------------------------------------------

  /** @param {ClientMessage} message */
  #send(message) {
    this.#connection.send(message);
  }

  /**
   * @param {string} peerId
   * @param {CallEndReason} reason
   * @param {string} callId
   */
  #sendEnd(peerId, reason, callId) {
    const named = callId ? { call_id: callId } : {};
    this.#send({ type: "end_call", target_peer_id: peerId, reason, ...named });
  }

  /**
   * The call that somebody's signal belongs to; it rings here if there is none. One that is over
   * here is ended there as well, where it was not heard of.
   *
   * @param {string} peerId
   * @param {string} callId
   * @param {boolean} group
   * @returns {Call | null}
   */
  #callOf(peerId, callId, group) {
    const present = this.#calls.get(peerId);
    if (this.#ended.hasName(callId) && !present?.names.has(callId)) {
      this.#sendEnd(peerId, "hangup", callId);
      return null;
    }
    if (present) {
      present.names.add(callId);
      return present;
    }
    if (this.#calls.size >= this.maxCalls) {
      this.#ended.addName(callId);
      this.#sendEnd(peerId, "busy", callId);
      return null;
    }
    const call = this.#begin(peerId, { outgoing: false, id: callId });
    call.group = group;
    this.#tell(call);
    if (this.autoAccept || (group && this.inGroup)) this.acceptCall(peerId);
    return call;
  }

  /**
   * @param {string} peerId
   * @param {{outgoing: boolean, id?: string, resumed?: boolean}} how
   * @returns {Call}
   */
  #begin(peerId, how) {
    const call = new Call(peerId, how, {
      send: (message) => this.#send(message),
      publishes: () => this.#media.mayPublish(),
      made: (pc) => this.peerConnections.set(peerId, pc),
      changed: (call) => this.#tell(call),
      hears: () => this.hears(peerId),
      streamed: (stream) => this.emit("stream", { peerId, stream }),
      screened: (stream) => this.emit("screen", { peerId, stream }),
      troubled: () => this.#connection.wake(),
      expired: (reason) => this.endCall(peerId, reason),
    });
    this.#calls.set(peerId, call);
    call.setScreen(this.#screen.stream);
    this.#ended.forget(peerId);
    const early = this.#early.take(peerId);
    if (!how.outgoing) for (const candidate of early) call.handleCandidate(candidate);
    return call;
  }

  /**
   * Tell how far a call has come.
   *
   * @param {Call} call
   * @param {CallEndReason | "lost" | null} [reason]
   * @param {boolean} [byUs]
   * @param {boolean} [answered]
   */
  #tell({ peerId, outgoing, state }, reason = null, byUs = false, answered = state !== "ringing") {
    this.emit("state", { peerId, state, outgoing, answered, reason, byUs });
  }

  /**
   * @param {Call} call
   * @returns {RTCPeerConnection}
   */
  #connect(call) {
    const polite = (this.peerId ?? "") > call.peerId;
    return call.connect(this.#ice, polite);
  }

  /** @returns {MediaStream} */
  #enter() {
    const off = this.#media.stream === null;
    const stream = this.#media.start();
    if (off) this.emit("local", stream);
    this.emit("entered", null);
    return stream;
  }

  /** @param {Preset} preset of the pictures sent from now on */
  setPreset(preset) {
    this.#preset = preset;
    this.#setQuality();
  }

  /** The more calls there are, the smaller are the pictures, unless the person wants it otherwise. */
  #setQuality() {
    const calls = [...this.#calls.values()].filter((call) => call.accepted);
    const count = Math.max(calls.length, this.inGroup ? this.#group.size : 0);
    const quality = sendingQuality(count, this.#preset);
    this.#media.setQuality(quality);
    for (const call of calls) call.fitting.setQuality(quality);
  }

  #turnOff() {
    if (this.inCall || !this.#media.stream) return;
    this.#screen.stop();
    this.#media.stop();
    this.emit("local", null);
  }

  /**
   * @param {Call} call
   * @param {CallEndReason | "lost"} reason
   * @param {boolean} byUs
   */
  #finish(call, reason, byUs) {
    const { peerId } = call;
    const answered = call.state !== "ringing";
    call.close();
    this.#calls.delete(peerId);
    this.peerConnections.delete(peerId);
    this.#returning.settle(peerId);
    this.#ended.add(peerId, call.names.all);
    this.emit("stream", { peerId, stream: null });
    this.emit("screen", { peerId, stream: null });
    if (reason === "hangup" || reason === "declined") this.#group.part(peerId);
    else if (this.inGroup) setTimeout(() => this.#connectGroup(), LATER_MS);
    this.#turnOff();
    this.#setQuality();
    this.#tell(call, reason, byUs, answered);
  }
}
