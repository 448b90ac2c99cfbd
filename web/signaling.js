/** Calls with the other peers of the session: who rings, who is talking, what is sent for it. */

import { Call } from "./call.js";
import { Emitter } from "./emitter.js";
import { log } from "./log.js";

/** @import {CallEndReason, CallState} from "./call.js" */
/** @import {LocalMedia} from "./media.js" */
/** @import {CanvasConnection} from "./protocol.js" */
/** @import {ClientMessage} from "./types/messages.js" */

/**
 * Why a call is over, as far as the person here is concerned: the reason of the wire, or `lost`
 * when this peer's own connection to the server was.
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
 * `entered`: this peer called or accepted, so its camera belongs on the canvas. `local`: the
 * stream of the own camera, `null` when it is off again. `stream`: what a peer sends, or `null`.
 *
 * @typedef {object} SignalingEvents
 * @property {CallChange} state
 * @property {string} entered
 * @property {MediaStream | null} local
 * @property {{peerId: string, stream: MediaStream | null}} stream
 */

const MAX_EARLY_PEERS = 16;
const MAX_EARLY_CANDIDATES = 32;

/** @extends {Emitter<SignalingEvents>} */
export class SignalingManager extends Emitter {
  /** @type {Map<string, RTCPeerConnection>} */
  peerConnections = new Map();
  /** @type {RTCIceServer[]} */
  iceServers = [];
  /** Accept what rings without asking: for kiosks and tests. */
  autoAccept = false;

  #connection;
  #media;
  /** @type {Map<string, Call>} */
  #calls = new Map();
  /** @type {Set<string>} */
  #ended = new Set();
  /** Candidates that overtook the offer of a call. @type {Map<string, RTCIceCandidateInit[]>} */
  #early = new Map();

  /**
   * @param {CanvasConnection} connection
   * @param {LocalMedia} media
   */
  constructor(connection, media) {
    super();
    this.#connection = connection;
    this.#media = media;
    media.on("changed", () => {
      for (const call of this.#calls.values()) if (call.accepted) call.attachTracks();
    });
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
    return [...this.#calls.values()].some((call) => call.accepted);
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
    return this.#calls.get(peerId)?.state ?? (this.#ended.has(peerId) ? "ended" : "idle");
  }

  // --- what the person does ------------------------------------------------------------------

  /**
   * Call a peer, or accept its call if it is ringing here.
   *
   * @param {string} peerId
   */
  startCall(peerId) {
    if (!this.peerId || peerId === this.peerId || this.#connection.state !== "open") {
      log("signaling", "cannot call now");
      return;
    }
    const present = this.#calls.get(peerId);
    if (present) {
      if (!present.accepted) this.acceptCall(peerId);
      return;
    }
    const call = this.#begin(peerId, true);
    const session_id = this.#connection.sessionId;
    this.#send({ type: "start_call", target_peer_id: peerId, session_id });
    const stream = this.#enter(peerId);
    this.#connect(call);
    call.offerMedia(stream);
    this.#tell(call);
  }

  /** @param {string} peerId */
  acceptCall(peerId) {
    const call = this.#calls.get(peerId);
    if (!call || call.accepted) return;
    const stream = this.#enter(peerId);
    this.#connect(call);
    call.accept(stream);
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
    this.#send({ type: "end_call", target_peer_id: peerId, reason });
    this.#finish(call, reason, true);
  }

  /** End every call but those that still ring here. */
  leaveCalls() {
    for (const [peerId, call] of [...this.#calls]) if (call.accepted) this.endCall(peerId);
  }

  /** End every call and turn the devices off. */
  cleanup() {
    for (const peerId of [...this.#calls.keys()]) this.endCall(peerId);
  }

  /** The server has forgotten our calls: end them here; nobody is left to be told. */
  abandonCalls() {
    for (const call of [...this.#calls.values()]) this.#finish(call, "lost", false);
    this.#early.clear();
  }

  /**
   * @param {string} peerId
   * @returns {RTCPeerConnection}
   */
  getOrCreateConnection(peerId) {
    return this.#connect(this.#calls.get(peerId) ?? this.#begin(peerId, true));
  }

  // --- what the others do --------------------------------------------------------------------

  /**
   * Somebody rings. If we are calling them already, both have called: that counts as accepting.
   *
   * @param {string} fromPeerId
   * @param {string} sessionId
   */
  handleIncomingCall(fromPeerId, sessionId) {
    if (sessionId !== this.#connection.sessionId || this.#calls.has(fromPeerId)) return;
    this.#ring(fromPeerId);
  }

  /**
   * @param {string} fromPeerId
   * @param {string} sdp
   */
  handleOffer(fromPeerId, sdp) {
    const call = this.#calls.get(fromPeerId) ?? this.#ring(fromPeerId); // rule SIG6
    call.handleOffer(sdp);
  }

  /**
   * @param {string} fromPeerId
   * @param {string} sdp
   */
  handleAnswer(fromPeerId, sdp) {
    const call = this.#calls.get(fromPeerId);
    if (call) call.handleAnswer(sdp);
    // They accepted what we have ended meanwhile; without this they would wait for us.
    else this.#send({ type: "end_call", target_peer_id: fromPeerId, reason: "hangup" });
  }

  /**
   * @param {string} fromPeerId
   * @param {RTCIceCandidateInit} candidate
   */
  handleIceCandidate(fromPeerId, candidate) {
    const call = this.#calls.get(fromPeerId);
    if (call) return call.handleCandidate(candidate);
    const early = this.#early.get(fromPeerId) ?? [];
    if (early.length >= MAX_EARLY_CANDIDATES || this.#early.size >= MAX_EARLY_PEERS) return;
    this.#early.set(fromPeerId, [...early, candidate]);
  }

  /**
   * @param {string} fromPeerId
   * @param {CallEndReason} reason
   */
  handleCallEnded(fromPeerId, reason) {
    this.#early.delete(fromPeerId);
    const call = this.#calls.get(fromPeerId);
    if (!call) return;
    // Our offer and their hang-up have crossed: behind it the offer began a new call (rule SIG6).
    if (call.awaitsAnswer && reason === "hangup") {
      this.#send({ type: "end_call", target_peer_id: fromPeerId, reason: "hangup" });
    }
    this.#finish(call, reason, false);
  }

  /**
   * A peer has left the session. Its call has ended by `call_ended` already (rule SIG5).
   *
   * @param {string} peerId
   */
  handlePeerLeft(peerId) {
    this.handleCallEnded(peerId, "left");
    this.#ended.delete(peerId);
  }

  // --- helpers -------------------------------------------------------------------------------

  /** @param {ClientMessage} message */
  #send(message) {
    this.#connection.send(message);
  }

  /**
   * @param {string} peerId
   * @returns {Call}
   */
  #ring(peerId) {
    const call = this.#begin(peerId, false);
    this.#tell(call);
    if (this.autoAccept) this.acceptCall(peerId);
    return call;
  }

  /**
   * @param {string} peerId
   * @param {boolean} outgoing
   * @returns {Call}
   */
  #begin(peerId, outgoing) {
    const call = new Call(peerId, outgoing, {
      send: (message) => this.#send(message),
      made: ({ pc }) => pc && this.peerConnections.set(peerId, pc),
      changed: (call) => this.#tell(call),
      streamed: ({ remoteStream }) => this.emit("stream", { peerId, stream: remoteStream }),
      expired: (_, reason) => this.endCall(peerId, reason),
    });
    this.#calls.set(peerId, call);
    this.#ended.delete(peerId);
    const early = outgoing ? [] : (this.#early.get(peerId) ?? []);
    for (const candidate of early) call.handleCandidate(candidate);
    this.#early.delete(peerId);
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
    return call.connect(this.iceServers, polite);
  }

  /**
   * @param {string} peerId
   * @returns {MediaStream}
   */
  #enter(peerId) {
    const off = this.#media.stream === null;
    const stream = this.#media.start();
    if (off) this.emit("local", stream);
    this.emit("entered", peerId);
    return stream;
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
    this.#ended.add(peerId);
    this.emit("stream", { peerId, stream: null });
    if (!this.inCall && this.#media.stream) {
      this.#media.stop();
      this.emit("local", null);
    }
    this.#tell(call, reason, byUs, answered);
  }
}
