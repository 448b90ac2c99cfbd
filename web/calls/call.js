/** One call with one peer: its peer connection, its media and how far it has come. */

import { newId } from "../lib/ids.js";
import { errorName, log } from "../lib/log.js";
import { fingerprintsOf } from "../security/code.js";
import { CameraLink } from "./cameralink.js";
import { Fitting } from "./fitting.js";
import { Negotiation } from "./negotiation.js";
import { newPeerConnection } from "./peerconnection.js";
import { Recovery } from "./recovery.js";
import { RemoteMedia } from "./remotemedia.js";
import { StuckConnection } from "./report.js";
import { ScreenLink } from "./screenlink.js";

/** @import {ClientMessage, CallEnded} from "../types/messages.js" */
/** @import {Signal} from "./negotiation.js" */

/** @typedef {"idle" | "ringing" | "connecting" | "connected" | "reconnecting" | "ended"} CallState */
/** @typedef {CallEnded["reason"]} CallEndReason */

/**
 * @typedef {object} CallHooks
 * @property {(message: ClientMessage) => void} send
 * @property {() => boolean} publishes this side sends media, not only receives them
 * @property {(call: Call) => void} made there is a peer connection, or another one
 * @property {(call: Call) => void} changed the state changed
 * @property {() => boolean} hears what the peer sends is to be shown and heard
 * @property {(call: Call, stream: MediaStream | null) => void} streamed media of the peer came, or are not to be
 *   heard any more
 * @property {(call: Call, stream: MediaStream | null) => void} screened the screen of the peer came or went
 * @property {() => void} troubled no media come: the network may be gone
 * @property {(call: Call, reason: CallEndReason) => void} expired a state lasted too long
 */

/** How long a state may last, and what the call ends with when it does. */
/** @type {Partial<Record<CallState, [number, CallEndReason]>>} */
const LIMITS = {
  ringing: [45_000, "timeout"],
  connecting: [20_000, "failed"],
  // Longer than the server keeps the place of a peer that is away: then it says so itself.
  reconnecting: [130_000, "failed"],
};
const OFFER_MS = 2_000;
const MAX_HELD_CANDIDATES = 128;
const MAX_NAMES = 8;

export class Call {
  /** @type {CallState} */
  state = "ringing";
  /** @type {RTCPeerConnection | null} */
  pc = null;
  /** Both want it: we called, or the person here accepted. */
  accepted;
  /** What we call this call (rule SIG8). */
  id;
  /** It is one of the call of everybody. */
  group = false;

  /** What it is called here and there; two names after glare. @type {Set<string>} */
  #names;
  #hooks;
  /** @type {MediaStream | null} */
  #localStream = null;
  /** @type {Negotiation | null} */
  #negotiation = null;
  /** @type {Recovery | null} */
  #recovery = null;
  /** @type {StuckConnection | null} */
  #stuck = null;
  /** @type {CameraLink | null} */
  #cameraLink = null;
  /** @type {ScreenLink | null} */
  #screenLink = null;
  /** The screen we share. @type {MediaStream | null} */
  #screen = null;
  /** Of the peer connection at the other end; empty: nothing was agreed with it yet. */
  #remoteFingerprints = "";
  #remote;
  /** How large our pictures are sent. */
  fitting = new Fitting(() => ({
    camera: this.#cameraLink?.videoSender,
    screen: this.#screenLink?.videoSender,
  }));
  /** An offer that waits for the person. @type {{sdp: string, offerId: string} | null} */
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
   * @param {object} how
   * @param {boolean} how.outgoing we called
   * @param {string} [how.id] the name it has already
   * @param {boolean} [how.resumed] it was up before this page was loaded
   * @param {CallHooks} hooks
   */
  constructor(peerId, { outgoing, id = "", resumed = false }, hooks) {
    this.peerId = peerId;
    this.outgoing = outgoing;
    this.accepted = outgoing;
    this.id = id || newId();
    this.#names = new Set([this.id]);
    this.#hooks = hooks;
    this.#remote = this.#makeRemote();
    if (resumed) this.state = "reconnecting";
    this.#startLimit();
  }

  /** @returns {string[]} every name the call has had */
  get names() {
    return [...this.#names];
  }

  /**
   * Tell whether a signal is about this call, not about an earlier one. Clients that give their
   * calls no names are believed.
   *
   * @param {string} name empty: none was given
   */
  isCalled(name) {
    return !name || this.#names.has(name);
  }

  /** @param {string} name that the other side gives it */
  addName(name) {
    if (!name || this.#names.size >= MAX_NAMES) return;
    this.#names.add(name);
  }

  /** Whether our offer is still without an answer. */
  get awaitsAnswer() {
    return this.pc?.signalingState === "have-local-offer";
  }

  /**
   * Make the peer connection, unless there is one.
   *
   * @param {RTCConfiguration} ice
   * @param {boolean} polite
   * @returns {RTCPeerConnection}
   */
  connect(ice, polite) {
    if (this.pc) return this.pc;
    const pc = newPeerConnection(ice);
    this.pc = pc;
    this.#negotiation = new Negotiation(pc, polite, (signal) => this.#send(signal));
    this.#recovery = new Recovery(pc, polite, () => {
      this.#hooks.troubled();
      pc.restartIce();
    });
    const screenLink = new ScreenLink(pc, (stream) => this.#remote.takeScreen(stream));
    this.#screenLink = screenLink;
    this.#cameraLink = new CameraLink(pc, () => this.#hooks.publishes());
    pc.ontrack = (event) => {
      this.judge();
      if (!screenLink.take(event)) this.#remote.take(event.track);
    };
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
    if (offer) this.handleOffer(offer.sdp, offer.offerId);
    // Some clients ring and leave the offer to the one who accepts.
    else this.#offerTimer = setTimeout(() => this.#addMedia(), OFFER_MS);
    for (const candidate of this.#heldCandidates.splice(0)) this.handleCandidate(candidate);
  }

  /**
   * @param {string} sdp
   * @param {string} offerId empty: it has none
   */
  async handleOffer(sdp, offerId) {
    if (!this.accepted || !this.#negotiation) {
      this.#heldOffer = { sdp, offerId };
      return;
    }
    clearTimeout(this.#offerTimer);
    const outcome = this.#negotiation.offerNow;
    const taken = outcome !== "ignored";
    if (outcome === "rolls back the first" || (taken && this.#isStranger(sdp))) this.#startAnew();
    if (taken) {
      this.#addMedia("answer");
      this.#remoteFingerprints = fingerprintsOf(sdp);
    }
    const answered = await this.#negotiation.handleDescription({ type: "offer", sdp }, offerId);
    if (answered) this.#agree();
  }

  /**
   * @param {string} sdp
   * @param {string} offerId of the offer it answers; empty: it does not say
   */
  async handleAnswer(sdp, offerId) {
    if (!this.#negotiation?.awaits(offerId)) return log("call", "an answer that is not awaited");
    if (this.#isStranger(sdp)) {
      // The other side has begun anew: ours would not fit.
      this.#startAnew();
      this.#addMedia();
      return;
    }
    this.#remoteFingerprints = fingerprintsOf(sdp);
    const taken = await this.#negotiation.handleDescription({ type: "answer", sdp }, offerId);
    if (taken) this.#agree();
  }

  /**
   * @param {RTCConfiguration} ice for the next time that candidates are gathered
   */
  configure(ice) {
    try {
      this.pc?.setConfiguration({ ...this.pc.getConfiguration(), ...ice });
    } catch (error) {
      log("call", "ICE servers refused", errorName(error)); // a mistyped address
    }
  }

  /** Offer again: nobody knows what the other side has heard of what we said, nor it what we heard. */
  offerAgain() {
    if (!this.accepted || !this.pc || !this.#cameraLink?.added) return;
    if (this.pc.connectionState !== "connected") this.pc.restartIce();
    this.#negotiation?.offerAgain();
  }

  /** The network or the server is back. */
  nudge() {
    this.#recovery?.nudge();
  }

  /** @param {RTCIceCandidateInit} candidate */
  handleCandidate(candidate) {
    if (this.accepted && this.#negotiation) this.#negotiation.handleCandidate(candidate);
    else if (this.#heldCandidates.length < MAX_HELD_CANDIDATES) this.#heldCandidates.push(candidate);
  }

  /** The role of the peer may have changed: show what it sends, or cease to. */
  judge() {
    this.#remote.judge();
  }

  /** Send the tracks that there are now. */
  attachTracks() {
    this.#cameraLink?.attach(this.#localStream);
    this.fitting.fit();
  }

  /** @param {MediaStream | null} stream of the screen that is shared from now on; `null`: none */
  setScreen(stream) {
    this.#screen = stream;
    if (this.#cameraLink?.sends) this.#screenLink?.send(stream);
    this.fitting.fit();
  }

  close() {
    clearTimeout(this.#limit);
    clearTimeout(this.#offerTimer);
    this.fitting.close();
    this.#closeConnection();
    this.#heldOffer = null;
    this.#heldCandidates = [];
    this.state = "ended";
  }

  #closeConnection() {
    this.#remote.close();
    this.#negotiation?.close();
    this.#recovery?.close();
    this.#stuck?.close();
    this.#stuck = null;
    this.#screenLink?.close();
    this.#cameraLink = null;
    this.#remoteFingerprints = "";
    if (!this.pc) return;
    this.pc.ontrack = this.pc.onconnectionstatechange = null;
    this.pc.close();
  }

  /**
   * Take another peer connection: the one at the other end is another one, which cannot go on with
   * ours; or in place of rolling back a first offer, which is not safe: Chromium 156 then sometimes
   * gathers no candidates for the answer, and the call never connects.
   */
  #startAnew() {
    log("call", "another peer connection");
    const { iceServers = [], iceTransportPolicy = "all" } = this.pc?.getConfiguration() ?? {};
    const polite = this.#negotiation?.polite ?? true;
    this.#closeConnection();
    this.pc = null;
    this.#remote.takeScreen(null);
    this.#remote = this.#makeRemote();
    this.connect({ iceServers, iceTransportPolicy }, polite);
    if (this.state === "connected") this.#setState("reconnecting");
  }

  /**
   * A certificate is of one RTCPeerConnection: another fingerprint (RFC 8122) means that the page
   * at the other end was reloaded, or that its client cannot restart ICE.
   *
   * @param {string} sdp of the other side
   */
  #isStranger(sdp) {
    return this.#remoteFingerprints !== "" && this.#remoteFingerprints !== fingerprintsOf(sdp);
  }

  /** @param {Signal} signal */
  #send(signal) {
    const common = { target_peer_id: this.peerId, call_id: this.id };
    if ("description" in signal) {
      const { type, sdp } = signal.description;
      const named = signal.offerId ? { offer_id: signal.offerId } : {};
      if (type === "offer") this.#hooks.send({ type, ...common, sdp, ...named });
      if (type === "answer") this.#hooks.send({ type, ...common, sdp, ...named });
      return;
    }
    const { candidate = "", sdpMid, sdpMLineIndex, usernameFragment } = signal.candidate;
    /** @type {ClientMessage} */
    const message = { type: "ice_candidate", ...common, candidate };
    if (sdpMid != null) message.sdp_mid = sdpMid;
    if (sdpMLineIndex != null) message.sdp_m_line_index = sdpMLineIndex;
    if (usernameFragment) message.username_fragment = usernameFragment;
    this.#hooks.send(message);
  }

  #makeRemote() {
    const { hears, streamed, screened } = this.#hooks;
    return new RemoteMedia({
      hears,
      streamed: (stream) => streamed(this, stream),
      screened: (stream) => screened(this, stream),
    });
  }

  /** @param {"offer" | "answer"} [into] what our media are made part of */
  #addMedia(into = "offer") {
    if (!this.#cameraLink || this.#cameraLink.added) return;
    this.#cameraLink.add(this.#localStream, into);
    this.attachTracks();
    if (this.#screen && this.#cameraLink.sends) this.#screenLink?.send(this.#screen);
  }

  /** Offer and answer are exchanged. */
  #agree() {
    this.fitting.fit(); // what a sender refused meanwhile
    if (this.pc && !this.#connectedOnce) {
      this.#stuck ??= new StuckConnection(this.pc, (progress) => {
        this.#hooks.send({ type: "call_report", target_peer_id: this.peerId, ...progress });
      });
    }
    if (this.state === "ringing") this.#setState("connecting");
  }

  /** @param {RTCPeerConnectionState} connectionState */
  #follow(connectionState) {
    log("call", connectionState);
    this.#recovery?.follow();
    if (connectionState === "connected") {
      this.#connectedOnce = true;
      this.fitting.fit(); // before this, some browsers had no encodings to be bounded
      this.#setState("connected");
    } else if (connectionState === "disconnected" || connectionState === "failed") {
      if (this.#connectedOnce) this.#setState("reconnecting");
      this.#hooks.troubled();
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
