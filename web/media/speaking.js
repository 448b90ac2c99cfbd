/** Detection of who is speaking: this page, and those it is in a call with. */

import { Meter } from "../devices/meter.js";
import { Emitter } from "../lib/emitter.js";

/** @import {SignalingManager} from "../signaling.js" */
/** @import {LocalMedia} from "./local.js" */

const TICK_MS = 100;
/** Louder is speech, as the root mean square; quieter is the room. */
const LOUD = 0.02;
/** A pause as long as between words does not end it. */
const PAUSE_MS = 700;
/** Share of the time that looks at what comes may take: each stops the page until WebRTC's threads have the time. */
const SHARE = 1 / 20;
/** A look is due then all the same. */
const LONGEST_MS = 500;

/** @extends {Emitter<{changed: null}>} */
export class Speaking extends Emitter {
  #signaling;
  #media;
  /** Until when they count as speaking. @type {Map<string, number>} */
  #until = new Map();
  /** When the others are listened to again. */
  #next = 0;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  /** Of the own microphone. @type {{track: MediaStreamTrack, meter: Meter} | null} */
  #own = null;

  /**
   * @param {SignalingManager} signaling
   * @param {LocalMedia} media
   */
  constructor(signaling, media) {
    super();
    this.#signaling = signaling;
    this.#media = media;
    media.on("changed", () => this.#follow());
  }

  /**
   * @param {string} peerId
   * @returns {boolean}
   */
  has(peerId) {
    return this.#until.has(peerId);
  }

  /** Listen while there is a call. */
  #follow() {
    const track = this.#media.track("audio");
    if (this.#own?.track !== track) {
      this.#own?.meter.close();
      this.#own = track ? { track, meter: new Meter(track) } : null;
    }
    if (this.#media.stream) {
      this.#timer ??= setInterval(() => this.#listen(), TICK_MS);
      return;
    }
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#until.clear();
    this.emit("changed", null);
  }

  #listen() {
    const now = performance.now();
    const before = this.#until.size;
    let changed = false;
    for (const [peerId, end] of this.#until) {
      if (end < now) changed = this.#until.delete(peerId);
    }
    for (const peerId of this.#loud()) {
      changed ||= !this.#until.has(peerId);
      this.#until.set(peerId, now + PAUSE_MS);
    }
    if (changed || before !== this.#until.size) this.emit("changed", null);
  }

  /** @returns {Generator<string>} those who are loud right now */
  *#loud() {
    const { peerId } = this.#signaling;
    if (peerId && this.#own?.track.enabled && this.#own.meter.level > LOUD) yield peerId;
    const began = performance.now();
    if (began < this.#next) return;
    for (const [peerId, pc] of this.#signaling.peerConnections) {
      if (pc.connectionState !== "connected" || !this.#signaling.hears(peerId)) continue;
      const [voice] = pc.getReceivers().filter(({ track }) => track.kind === "audio");
      // Sent along with the sound (RFC 6464), so nothing has to be decoded for it.
      const [source] = voice?.getSynchronizationSources() ?? [];
      if ((source?.audioLevel ?? 0) > LOUD) yield peerId;
    }
    const now = performance.now();
    this.#next = now + Math.min(LONGEST_MS, (now - began) / SHARE);
  }
}
