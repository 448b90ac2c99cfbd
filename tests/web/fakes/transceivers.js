/** Transceivers and senders of a fake peer connection (W3C webrtc-pc section 5), and directions of media sections. */

import { FakeTrack } from "./media.js";

/** @typedef {"sendrecv" | "sendonly" | "recvonly" | "inactive"} Direction */

/** @param {Direction} direction */
export const sends = (direction) => direction === "sendrecv" || direction === "sendonly";
/** @param {Direction} direction */
export const receives = (direction) => direction === "sendrecv" || direction === "recvonly";

/**
 * @param {boolean} sending
 * @param {boolean} receiving
 * @returns {Direction}
 */
export function directionOf(sending, receiving) {
  if (sending) return receiving ? "sendrecv" : "sendonly";
  return receiving ? "recvonly" : "inactive";
}

/** @param {Direction} direction as the other side sees it */
export const reversed = (direction) => directionOf(receives(direction), sends(direction));

class FakeSender {
  /** What `setParameters` is to fail with, once. */
  refusal = "";
  parameters = { encodings: [{}] };

  /** @param {FakeTrack | null} track */
  constructor(track) {
    this.track = track;
  }

  /** @param {FakeTrack | null} track */
  async replaceTrack(track) {
    this.track = track;
  }

  setStreams() {}

  getParameters() {
    return structuredClone(this.parameters);
  }

  /** @param {{encodings: object[]}} parameters */
  async setParameters(parameters) {
    const { refusal } = this;
    this.refusal = "";
    if (refusal) throw new DOMException(refusal, refusal);
    this.parameters = parameters;
  }
}

export class FakeTransceiver {
  /** @type {string | null} */
  mid = null;
  /** Made by addTrack, so that an offer of the other side may take it (RFC 9429 section 5.10). */
  byTrack = false;
  /** The `track` event was fired, and the other side has sent since. */
  isReceiving = false;
  #direction;
  #changed;

  /**
   * @param {string} kind
   * @param {FakeTrack | null} track
   * @param {Direction} direction
   * @param {() => void} changed
   */
  constructor(kind, track, direction, changed) {
    this.kind = kind;
    this.sender = new FakeSender(track);
    this.receiver = { track: new FakeTrack(kind) };
    this.#direction = direction;
    this.#changed = changed;
  }

  get direction() {
    return this.#direction;
  }

  set direction(direction) {
    this.#direction = direction;
    this.#changed();
  }
}
