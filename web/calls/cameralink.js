/**
 * The transceivers of our camera and microphone within one peer connection. Their media sections are there before the
 * devices are; a device that is off or missing is sent again without a negotiation (W3C webrtc-pc section 5.2,
 * replaceTrack).
 */

import { log } from "../lib/log.js";
import { KINDS, placeholder } from "./peerconnection.js";

export class CameraLink {
  #pc;
  #publishes;
  /** The media of this side are part of the peer connection. */
  #added = false;
  /** By kind; empty: this side only receives. @type {Map<string, RTCRtpTransceiver>} */
  #carriers = new Map();

  /**
   * @param {RTCPeerConnection} pc
   * @param {() => boolean} publishes this side may send
   */
  constructor(pc, publishes) {
    this.#pc = pc;
    this.#publishes = publishes;
  }

  get added() {
    return this.#added;
  }

  /** This side has something to send with. */
  get sends() {
    return this.#carriers.size > 0;
  }

  get videoSender() {
    return this.#carriers.get("video")?.sender;
  }

  /**
   * Add one medium of each kind, as the example of webrtc-pc 10.7 does: by addTrack. Where the
   * other's offer is answered, also after glare rolled back ours, JSEP (RFC 9429 section 5.10)
   * takes such media for it; those of addTransceiver would stay behind and be offered again.
   *
   * @param {MediaStream | null} stream
   * @param {"offer" | "answer"} into who only receives asks for media in an offer; an answer takes what is
   *   offered
   */
  add(stream, into) {
    if (this.#added) return;
    this.#added = true;
    if (!this.#publishes()) {
      if (into === "offer") for (const kind of KINDS) this.#pc.addTransceiver(kind, { direction: "recvonly" });
      return;
    }
    for (const kind of KINDS) {
      const sender = this.#pc.addTrack(placeholder(kind), ...(stream ? [stream] : []));
      const carrier = this.#pc.getTransceivers().find((transceiver) => transceiver.sender === sender);
      if (carrier) this.#carriers.set(kind, carrier);
    }
  }

  /**
   * Send the tracks that there are now, and only where this side may.
   *
   * @param {MediaStream | null} stream
   */
  attach(stream) {
    if (!this.#added) return;
    const publishes = this.#publishes();
    if (publishes && !this.sends) this.#begin(stream);
    for (const [kind, carrier] of this.#carriers) {
      const track = stream?.getTracks().find((track) => track.kind === kind) ?? null;
      replace(carrier, publishes ? track : null);
      if (!publishes) carrier.direction = "recvonly";
    }
    if (!publishes) this.#carriers.clear();
  }

  /**
   * The right came during the call: sections that only received send from now on, which is negotiated.
   *
   * @param {MediaStream | null} stream
   */
  #begin(stream) {
    for (const kind of KINDS) {
      // Those of the camera come before those of a screen.
      const present = this.#pc.getTransceivers().find(({ receiver }) => receiver.track.kind === kind);
      const carrier = present ?? this.#pc.addTransceiver(kind);
      carrier.direction = "sendrecv";
      if (stream) carrier.sender.setStreams?.(stream);
      this.#carriers.set(kind, carrier);
    }
  }
}

/**
 * @param {RTCRtpTransceiver} carrier
 * @param {MediaStreamTrack | null} track
 */
function replace({ sender }, track) {
  if (sender.track !== track) sender.replaceTrack(track).catch(() => log("call", "a track is not replaced"));
}
