/**
 * Perfect negotiation for one RTCPeerConnection: offers may cross (glare) and still end in one
 * agreement. Written to be read beside the "Perfect negotiation example" of W3C webrtc-pc,
 * section 10.7; names and order are that example's. What is not in it is marked "beyond 10.7".
 */

import { newId } from "../lib/ids.js";
import { errorName, log } from "../lib/log.js";

/**
 * What goes to the other side. An ICE candidate with an empty `candidate` is end-of-candidates
 * (RFC 8838 section 13); it is for all media of its generation. An answer names the offer it
 * answers, if that had a name.
 *
 * @typedef {{description: RTCSessionDescription, offerId: string} |
 *   {candidate: RTCIceCandidateInit}} Signal
 */

const MAX_EARLY_CANDIDATES = 128;

export class Negotiation {
  #pc;
  #polite;
  #send;
  #makingOffer = false;
  #ignoreOffer = false;
  #isSettingRemoteAnswerPending = false;
  /** Descriptions of the other side that are being taken. */
  #descriptionsPending = 0;
  /** Offers that were taken, so that the latest of several is known. */
  #offersTaken = 0;
  /** Of the offer that waits for its answer; empty: none does. */
  #offerId = "";
  /** Candidates that came before any description. @type {RTCIceCandidateInit[]} */
  #early = [];
  #hasRemoteDescription = false;
  /** The ICE generation of the other side, by media section (RFC 8839 section 5.4). @type {Set<string>} */
  #remoteFragments = new Set();
  /** The ICE generation whose end-of-candidates was sent. */
  #endedGeneration = "";

  /**
   * @param {RTCPeerConnection} pc
   * @param {boolean} polite gives way when two offers cross
   * @param {(signal: Signal) => void} send
   */
  constructor(pc, polite, send) {
    this.#pc = pc;
    this.#polite = polite;
    this.#send = send;
    pc.onnegotiationneeded = () => this.#makeOffer();
    pc.onicecandidate = ({ candidate }) => this.#sendCandidate(candidate);
  }

  get polite() {
    return this.#polite;
  }

  /** Beyond 10.7: what taking an offer now would come to. */
  get offerNow() {
    if (this.#readyForOffer) return "taken";
    if (!this.#polite) return "ignored";
    return this.#hasRemoteDescription ? "rolls back" : "rolls back the first";
  }

  /**
   * Beyond 10.7: offer again although nothing has changed here, since nobody knows what the other
   * side has heard. An offer that waits for its answer is replaced; its answer would come too late.
   * While a description of the other side is being taken there is no need, and the implicit
   * description might become the answer to it.
   */
  async offerAgain() {
    const { signalingState } = this.#pc;
    if (this.#descriptionsPending > 0) return;
    if (signalingState === "stable" || signalingState === "have-local-offer") await this.#makeOffer();
  }

  /** Beyond 10.7: make the first offer without waiting for the event, which then finds nothing that is to be negotiated. */
  async offerFirst() {
    if (this.#pc.signalingState === "stable" && !this.#makingOffer) await this.#makeOffer();
  }

  get #readyForOffer() {
    // An offer may come in while we are busy processing a remote answer: then we are "stable" by
    // the time it is the offer's turn, as setRemoteDescription calls are chained.
    const { signalingState } = this.#pc;
    // Beyond 10.7: one that comes while an earlier one is being answered replaces that, and collides with nothing of ours.
    const isFree = signalingState === "stable" || signalingState === "have-remote-offer";
    return !this.#makingOffer && (isFree || this.#isSettingRemoteAnswerPending);
  }

  async #makeOffer() {
    try {
      this.#makingOffer = true;
      await this.#pc.setLocalDescription();
      this.#offerId = newId();
      this.#sendLocalDescription(this.#offerId);
    } catch (error) {
      this.#report("offer", error);
    } finally {
      this.#makingOffer = false;
    }
  }

  /**
   * @param {RTCSessionDescriptionInit} description
   * @param {string} [offerId] of the offer that this is, or that it answers
   * @returns {Promise<boolean>} whether it was taken and, if an offer, answered
   */
  async handleDescription(description, offerId = "") {
    const pc = this.#pc;
    this.#descriptionsPending += 1;
    try {
      // Beyond 10.7: the answer to an offer that was given up meanwhile.
      if (description.type === "answer" && !this.awaits(offerId)) {
        log("negotiation", "a late answer is ignored");
        return false;
      }
      const offerCollision = description.type === "offer" && !this.#readyForOffer;

      this.#ignoreOffer = !this.#polite && offerCollision;
      if (this.#ignoreOffer) {
        log("negotiation", "glare: our offer stands");
        return false;
      }
      // Beyond 10.7: an offer right behind an answer is taken, and must not hide from a second one that the answer is pending.
      if (description.type === "answer") this.#isSettingRemoteAnswerPending = true;
      else this.#offersTaken += 1;
      const offersTaken = this.#offersTaken;
      this.#offerId = "";
      this.#remoteFragments = fragmentsOf(description.sdp ?? "");
      const described = pc.setRemoteDescription(description); // rolls back our offer if need be
      this.#releaseEarly();
      await described;
      if (description.type === "answer") this.#isSettingRemoteAnswerPending = false;

      if (description.type === "offer") {
        // Beyond 10.7: another offer has come right behind this one, and replaces it: that one is answered.
        if (offersTaken !== this.#offersTaken) return false;
        await pc.setLocalDescription();
        this.#sendLocalDescription(offerId);
      }
      return true;
    } catch (error) {
      if (description.type === "answer") this.#isSettingRemoteAnswerPending = false;
      this.#report(description.type, error);
      return false;
    } finally {
      this.#descriptionsPending -= 1;
    }
  }

  /** @param {RTCIceCandidateInit} candidate */
  async handleCandidate(candidate) {
    // Beyond 10.7: a description and its candidates may overtake each other on the way.
    if (!this.#hasRemoteDescription && !this.#ignoreOffer) {
      if (this.#early.length < MAX_EARLY_CANDIDATES) this.#early.push(candidate);
      return;
    }
    const ignoreOffer = this.#ignoreOffer;
    // Beyond 10.7: of an earlier generation, or of an offer that was ignored. addIceCandidate is to
    // refuse those (webrtc-pc 4.4.2); Chromium 156 takes them.
    const { usernameFragment } = candidate;
    if (usernameFragment && !this.#remoteFragments.has(usernameFragment)) return;
    try {
      await this.#pc.addIceCandidate(candidate);
    } catch (error) {
      // Candidates of an offer that was ignored cannot be added.
      if (!ignoreOffer) this.#report("candidate", error);
    }
  }

  /** Take the hands off the peer connection; nothing is sent from now on. */
  close() {
    this.#pc.onnegotiationneeded = this.#pc.onicecandidate = null;
    this.#early = [];
  }

  /** To be called right after setRemoteDescription: addIceCandidate then waits behind it. */
  #releaseEarly() {
    this.#hasRemoteDescription = true;
    for (const candidate of this.#early.splice(0)) this.handleCandidate(candidate);
  }

  /**
   * Beyond 10.7: whether an answer is the one to our present offer.
   *
   * @param {string} offerId that the answer names; the other side may name none
   */
  awaits(offerId) {
    if (this.#pc.signalingState !== "have-local-offer") return false;
    return !offerId || offerId === this.#offerId;
  }

  /** @param {string} offerId */
  #sendLocalDescription(offerId) {
    const description = this.#pc.localDescription;
    if (description && this.#pc.signalingState !== "closed") this.#send({ description, offerId });
  }

  /** @param {RTCIceCandidate | null} candidate `null` or empty: gathering has come to an end */
  #sendCandidate(candidate) {
    if (candidate?.candidate) {
      this.#send({ candidate: candidate.toJSON() });
      return;
    }
    // Firefox tells the end of each medium and of all, Chromium only of all: tell it once, for all.
    const [usernameFragment = ""] = fragmentsOf(this.#pc.localDescription?.sdp ?? "");
    if (candidate || !usernameFragment || usernameFragment === this.#endedGeneration) return;
    this.#endedGeneration = usernameFragment;
    this.#send({ candidate: { candidate: "", usernameFragment } });
  }

  /**
   * @param {string} what
   * @param {unknown} error
   */
  #report(what, error) {
    if (this.#pc.signalingState !== "closed") log("negotiation", what, "failed", errorName(error));
  }
}

/**
 * @param {string} sdp
 * @returns {Set<string>} the username fragments in it
 */
function fragmentsOf(sdp) {
  return new Set([...sdp.matchAll(/^a=ice-ufrag:(\S+)/gm)].map(([, fragment]) => fragment ?? ""));
}
