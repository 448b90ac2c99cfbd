/**
 * What one peer connection receives: nothing of a peer whose role does not let it send (rule SIG18), by the direction of its
 * transceivers. What the other side sends all the same, the browser drops, undecoded, as soon as that is agreed on.
 */

/** @type {Partial<Record<RTCRtpTransceiverDirection, RTCRtpTransceiverDirection>>} */
const DEAF = { sendrecv: "sendonly", recvonly: "inactive" };
/** @type {Partial<Record<RTCRtpTransceiverDirection, RTCRtpTransceiverDirection>>} */
const HEARING = { sendonly: "sendrecv", inactive: "recvonly" };

export class Reception {
  #pc;
  #hears;
  /** Those that would receive if the peer might send. @type {Set<RTCRtpTransceiver>} */
  #held = new Set();

  /**
   * @param {RTCPeerConnection} pc
   * @param {() => boolean} hears what the peer sends is to be shown and heard
   */
  constructor(pc, hears) {
    this.#pc = pc;
    this.#hears = hears;
  }

  /** Fit the directions to the peer's role; a difference is negotiated by itself. */
  fit() {
    const hears = this.#hears();
    for (const transceiver of this.#pc.getTransceivers()) {
      const { direction } = transceiver;
      if (!hears && DEAF[direction]) {
        this.#held.add(transceiver);
        transceiver.direction = DEAF[direction];
      } else if (hears && this.#held.delete(transceiver)) {
        transceiver.direction = HEARING[direction] ?? direction;
      }
    }
  }
}
