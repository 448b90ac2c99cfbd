/** One call with one peer: its peer connection, its media and how far it has come. */

import { errorName, log } from "./log.js";
import { Negotiation } from "./negotiation.js";

/** @import {ClientMessage, CallEnded} from "./types/messages.js" */
/** @import {Signal} from "./negotiation.js" */

/** @typedef {"idle" | "ringing" | "connecting" | "connected" | "reconnecting" | "ended"} CallState */
/** @typedef {CallEnded["reason"]} CallEndReason */

/**
 * @typedef {object} CallHooks
 * @property {(message: ClientMessage) => void} send
 * @property {(call: Call) => void} made there is a peer connection, or another one
 * @property {(call: Call) => void} changed the state changed
 * @property {(call: Call) => void} streamed the first media of the peer came; see `remoteStream`
 * @property {(call: Call, reason: CallEndReason) => void} expired a state lasted too long
 */

/** How long a state may last, and what the call ends with when it does. */
/** @type {Partial<Record<CallState, [number, CallEndReason]>>} */
const LIMITS = {
  ringing: [45_000, "timeout"],
  connecting: [20_000, "failed"],
  reconnecting: [60_000, "failed"],
};
const OFFER_MS = 2_000;
const MAX_HELD_CANDIDATES = 128;
const KINDS = /** @type {const} */ (["audio", "video"]);

export class Call {
  /** @type {CallState} */
  state = "ringing";
  /** @type {RTCPeerConnection | null} */
  pc = null;
  remoteStream = new MediaStream();
  /** Both want it: we called, or the person here accepted. */
  accepted;

  #hooks;
  /** @type {MediaStream | null} */
  #localStream = null;
  /** @type {Negotiation | null} */
  #negotiation = null;
  /** What carries our tracks, by kind. @type {Map<string, RTCRtpSender>} */
  #senders = new Map();
  /** An offer that waits for the person. @type {string | null} */
  #heldOffer = null;
  /** @type {RTCIceCandidateInit[]} */
  #heldCandidates = [];
  #connectedOnce = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #limit;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #offerTimer;

  /**
   * @param {string} peerId
   * @param {boolean} outgoing we called
   * @param {CallHooks} hooks
   */
  constructor(peerId, outgoing, hooks) {
    this.peerId = peerId;
    this.outgoing = outgoing;
    this.accepted = outgoing;
    this.#hooks = hooks;
    this.#startLimit();
  }

  /** Whether our offer is still without an answer. */
  get awaitsAnswer() {
    return this.pc?.signalingState === "have-local-offer";
  }

  /**
   * Make the peer connection, unless there is one.
   *
   * @param {RTCIceServer[]} iceServers
   * @param {boolean} polite
   * @returns {RTCPeerConnection}
   */
  connect(iceServers, polite) {
    if (this.pc) return this.pc;
    const pc = newConnection(iceServers);
    this.pc = pc;
    this.#negotiation = new Negotiation(pc, polite, (signal) => this.#send(signal));
    pc.ontrack = ({ track }) => this.#receiveTrack(track);
    pc.onconnectionstatechange = () => this.#follow(pc.connectionState);
    this.#hooks.made(this);
    return pc;
  }

  /**
   * Call: offer our media at once; the tracks follow when the devices are ready. The offer itself
   * is made by the negotiation.
   *
   * @param {MediaStream} localStream
   */
  offerMedia(localStream) {
    this.#localStream = localStream;
    this.#addMedia();
  }

  /**
   * The person accepts: answer what was held.
   *
   * @param {MediaStream} localStream
   */
  accept(localStream) {
    this.accepted = true;
    this.#localStream = localStream;
    this.#setState("connecting");
    const offer = this.#heldOffer;
    this.#heldOffer = null;
    if (offer) this.handleOffer(offer);
    // Some clients ring and leave the offer to the one who accepts.
    else this.#offerTimer = setTimeout(() => this.#addMedia(), OFFER_MS);
    for (const candidate of this.#heldCandidates.splice(0)) this.handleCandidate(candidate);
  }

  /** @param {string} sdp */
  async handleOffer(sdp) {
    if (!this.accepted || !this.#negotiation) {
      this.#heldOffer = sdp;
      return;
    }
    clearTimeout(this.#offerTimer);
    if (this.#negotiation.wouldRollBackFirstOffer) this.#startAnew();
    this.#addMedia();
    const answered = await this.#negotiation.handleDescription({ type: "offer", sdp });
    if (answered) this.#agree();
  }

  /** @param {string} sdp */
  async handleAnswer(sdp) {
    const taken = await this.#negotiation?.handleDescription({ type: "answer", sdp });
    if (taken) this.#agree();
  }

  /** @param {RTCIceCandidateInit} candidate */
  handleCandidate(candidate) {
    if (this.accepted && this.#negotiation) this.#negotiation.handleCandidate(candidate);
    else if (this.#heldCandidates.length < MAX_HELD_CANDIDATES) this.#heldCandidates.push(candidate);
  }

  /** Send the tracks that there are now. */
  attachTracks() {
    for (const [kind, sender] of this.#senders) {
      const track = this.#localStream?.getTracks().find((track) => track.kind === kind) ?? null;
      if (sender.track === track) continue;
      sender.replaceTrack(track).catch(() => log("call", "no", kind, "sent"));
    }
  }

  close() {
    clearTimeout(this.#limit);
    clearTimeout(this.#offerTimer);
    for (const track of this.remoteStream.getTracks()) track.stop();
    this.#closeConnection();
    this.#heldOffer = null;
    this.#heldCandidates = [];
    this.state = "ended";
  }

  #closeConnection() {
    this.#negotiation?.close();
    this.#senders.clear();
    if (!this.pc) return;
    this.pc.ontrack = this.pc.onconnectionstatechange = null;
    this.pc.close();
  }

  /**
   * Give way to their offer, as rolling ours back would. A rolled-back first offer is not safe:
   * Chromium 156 then sometimes gathers no candidates for the answer, and the call never connects.
   */
  #startAnew() {
    const { iceServers = [] } = this.pc?.getConfiguration() ?? {};
    this.#closeConnection();
    this.pc = null;
    this.connect(iceServers, true);
  }

  /** @param {Signal} signal */
  #send(signal) {
    const target_peer_id = this.peerId;
    if ("description" in signal) {
      const { type, sdp } = signal.description;
      if (type === "offer") this.#hooks.send({ type, target_peer_id, sdp });
      if (type === "answer") this.#hooks.send({ type, target_peer_id, sdp });
      return;
    }
    const { candidate = "", sdpMid, sdpMLineIndex, usernameFragment } = signal.candidate;
    /** @type {ClientMessage} */
    const message = { type: "ice_candidate", target_peer_id, candidate };
    if (sdpMid != null) message.sdp_mid = sdpMid;
    if (sdpMLineIndex != null) message.sdp_m_line_index = sdpMLineIndex;
    if (usernameFragment) message.username_fragment = usernameFragment;
    this.#hooks.send(message);
  }

  /**
   * Add one medium of each kind, as the example of webrtc-pc 10.7 does: by addTrack. Where the
   * other's offer is answered, also after glare rolled back ours, JSEP (RFC 9429 section 5.10)
   * takes such media for it; those of addTransceiver would stay behind and be offered again.
   */
  #addMedia() {
    if (!this.pc || this.#senders.size > 0) return;
    for (const kind of KINDS) {
      const streams = this.#localStream ? [this.#localStream] : [];
      this.#senders.set(kind, this.pc.addTrack(placeholder(kind), ...streams));
    }
    this.attachTracks();
  }

  /** @param {MediaStreamTrack} track */
  #receiveTrack(track) {
    const first = this.remoteStream.getTracks().length === 0;
    if (this.remoteStream.getTracks().some(({ kind }) => kind === track.kind)) return;
    this.remoteStream.addTrack(track);
    if (first) this.#hooks.streamed(this);
  }

  /** Offer and answer are exchanged. */
  #agree() {
    if (this.state === "ringing") this.#setState("connecting");
  }

  /** @param {RTCPeerConnectionState} connectionState */
  #follow(connectionState) {
    log("call", connectionState);
    if (connectionState === "connected") {
      this.#connectedOnce = true;
      this.#setState("connected");
    } else if (connectionState === "disconnected" || connectionState === "failed") {
      if (this.#connectedOnce) this.#setState("reconnecting");
      if (connectionState === "failed") this.pc?.restartIce();
    }
  }

  /** @param {CallState} state */
  #setState(state) {
    if (state === this.state || this.state === "ended") return;
    this.state = state;
    this.#startLimit();
    this.#hooks.changed(this);
  }

  #startLimit() {
    clearTimeout(this.#limit);
    const limit = LIMITS[this.state];
    if (!limit) return;
    const [duration, reason] = limit;
    this.#limit = setTimeout(() => this.#hooks.expired(this, reason), duration);
  }
}

/**
 * @param {RTCIceServer[]} iceServers
 * @returns {RTCPeerConnection}
 */
function newConnection(iceServers) {
  try {
    return new RTCPeerConnection({ iceServers, bundlePolicy: "max-bundle" });
  } catch (error) {
    // A mistyped STUN or TURN address on the server: without them many calls still connect.
    log("call", "ICE servers refused", errorName(error));
    return new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  }
}

/** @type {Map<string, MediaStreamTrack>} */
const placeholders = new Map();

/** Do now what the first call would otherwise wait for: browsers start WebRTC at its first use. */
export function prepareCalls() {
  if (placeholders.size > 0) return;
  const pc = new RTCPeerConnection();
  for (const kind of KINDS) placeholders.set(kind, pc.addTransceiver(kind).receiver.track);
  pc.close();
}

/**
 * A track that sends nothing: addTrack asks for one before the devices are ready.
 *
 * @param {string} kind
 * @returns {MediaStreamTrack}
 */
function placeholder(kind) {
  prepareCalls();
  return /** @type {MediaStreamTrack} */ (placeholders.get(kind));
}
