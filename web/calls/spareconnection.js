/**
 * An RTCPeerConnection that is made before its call: its candidates are gathered meanwhile (`iceCandidatePoolSize`, W3C
 * webrtc-pc section 4.2.1), so that the address which a STUN or TURN server tells is part of the call from its beginning. It
 * turns no device on and sends nothing to anybody but these servers. There is one at most, for a short time.
 */

/** A relay keeps a place for it. */
const LIFE_MS = 30_000;

export class SpareConnection {
  /** @type {{pc: RTCPeerConnection, ice: string} | null} */
  #spare = null;
  #make;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {(ice: RTCConfiguration) => RTCPeerConnection} make */
  constructor(make) {
    this.#make = make;
  }

  /**
   * A call is likely: have one, unless nobody looks at this page.
   *
   * @param {RTCConfiguration} ice
   */
  prepare(ice) {
    if (document.visibilityState === "hidden" || this.#spare?.ice === JSON.stringify(ice)) return;
    this.drop();
    // One transport is all that is needed: the media of a call are bundled.
    this.#spare = { pc: this.#make({ ...ice, iceCandidatePoolSize: 1 }), ice: JSON.stringify(ice) };
    this.#timer = setTimeout(() => this.drop(), LIFE_MS);
  }

  /**
   * @param {RTCConfiguration} ice of the call
   * @returns {RTCPeerConnection | null} the one that was prepared for these servers; `null`: there is none
   */
  take(ice) {
    const spare = this.#spare;
    if (spare?.ice !== JSON.stringify(ice)) return null;
    this.#spare = null;
    clearTimeout(this.#timer);
    return spare.pc;
  }

  /** No call came of it. */
  drop() {
    clearTimeout(this.#timer);
    this.#spare?.pc.close();
    this.#spare = null;
  }
}
