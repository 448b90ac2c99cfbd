/** One call with one peer: how far it has come, its peer connection, and what this side sends in it. */

import { newId } from "../lib/ids.js";
import { log } from "../lib/log.js";
import { Timers } from "../lib/timers.js";
import { CallNames } from "./callnames.js";
import { Fitting } from "./fitting.js";
import { HeldSignals } from "./heldsignals.js";
import { LIMITS } from "./limits.js";
import { PeerLink } from "./peerlink.js";
import { messageOf } from "./signals.js";

/** @import {ClientMessage, CallEnded} from "../types/messages.js" */

/** @typedef {"idle" | "ringing" | "connecting" | "connected" | "reconnecting" | "ended"} CallState */
/** @typedef {CallEnded["reason"]} CallEndReason */

/**
 * @typedef {object} CallHooks
 * @property {(message: ClientMessage) => void} send
 * @property {() => boolean} publishes this side sends media, not only receives them
 * @property {(pc: RTCPeerConnection) => void} made there is a peer connection, or another one
 * @property {(call: Call) => void} changed the state changed
 * @property {() => boolean} hears what the peer sends is to be shown and heard
 * @property {(stream: MediaStream | null) => void} streamed media of the peer came, or are not to be heard any more
 * @property {(stream: MediaStream | null) => void} screened the screen of the peer came or went
 * @property {() => void} troubled no media come: the network may be gone
 * @property {(reason: CallEndReason) => void} expired a state lasted too long
 */

/** Time allowed for the offer of who rang, before this side offers. */
const OFFER_MS = 2_000;
/** The same in the call of everybody: who rings there offers by itself, but to many at once. */
const GROUP_OFFER_MS = 8_000;
/** Time allowed for the answer to our offer, once an offer of the other side was ignored for it. */
const ANSWER_MS = 2_000;

export class Call {
  /** @type {CallState} */
  state = "ringing";
  /** Both want it: we called, or the person here accepted. */
  accepted;
  /** What we call this call (rule SIG8). */
  id;
  /** It is one of the call of everybody. */
  group = false;
  /** Our first offer was not the last: what the other side says may be older than what it will get. */
  offeredAgain = false;

  #hooks;
  /** @type {PeerLink | null} */
  #link = null;
  /** Our camera and microphone. @type {MediaStream | null} */
  #localStream = null;
  /** The screen we share. @type {MediaStream | null} */
  #screen = null;
  /** How large our pictures are sent. */
  fitting = new Fitting(() => ({ camera: this.#link?.camera.videoSender, screen: this.#link?.screen.videoSender }));
  #held = new HeldSignals();
  #connectedOnce = false;
  /** @type {Timers<"limit" | "offer" | "answer">} */
  #timers = new Timers();

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
    this.names = new CallNames(this.id);
    this.#hooks = hooks;
    if (resumed) this.state = "reconnecting";
    this.#startLimit();
  }

  /** Whether our offer is still without an answer. */
  get awaitsAnswer() {
    return this.#link?.pc.signalingState === "have-local-offer";
  }

  /**
   * Make the peer connection, unless there is one.
   *
   * @param {RTCConfiguration} ice
   * @param {boolean} polite
   * @returns {RTCPeerConnection}
   */
  connect(ice, polite) {
    return (this.#link ?? this.#makeLink(ice, polite)).pc;
  }

  /**
   * Call: offer our media at once; the tracks follow when the devices are ready. The browser's own event
   * (`negotiationneeded`) would come behind all that the page has to do now.
   *
   * @param {MediaStream} localStream
   * @returns {Promise<void>} the offer is on its way
   */
  async offerMedia(localStream) {
    this.#localStream = localStream;
    this.#addMedia();
    await this.#link?.negotiation.offerFirst();
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
    const { offer, candidates } = this.#held.take();
    if (offer) this.handleOffer(offer.sdp, offer.offerId);
    // Some clients ring and leave the offer to the one who accepts.
    else this.#timers.start("offer", this.group ? GROUP_OFFER_MS : OFFER_MS, () => this.#addMedia());
    for (const candidate of candidates) this.handleCandidate(candidate);
  }

  /**
   * @param {string} sdp
   * @param {string} offerId empty: it has none
   */
  async handleOffer(sdp, offerId) {
    if (!this.accepted || !this.#link) return this.#held.holdOffer(sdp, offerId);
    this.#timers.clear("offer");
    const outcome = this.#link.negotiation.offerNow;
    const isTaken = outcome !== "ignored";
    const isOver = outcome === "rolls back the first" || (isTaken && this.#link.isStranger(sdp));
    const link = isOver ? this.#startAnew(this.#link) : this.#link;
    if (isTaken) {
      this.#addMedia("answer");
      link.trust(sdp);
    } else {
      // The other side may have been reloaded since it got our offer, and know nothing of it.
      this.#timers.start("answer", ANSWER_MS, () => this.awaitsAnswer && this.offerAgain());
    }
    if (await link.negotiation.handleDescription({ type: "offer", sdp }, offerId)) this.#agreed(link);
  }

  /**
   * @param {string} sdp
   * @param {string} offerId of the offer it answers; empty: it does not say
   */
  async handleAnswer(sdp, offerId) {
    const link = this.#link;
    if (!link?.negotiation.awaits(offerId)) return log("call", "an answer that is not awaited");
    if (link.isStranger(sdp)) {
      // The other side has begun anew: ours would not fit.
      this.#startAnew(link);
      return this.#addMedia();
    }
    link.trust(sdp);
    if (await link.negotiation.handleDescription({ type: "answer", sdp }, offerId)) this.#agreed(link);
  }

  /** @param {RTCConfiguration} ice for the next time that candidates are gathered */
  configure(ice) {
    this.#link?.configure(ice);
  }

  /** Offer again: neither side knows which signals of its own have reached the other. */
  offerAgain() {
    if (!this.accepted || !this.#link?.camera.added) return;
    this.offeredAgain = true;
    this.#link.offerAgain();
  }

  /** The network or the server is back. */
  nudge() {
    this.#link?.nudge();
  }

  /** @param {RTCIceCandidateInit} candidate */
  handleCandidate(candidate) {
    if (this.accepted && this.#link) this.#link.negotiation.handleCandidate(candidate);
    else this.#held.holdCandidate(candidate);
  }

  /** The role of the peer may have changed: show what it sends, or cease to. */
  judge() {
    this.#link?.judge();
  }

  /** Send the tracks that there are now. */
  attachTracks() {
    this.#link?.camera.attach(this.#localStream);
    this.#link?.judge();
    this.fitting.fit();
  }

  /** @param {MediaStream | null} stream of the screen that is shared from now on; `null`: none */
  setScreen(stream) {
    this.#screen = stream;
    if (this.#link?.camera.sends) this.#link.screen.send(stream);
    this.fitting.fit();
  }

  close() {
    this.#timers.clearAll();
    this.fitting.close();
    this.#link?.close();
    this.#held.take();
    this.state = "ended";
  }

  /**
   * @param {RTCConfiguration} ice
   * @param {boolean} polite
   * @returns {PeerLink}
   */
  #makeLink(ice, polite) {
    const { publishes, hears, streamed, screened, troubled, made } = this.#hooks;
    const link = new PeerLink(ice, polite, {
      send: (signal) => {
        const message = messageOf(signal, this.peerId, this.id);
        if (message) this.#hooks.send(message);
      },
      publishes,
      hears,
      streamed,
      screened,
      troubled,
      changed: (state) => this.#follow(state),
    });
    this.#link = link;
    made(link.pc);
    return link;
  }

  /**
   * Take another peer connection: the one at the other end is another one, which cannot go on with
   * ours; or in place of rolling back a first offer, which is not safe: Chromium 156 then sometimes
   * gathers no candidates for the answer, and the call never connects.
   *
   * @param {PeerLink} before
   * @returns {PeerLink}
   */
  #startAnew(before) {
    log("call", "another peer connection");
    const { iceServers = [], iceTransportPolicy = "all" } = before.pc.getConfiguration();
    before.close();
    before.remote.takeScreen(null);
    const link = this.#makeLink({ iceServers, iceTransportPolicy }, before.polite);
    if (this.state === "connected") this.#setState("reconnecting");
    return link;
  }

  /** @param {"offer" | "answer"} [into] what our media are made part of */
  #addMedia(into = "offer") {
    if (!this.#link || this.#link.camera.added) return;
    const { camera, screen } = this.#link;
    camera.add(this.#localStream, into);
    this.attachTracks();
    if (this.#screen && camera.sends) screen.send(this.#screen);
  }

  /**
   * Offer and answer are exchanged.
   *
   * @param {PeerLink} link
   */
  #agreed(link) {
    this.fitting.fit(); // what a sender refused meanwhile
    if (!this.#connectedOnce) {
      link.watchProgress((progress) => {
        this.#hooks.send({ type: "call_report", target_peer_id: this.peerId, ...progress });
      });
    }
    if (this.state === "ringing") this.#setState("connecting");
  }

  /** @param {RTCPeerConnectionState} connectionState */
  #follow(connectionState) {
    log("call", connectionState);
    if (connectionState === "connected") {
      this.#connectedOnce = true;
      this.fitting.connected();
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
    this.#timers.clear("limit");
    const [duration, reason] = LIMITS[this.state] ?? [];
    if (duration && reason) this.#timers.start("limit", duration, () => this.#hooks.expired(reason));
  }
}
