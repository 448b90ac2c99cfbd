/** Signals of a call that rings here, held until the person accepts it. Bounded. Pure. */

const MAX_CANDIDATES = 128;

export class HeldSignals {
  /** The latest offer. @type {{sdp: string, offerId: string} | null} */
  #offer = null;
  /** @type {RTCIceCandidateInit[]} */
  #candidates = [];

  /**
   * @param {string} sdp
   * @param {string} offerId empty: it has none
   */
  holdOffer(sdp, offerId) {
    this.#offer = { sdp, offerId };
  }

  /** @param {RTCIceCandidateInit} candidate */
  holdCandidate(candidate) {
    if (this.#candidates.length < MAX_CANDIDATES) this.#candidates.push(candidate);
  }

  /** What was held; nothing is from now on. */
  take() {
    const held = { offer: this.#offer, candidates: this.#candidates };
    this.#offer = null;
    this.#candidates = [];
    return held;
  }
}
