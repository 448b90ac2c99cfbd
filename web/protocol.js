/**
 * One peer's connection to a canvas-server, as described in docs/PROTOCOL.md.
 * Knows no page: it runs wherever there is a WebSocket.
 */

import { Emitter } from "./emitter.js";
import { errorName, log } from "./log.js";
import { retryDelay } from "./retry.js";

/** @import {ClientMessage, ServerMessage, PeerAssigned, Error as ErrorMessage} from "./types/messages.js" */

/**
 * `connecting` until the first `peer_assigned`; `open` while subscribed; `resuming` while away and
 * coming back; `closed` for good, `closeReason` says why.
 *
 * @typedef {"connecting" | "open" | "resuming" | "closed"} ConnectionState
 */

/**
 * Every server message is emitted twice: as `message`, and by its own `type`. `lost` comes before
 * a `peer_assigned` after which nothing of before holds any more: calls are over, the snapshot
 * that follows is the truth.
 *
 * @typedef {{[M in ServerMessage as M["type"]]: M} &
 *   {message: ServerMessage, state: ConnectionState, lost: null}} ConnectionEvents
 */

const CONNECT_MS = 10_000;
const STABLE_MS = 5_000;
const IDLE_MS = 15_000;
const PONG_MS = 8_000;
const PROBE_MS = 3_000;
const MAX_WAITING = 256;

/** @extends {Emitter<ConnectionEvents>} */
export class CanvasConnection extends Emitter {
  /** @type {ConnectionState} */
  state = "connecting";
  /** Why the state is `closed`, as the server put it. Empty: by `close()`. */
  closeReason = "";
  /** The close code or the error code behind `closeReason`. */
  closeCode = "";
  /** @type {string | null} */
  peerId = null;
  /** @type {readonly string[]} */
  features = [];

  #url;
  #sessionId;
  #displayName;
  #resumeToken = "";
  /** @type {WebSocket | null} */
  #socket = null;
  /** Not yet subscribed on the present socket. */
  #fresh = true;
  #attempts = 0;
  /** @type {ClientMessage[]} */
  #waiting = [];
  /** @type {Map<string, ReturnType<typeof setTimeout>>} */
  #timers = new Map();

  /**
   * @param {object} options
   * @param {string | URL} options.url of the `/ws` endpoint, with scheme `ws:` or `wss:`
   * @param {string} options.sessionId
   * @param {string} [options.displayName]
   */
  constructor({ url, sessionId, displayName = "" }) {
    super();
    this.#url = url;
    this.#sessionId = sessionId;
    this.#displayName = displayName;
    globalThis.addEventListener?.("online", () => this.wake());
    globalThis.document?.addEventListener("visibilitychange", () => {
      if (globalThis.document.visibilityState === "visible") this.wake();
    });
  }

  get sessionId() {
    return this.#sessionId;
  }

  get displayName() {
    return this.#displayName;
  }

  /** Connect, and stay connected until `close()`. */
  open() {
    if (this.#socket) return;
    this.closeReason = this.closeCode = "";
    this.#setState(this.peerId ? "resuming" : "connecting");
    this.#connect();
  }

  /** Leave the session at once: nobody keeps the place (close code 1000). */
  close() {
    this.#finish("", "");
  }

  /**
   * Send a message. While the connection is away it waits for it, and is dropped if the server
   * has not kept this peer's place meanwhile.
   *
   * @param {ClientMessage} message
   */
  send(message) {
    if (this.state === "open" && this.#socket?.readyState === WebSocket.OPEN) {
      this.#socket.send(JSON.stringify(message));
    } else if (this.state !== "closed" && this.#waiting.length < MAX_WAITING) {
      this.#waiting.push(message);
    } else {
      log("connection", "dropped", message.type);
    }
  }

  /**
   * Take another name without leaving.
   *
   * @param {string} displayName
   */
  rename(displayName) {
    this.#displayName = displayName;
    if (this.state === "open") this.#subscribe();
  }

  /** The network or the page has come back: try now, or see whether the connection is alive. */
  wake() {
    if (this.#timers.has("retry")) this.#connect();
    else if (this.state === "open") this.#probe(PROBE_MS);
  }

  // --- the socket ----------------------------------------------------------------------------

  #connect() {
    this.#clearTimers();
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    this.#fresh = true;
    this.#after("connect", CONNECT_MS, () => this.#away("no answer"));
    socket.onopen = () => this.#subscribe();
    socket.onmessage = ({ data }) => this.#receive(String(data));
    socket.onclose = ({ code, reason }) => {
      if (code >= 4100 && code <= 4199) this.#finish(String(code), reason);
      else this.#away(code);
    };
  }

  /** @param {unknown} why */
  #away(why) {
    this.#dropSocket();
    this.#setState(this.peerId ? "resuming" : "connecting");
    const delay = retryDelay(this.#attempts++);
    log("connection", "away", why, `again in ${Math.round(delay)} ms`);
    this.#after("retry", delay, () => this.#connect());
  }

  /**
   * @param {string} code
   * @param {string} reason
   */
  #finish(code, reason) {
    this.#dropSocket();
    this.#waiting = [];
    this.closeCode = code;
    this.closeReason = reason;
    this.#setState("closed");
  }

  #dropSocket() {
    this.#clearTimers();
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(1000);
  }

  /** @param {{peerId: string | null, token: string}} [proof] */
  #subscribe(proof = { peerId: this.peerId, token: this.#resumeToken }) {
    /** @type {ClientMessage} */
    const message = { type: "subscribe", session_id: this.#sessionId };
    if (this.#displayName) message.display_name = this.#displayName;
    if (proof.peerId && this.#fresh) {
      message.peer_id = proof.peerId;
      message.resume_token = proof.token;
    }
    this.#socket?.send(JSON.stringify(message));
  }

  // --- what arrives --------------------------------------------------------------------------

  /** @param {string} text */
  #receive(text) {
    this.#watch();
    /** @type {ServerMessage} */
    let message;
    try {
      message = JSON.parse(text);
    } catch (error) {
      log("connection", "not JSON", errorName(error));
      return;
    }
    if (message.type === "welcome") this.features = message.features;
    if (message.type === "peer_assigned") this.#assigned(message);
    if (message.type === "error" && this.#fresh) return this.#refused(message);
    this.emit("message", message);
    // The compiler cannot follow that `type` and message belong together.
    this.emit(message.type, /** @type {any} */ (message));
  }

  /** @param {PeerAssigned} message */
  #assigned(message) {
    const returned = this.#fresh && this.peerId !== null;
    this.#fresh = false;
    this.peerId = message.peer_id;
    this.#resumeToken = message.resume_token;
    this.#clearTimer("connect");
    this.#after("stable", STABLE_MS, () => (this.#attempts = 0));
    if (returned && !message.recovered) {
      this.#waiting = [];
      this.emit("lost", null);
    }
    this.#setState("open");
    this.#waiting.splice(0).forEach((waiting) => this.send(waiting));
  }

  /**
   * The session would not have us.
   *
   * @param {ErrorMessage} error
   */
  #refused({ code, message }) {
    if (code === "peer_id_taken" && this.peerId) this.#subscribe({ peerId: null, token: "" });
    else this.#finish(code, message);
  }

  // --- is it alive? --------------------------------------------------------------------------

  /** Something came: look again when nothing has come for a while. */
  #watch() {
    this.#clearTimer("pong");
    this.#after("idle", IDLE_MS, () => this.#probe(PONG_MS));
  }

  /** @param {number} patience milliseconds to wait for a sign of life */
  #probe(patience) {
    if (this.#timers.has("pong") || this.#socket?.readyState !== WebSocket.OPEN) return;
    this.#socket.send('{"type":"ping"}');
    this.#after("pong", patience, () => this.#away("silent"));
  }

  /** @param {ConnectionState} state */
  #setState(state) {
    if (state === this.state) return;
    this.state = state;
    log("connection", state);
    this.emit("state", state);
  }

  /**
   * @param {string} name
   * @param {number} delay
   * @param {() => void} act
   */
  #after(name, delay, act) {
    this.#clearTimer(name);
    const timer = setTimeout(() => {
      this.#timers.delete(name);
      act();
    }, delay);
    this.#timers.set(name, timer);
  }

  /** @param {string} name */
  #clearTimer(name) {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }

  #clearTimers() {
    for (const name of [...this.#timers.keys()]) this.#clearTimer(name);
  }
}
