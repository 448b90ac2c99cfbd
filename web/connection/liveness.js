/** Liveness check of an open socket: pings it after a silence, and reports when no message answers in time. */

import { Timers } from "../lib/timers.js";

/** Silence after which a ping is sent. */
const IDLE_MS = 15_000;
/** Time allowed for a sign of life. */
export const PONG_MS = 8_000;
/** The same, when the network or the page has just come back. */
export const PROBE_MS = 3_000;

/**
 * @typedef {object} LivenessHooks
 * @property {() => boolean} canSend the socket is open
 * @property {() => void} ping send a `ping`
 * @property {() => void} silent no message came in time
 */

export class Liveness {
  /** A ping was sent, and its `pong` has not come. */
  isPinging = false;
  /** @type {Timers<"idle" | "pong">} */
  #timers = new Timers();
  #hooks;

  /** @param {LivenessHooks} hooks */
  constructor(hooks) {
    this.#hooks = hooks;
  }

  /** A message came, of whatever type. */
  heard() {
    this.#timers.clear("pong");
    this.#timers.start("idle", IDLE_MS, () => this.probe(PONG_MS));
  }

  /** A `pong` came. */
  ponged() {
    this.isPinging = false;
  }

  /** @param {number} patience milliseconds to wait for a sign of life */
  probe(patience) {
    if (this.#timers.isRunning("pong") || !this.#hooks.canSend()) return;
    this.#timers.start("pong", patience, () => this.#hooks.silent());
    this.isPinging = true;
    this.#hooks.ping();
  }

  /** The socket is gone. */
  stop() {
    this.#timers.clearAll();
    this.isPinging = false;
  }
}
