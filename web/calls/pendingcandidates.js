/** ICE candidates that overtook the offer of their call. Bounded. Pure. */

const MAX_PEERS = 16;
const MAX_CANDIDATES = 32;

export class PendingCandidates {
  /** By peer. @type {Map<string, RTCIceCandidateInit[]>} */
  #kept = new Map();

  /**
   * @param {string} peerId
   * @param {RTCIceCandidateInit} candidate
   */
  keep(peerId, candidate) {
    const early = this.#kept.get(peerId) ?? [];
    if (early.length >= MAX_CANDIDATES || this.#kept.size >= MAX_PEERS) return;
    this.#kept.set(peerId, [...early, candidate]);
  }

  /**
   * @param {string} peerId
   * @returns {RTCIceCandidateInit[]} those of a peer, which are kept no longer
   */
  take(peerId) {
    const early = this.#kept.get(peerId) ?? [];
    this.#kept.delete(peerId);
    return early;
  }
}
