/**
 * One peer's connection to a canvas-server, as described in docs/PROTOCOL.md.
 * Knows no page: it runs wherever there is a WebSocket.
 */

import { Backlog } from "./connection/backlog.js";
import { Emitter } from "./lib/emitter.js";
import { errorName, log } from "./lib/log.js";
import { retryDelay } from "./connection/retry.js";
import { onWake } from "./connection/wake.js";
import { PASSING, UNREAD } from "./types/limits.js";
import { encoded } from "./lib/unicode.js";

/** @import {ClientMessage, ServerMessage, PeerAssigned, Error as ErrorMessage} from "./types/messages.js" */

/**
 * `connecting` until the first `peer_assigned`; `open` while subscribed; `resuming` while away and
 * coming back; `closed` for good, `closeReason` says why.
 *
 * @typedef {"connecting" | "open" | "resuming" | "closed"} ConnectionState
 */

/**
 * Every server message is emitted twice: as `message`, and by its own `type`. `lost` comes before
 * a `peer_assigned` that could not make up for what was missed: a snapshot follows, and what the server
 * knew of our calls is gone. `overflow`: more was sent while away than can wait; some of it is lost.
 *
 * @typedef {{[M in ServerMessage as M["type"]]: M} & {message: ServerMessage,
 *   state: ConnectionState, lost: null, overflow: null}} ConnectionEvents
 */

const CONNECT_MS = 5_000;
const IMPATIENT_MS = 1_000;
const STABLE_MS = 5_000;
const IDLE_MS = 15_000;
const PONG_MS = 8_000;
const PROBE_MS = 3_000;
const MAX_IN_DOUBT = 64;
const MAX_LENGTH_IN_DOUBT = 500_000;
/** "Going away" is the browser's own word; this one says that we come back (rule RES1). */
const CLOSE_TO_RETRY = 3001;
const TAKEN_OVER = 4100;
/** What was sent last is larger than the server, or what stands before it, takes (RFC 6455 section 7.4.1). */
const MESSAGE_TOO_BIG = 1009;

/** @extends {Emitter<ConnectionEvents>} */
export class CanvasConnection extends Emitter {
  /** @type {ConnectionState} */
  state = "connecting";
  /** Why the state is `closed`, as the server put it. Empty: by `close()`. */
  closeReason = "";
  /** The close code or the error code behind `closeReason`. */
  closeCode = "";
  /** The error code with which the server has put us off, so that we ask again; empty: it has not. */
  putOff = "";
  /** @type {string | null} */
  peerId = null;
  /** Our name is what our token says, and not ours to change (rule TOK6). */
  nameIsBound = false;
  /** @type {readonly string[]} */
  features = [];

  #url;
  #sessionId;
  #displayName;
  #pass;
  /** Proves `peerId` to the server after the connection broke. */
  resumeToken = "";
  /** @type {WebSocket | null} */
  #socket = null;
  /** Not yet subscribed on the present socket. */
  #fresh = true;
  /** Asked to be subscribed on the present socket, and not answered yet. */
  #asking = false;
  /** So many times we gave up such a socket: what it asked may reach the server late. */
  #astray = 0;
  /** Subscribed at least once, so that there is something to go on with. */
  #joined = false;
  #attempts = 0;
  /** When the present attempt to connect began. */
  #tried = 0;
  #backlog = new Backlog();
  /** A ping is on its way. */
  #asked = false;
  /** @type {Map<string, ReturnType<typeof setTimeout>>} */
  #timers = new Map();

  /**
   * @param {object} options
   * @param {string | URL} options.url of the `/ws` endpoint, with scheme `ws:` or `wss:`
   * @param {string} options.sessionId
   * @param {string} [options.displayName]
   * @param {{peerId: string, token: string} | null} [options.identity] of an earlier page of this window
   * @param {{token: string, take: (token: string) => void}} [options.pass] lets us into the session
   */
  constructor({ url, sessionId, displayName = "", identity = null, pass = { token: "", take: () => {} } }) {
    super();
    this.#url = url;
    this.#sessionId = sessionId;
    this.#displayName = displayName;
    this.#pass = pass;
    this.peerId = identity?.peerId ?? null;
    this.resumeToken = identity?.token ?? "";
    onWake(() => this.wake());
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
    this.#connect();
  }

  /** Leave the session at once: nobody keeps the place (close code 1000). */
  close() {
    this.#finish("", "");
  }

  /**
   * Send a message: at once, or when the connection is back. It arrives once and in order, unless
   * the server has lost this peer's place meanwhile.
   *
   * @param {ClientMessage} message
   */
  send(message) {
    if (this.state === "closed") return;
    try {
      if (!this.#backlog.push(message)) {
        log("connection", "too much waits, dropped", message.type);
        this.emit("overflow", null);
      }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return this.#tooLarge(message.type, ("message_id" in message && message.message_id) || "");
    }
    this.#write();
    if (!this.#asked && this.#isMuchInDoubt()) this.#probe(PONG_MS);
  }

  /**
   * Take another name without leaving.
   *
   * @param {string} displayName
   */
  rename(displayName) {
    if (this.nameIsBound) return;
    this.#displayName = displayName;
    if (this.state !== "open") return; // it will be said on joining
    this.send({ type: "subscribe", session_id: this.#sessionId, display_name: displayName });
  }

  /** The network or the page has come back: try now, or see whether the connection is alive. */
  wake() {
    if (this.#timers.has("retry")) this.#connect();
    else if (this.state === "open") this.#probe(PROBE_MS);
    else if (this.state !== "closed" && performance.now() - this.#tried > IMPATIENT_MS) {
      this.#away("no answer yet"); // the network was away when this attempt began
    }
  }

  // --- the socket ----------------------------------------------------------------------------

  #connect() {
    this.#clearTimers();
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    this.#tried = performance.now();
    this.#fresh = true;
    this.#after("connect", CONNECT_MS, () => this.#away("no answer"));
    socket.onopen = () => this.#subscribe();
    socket.onmessage = ({ data }) => this.#receive(String(data));
    socket.onclose = ({ code, reason }) => {
      if (code === MESSAGE_TOO_BIG && !this.#fresh) this.#backlog.choke();
      if (code < 4100 || code > 4199 || this.#isOurOwn(code)) this.#away(code);
      else this.#finish(String(code), reason);
    };
  }

  /**
   * Tells whether it was an earlier socket of ours that has taken over, its `subscribe` having
   * been overtaken on the way by a later one.
   *
   * @param {number} code
   */
  #isOurOwn(code) {
    if (code !== TAKEN_OVER || this.#astray === 0) return false;
    this.#astray -= 1;
    return true;
  }

  /** @param {unknown} why */
  #away(why) {
    this.#dropSocket(CLOSE_TO_RETRY);
    this.#backlog.cut();
    this.#asked = false;
    this.#setState(this.#joined ? "resuming" : "connecting");
    const delay = retryDelay(this.#attempts++);
    log("connection", "away", why, `again in ${Math.round(delay)} ms`);
    this.#after("retry", delay, () => this.#connect());
  }

  /**
   * @param {string} code
   * @param {string} reason
   */
  #finish(code, reason) {
    this.#dropSocket(1000);
    this.#backlog.clear();
    this.closeCode = code;
    this.closeReason = reason;
    this.#setState("closed");
  }

  /** @param {number} code */
  #dropSocket(code) {
    this.#clearTimers();
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    if (this.#asking) this.#astray += 1;
    this.#asking = false;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(code);
  }

  /** Ask for the place this peer had, or for a new one. */
  #subscribe() {
    /** @type {ClientMessage} */
    const message = { type: "subscribe", session_id: this.#sessionId };
    if (this.#displayName) message.display_name = this.#displayName;
    if (this.#pass.token) message.token = this.#pass.token;
    if (this.peerId) {
      message.peer_id = this.peerId;
      message.resume_token = this.resumeToken;
      if (this.#joined) message.received = this.#backlog.received;
    }
    this.#socket?.send(encoded(message));
    this.#asking = true;
  }

  #write() {
    if (this.state !== "open" || this.#socket?.readyState !== WebSocket.OPEN) return;
    for (const text of this.#backlog.take()) this.#socket.send(text);
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
    if (message.type === "error" && this.#fresh) return this.#refused(message);
    if (message.type === "peer_assigned") this.#assigned(message);
    else if (!this.#fresh) this.#backlog.received += 1;
    if (message.type === "error" && !message.message_id && UNREAD.has(message.code)) {
      message.message_id = this.#backlog.suspect || null;
    }
    if (message.type === "token_renewed") this.#pass.take(message.token);
    if (message.type === "pong" && !this.#fresh) {
      this.#asked = false;
      this.#backlog.pong(message.received ?? 0);
    }
    this.emit("message", message);
    // The compiler cannot follow that `type` and message belong together.
    this.emit(message.type, /** @type {any} */ (message));
  }

  /** @param {PeerAssigned} message */
  #assigned(message) {
    this.peerId = message.peer_id;
    this.resumeToken = message.resume_token;
    this.nameIsBound = message.bound_name !== undefined;
    this.#displayName = message.bound_name ?? this.#displayName;
    if (!this.#fresh) {
      this.#backlog.subscribed();
      return;
    }
    this.#fresh = this.#asking = false;
    this.putOff = "";
    this.#clearTimer("connect");
    this.#after("stable", STABLE_MS, () => (this.#attempts = 0));
    const choked = message.recovered ? this.#backlog.recovered(message.received ?? 0) : this.#backlog.lost();
    if (choked) this.#tooLarge("an edit", choked); // first: it is not to be sent again
    if (this.#joined && !message.recovered) this.emit("lost", null);
    this.#joined = true;
    this.#setState("open");
    this.#write();
  }

  /**
   * Answer a message that can never arrive, as the server would if it could read it.
   *
   * @param {string} what
   * @param {string} messageId
   */
  #tooLarge(what, messageId) {
    log("connection", "too large, dropped", what);
    const error = { type: "error", code: "too_large", message: "", message_id: messageId };
    this.emit("message", /** @type {any} */ (error)); // none of the server's own codes
  }

  /**
   * The session would not have us, for now or at all.
   *
   * @param {ErrorMessage} error
   */
  #refused({ code, message }) {
    this.#asking = false;
    this.putOff = PASSING.has(code) ? code : "";
    if (this.putOff) return this.#away(code); // such as: the scene cannot be read now
    if (code !== "peer_id_taken" || !this.peerId) return this.#finish(code, message);
    this.peerId = null;
    this.#subscribe();
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
    this.#after("pong", patience, () => this.#away("silent"));
    this.#asked = true;
    this.send({ type: "ping", received: this.#backlog.received });
  }

  #isMuchInDoubt() {
    const { inDoubt, lengthInDoubt } = this.#backlog;
    return inDoubt >= MAX_IN_DOUBT || lengthInDoubt >= MAX_LENGTH_IN_DOUBT;
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
