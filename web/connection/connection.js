/**
 * One peer's connection to a canvas-server, as described in docs/PROTOCOL.md.
 * Knows no page: it runs wherever there is a WebSocket.
 */

import { Emitter } from "../lib/emitter.js";
import { plainName, shownWords } from "../lib/foreign.js";
import { errorName, log } from "../lib/log.js";
import { isRecord } from "../lib/own.js";
import { Timers } from "../lib/timers.js";
import { encoded } from "../lib/unicode.js";
import { CLOSE_CODES, PASSING, UNREAD } from "../types/limits.js";
import { SERVER_TRAITS } from "../types/traits.js";
import { closeEvent, CLOSE_TO_LEAVE, CLOSE_TO_RETRY } from "./closecodes.js";
import { Liveness, PONG_MS, PROBE_MS } from "./liveness.js";
import { retryDelay } from "./retry.js";
import { messageIdOf, SendQueue } from "./sendqueue.js";
import { ANSWERS, INITIAL, next, publicState } from "./states.js";
import { subscription } from "./subscription.js";
import { onWake } from "./wake.js";

/** @import {ClientMessage, ServerMessage, PeerAssigned, Waiting, Error as ErrorMessage} from "../types/messages.js" */
/** @import {EarlySocket, SocketRecord} from "./earlysocket.js" */
/** @import {ConnectionState, Event, State} from "./states.js" */

/**
 * Every server message is emitted twice: as `message`, and by its own `type`. `lost` comes before
 * a `peer_assigned` that could not make up for what was missed: a snapshot follows, and what the server
 * knew of our calls is gone. `overflow`: more was sent while away than can wait; some of it is lost.
 *
 * @typedef {{[M in ServerMessage as M["type"]]: M} & {message: ServerMessage,
 *   state: ConnectionState, lost: null, overflow: null}} ConnectionEvents
 */

/** Time allowed for one attempt, from opening the socket to `peer_assigned`. */
const CONNECT_MS = 5_000;
/** An attempt without an answer for so long is given up when the network comes back. */
const IMPATIENT_MS = 1_000;
/** A connection that has lasted so long counts as sound: the next pause is a short one again. */
const STABLE_MS = 5_000;

/** @extends {Emitter<ConnectionEvents>} */
export class CanvasConnection extends Emitter {
  /** Why the state is `closed`, as the server put it. Empty: by `close()`. */
  closeReason = "";
  /** The close code or the error code behind `closeReason`. */
  closeCode = "";
  /** The error code with which the server has put us off, so that we ask again; empty: it has not. */
  putOff = "";
  /** @type {string | null} */
  peerId = null;
  /** Proves `peerId` to the server after the connection broke. */
  resumeToken = "";
  /** Our name is what our token says, and not ours to change (rule TOK6). */
  nameIsBound = false;
  /** The server has us wait until somebody lets us in (rule ROM5). */
  isWaiting = false;
  /** @type {readonly string[]} */
  features = [];

  #url;
  #sessionId;
  #displayName;
  #pass;
  /** A socket to begin with, which was opened before this was made. @type {EarlySocket | null} */
  #early;
  /** The present socket came with its `subscribe` sent. */
  #isSubscribed = false;
  #takes;
  /** @type {State} */
  #state = INITIAL;
  /** Subscribed at least once, so that there is something to resume. */
  #hasJoined = false;
  /** The public state that was emitted last. @type {ConnectionState} */
  #emitted = "connecting";
  /** @type {WebSocket | null} */
  #socket = null;
  /** Sockets that were given up with their `subscribe` unanswered: it may reach the server late. */
  #stray = 0;
  /** Attempts since the connection was last sound. */
  #attempts = 0;
  /** When the present attempt began, by `performance.now()`. */
  #attemptedAt = 0;
  #queue = new SendQueue();
  /** @type {Timers<"connect" | "retry" | "stable">} */
  #timers = new Timers();
  #liveness = new Liveness({
    canSend: () => this.#socket?.readyState === WebSocket.OPEN,
    ping: () => this.#ping(),
    silent: () => this.#fire("silent"),
  });

  /**
   * @param {object} options
   * @param {string | URL} options.url of the `/ws` endpoint, with scheme `ws:` or `wss:`
   * @param {string} options.sessionId
   * @param {string} [options.displayName]
   * @param {{peerId: string, token: string} | null} [options.identity] of an earlier page of this window
   * @param {{token: string, take: (token: string) => void, proof?: string}} [options.pass] the join token of the session
   * @param {EarlySocket | null} [options.early] a socket to begin with, whose `subscribe` says the same as these options
   * @param {readonly string[]} [options.takes] what this client takes of `welcome.features`
   */
  constructor({
    url, sessionId, displayName = "", identity = null, pass = { token: "", take: () => {} }, early = null, takes = [],
  }) {
    super();
    this.#takes = takes;
    this.#url = url;
    this.#sessionId = sessionId;
    this.#displayName = displayName;
    this.#pass = pass;
    this.#early = early;
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

  /** @returns {ConnectionState} */
  get state() {
    return this.#emitted;
  }

  /** Connect, and stay connected until `close()`. */
  open() {
    this.#fire("start");
  }

  /** Leave the session at once: nobody keeps the place (close code 1000). */
  close() {
    this.closeReason = this.closeCode = "";
    this.#fire("close");
  }

  /**
   * Send a message: at once, or when the connection is back. It arrives once and in order, unless
   * the server has lost this peer's place meanwhile.
   *
   * @param {ClientMessage} message
   */
  send(message) {
    if (this.#state === "closed") return;
    try {
      if (!this.#queue.push(message)) {
        log("connection", "queue full, dropped", message.type);
        this.emit("overflow", null);
      }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return this.#tooLarge(message.type, messageIdOf(message));
    }
    this.#flush();
    if (!this.#liveness.isPinging && this.#queue.isMuchInDoubt) this.#liveness.probe(PONG_MS);
  }

  /**
   * Take another name without leaving.
   *
   * @param {string} displayName
   */
  rename(displayName) {
    if (this.nameIsBound) return;
    this.#displayName = displayName;
    if (this.isWaiting && this.#state === "subscribing") return this.#subscribe();
    if (this.#state !== "open") return; // the next `subscribe` has it
    this.send(subscription({ sessionId: this.#sessionId, displayName, takes: this.#takes }));
  }

  /** The network or the page has come back: try now, or see whether the connection is alive. */
  wake() {
    if (this.isWaiting && this.#state === "subscribing") return this.#liveness.probe(PROBE_MS);
    const isAttempting = this.#state === "connecting" || this.#state === "subscribing";
    // The network was away when this attempt began.
    if (isAttempting && performance.now() - this.#attemptedAt > IMPATIENT_MS) return this.#fire("silent");
    this.#fire("wake");
    if (this.#state === "open") this.#liveness.probe(PROBE_MS);
  }

  #ping() {
    if (this.#state === "subscribing") this.#socket?.send(encoded({ type: "ping" })); // waits to be let in
    else this.send({ type: "ping", received: this.#queue.received });
  }

  // --- the machine ---------------------------------------------------------------------------

  /** @param {Event} event */
  #fire(event) {
    const before = this.#state;
    const state = next(before, event);
    if (!state) return;
    this.#state = state;
    if (before === "subscribing" && !ANSWERS.has(event)) this.#stray += 1;
    switch (state) {
      case "idle":
        return;
      case "connecting":
        return this.#connect();
      case "subscribing":
        return this.#subscribe();
      case "open":
        return this.#resume();
      case "waiting":
        return this.#wait(event);
      case "closed":
        return this.#finish();
    }
  }

  #connect() {
    this.#timers.clearAll();
    this.closeReason = this.closeCode = "";
    const early = this.#early?.take();
    this.#early = null;
    const socket = early?.socket ?? new WebSocket(this.#url);
    this.#socket = socket;
    this.#isSubscribed = early?.hasSubscribed ?? false;
    this.#attemptedAt = performance.now();
    this.#timers.start("connect", CONNECT_MS, () => this.#fire("silent"));
    socket.onopen = () => this.#fire("connected");
    socket.onmessage = ({ data }) => this.#receive(String(data));
    socket.onclose = ({ code, reason }) => this.#closed(code, reason);
    this.#emitState();
    if (early) this.#catchUp(early);
  }

  /** Do what the events of an early socket ask for, in their order. @param {SocketRecord} record */
  #catchUp({ socket, hasOpened, frames, closed }) {
    if (hasOpened) this.#fire("connected");
    for (const text of frames) {
      if (this.#socket !== socket) return; // one of them has ended it
      this.#receive(text);
    }
    if (closed && this.#socket === socket) this.#closed(closed.code, closed.reason);
  }

  /** Ask for the place this peer had, or for a new one. */
  #subscribe() {
    const isSubscribed = this.#isSubscribed;
    this.#isSubscribed = false;
    if (isSubscribed) return;
    const message = subscription({
      sessionId: this.#sessionId,
      displayName: this.#displayName,
      takes: this.#takes,
      token: this.#pass.token,
      peerId: this.peerId,
      resumeToken: this.resumeToken,
      received: this.#hasJoined ? this.#queue.received : undefined,
    });
    this.#socket?.send(encoded(message));
  }

  #resume() {
    this.#hasJoined = true;
    this.putOff = "";
    this.#timers.clear("connect");
    this.#timers.start("stable", STABLE_MS, () => (this.#attempts = 0));
    this.#emitState();
    this.#flush();
  }

  /** @param {Event} why */
  #wait(why) {
    this.#dropSocket(CLOSE_TO_RETRY);
    this.#queue.cut();
    const delay = retryDelay(this.#attempts++);
    this.#timers.start("retry", delay, () => this.#fire("retry"));
    log("connection", "away", why, `again in ${Math.round(delay)} ms`);
    this.#emitState();
  }

  #finish() {
    this.#dropSocket(CLOSE_TO_LEAVE);
    this.#queue.clear();
    this.#emitState();
  }

  /** @param {number} code */
  #dropSocket(code) {
    this.#timers.clearAll();
    this.#liveness.stop();
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(code);
  }

  #emitState() {
    const state = publicState(this.#state, this.#hasJoined);
    if (state === this.#emitted) return;
    this.#emitted = state;
    log("connection", state);
    this.emit("state", state);
  }

  // --- the socket ----------------------------------------------------------------------------

  #flush() {
    if (this.#state !== "open" || this.#socket?.readyState !== WebSocket.OPEN) return;
    for (const text of this.#queue.take()) this.#socket.send(text);
  }

  /**
   * @param {number} code
   * @param {string} reason
   */
  #closed(code, reason) {
    if (code === CLOSE_CODES.MESSAGE_TOO_BIG && this.#state === "open") this.#queue.choke();
    const event = closeEvent(code, this.#stray > 0);
    if (event === "taken over by our own") this.#stray -= 1;
    if (event !== "dismissed") return this.#fire("lost");
    this.closeCode = String(code);
    this.closeReason = shownWords(reason);
    this.#fire("dismissed");
  }

  /** @param {string} text */
  #receive(text) {
    this.#liveness.heard();
    /** @type {ServerMessage} */
    let message;
    try {
      message = JSON.parse(text);
    } catch (error) {
      log("connection", "not JSON", errorName(error));
      return;
    }
    if (!isRecord(message) || typeof message.type !== "string") return log("connection", "no message");
    const isOpen = this.#state === "open";
    if (message.type === "error" && !isOpen) return this.#refused(message);
    if (message.type === "peer_assigned") this.#assigned(message);
    else if (message.type === "waiting") this.#awaitAdmission(message);
    else if (isOpen) this.#queue.received += 1;
    this.#note(message, isOpen);
    this.emit("message", message);
    // What this client knows is passed on by its type too; no server names an event of the connection itself. The
    // compiler cannot follow that `type` and message belong together.
    if (Object.hasOwn(SERVER_TRAITS, message.type)) this.emit(message.type, /** @type {any} */ (message));
  }

  /**
   * Keep what the connection itself needs of a message.
   *
   * @param {ServerMessage} message
   * @param {boolean} isOpen it came after the `peer_assigned` of this socket
   */
  #note(message, isOpen) {
    if (message.type === "welcome") this.features = message.features;
    if (message.type === "token_renewed") this.#pass.take(message.token);
    if (message.type === "error" && !message.message_id && UNREAD.has(message.code)) {
      message.message_id = this.#queue.suspect || null;
    }
    if (message.type !== "pong") return;
    this.#liveness.ponged();
    if (isOpen) this.#queue.pong(message.received ?? 0);
  }

  /** In place of `peer_assigned`, which follows when somebody lets us in. @param {Waiting} message */
  #awaitAdmission(message) {
    if (this.#state !== "subscribing") return;
    this.isWaiting = true;
    this.peerId = message.peer_id;
    this.resumeToken = message.resume_token;
    this.putOff = "";
    this.#timers.clear("connect");
    this.#timers.start("stable", STABLE_MS, () => (this.#attempts = 0));
  }

  /** @param {PeerAssigned} message */
  #assigned(message) {
    this.isWaiting = false;
    this.peerId = message.peer_id;
    this.resumeToken = this.#pass.proof = message.resume_token;
    this.nameIsBound = message.bound_name !== undefined;
    if (this.nameIsBound) this.#displayName = plainName(message.bound_name);
    if (this.#state === "open") {
      this.#queue.subscribed(); // it answers a `rename`
      return;
    }
    const choked = message.recovered ? this.#queue.recovered(message.received ?? 0) : this.#queue.lost();
    if (choked) this.#tooLarge("an edit", choked); // first: it is not to be sent again
    if (this.#hasJoined && !message.recovered) this.emit("lost", null);
    if (this.#state === "subscribing") this.#fire("assigned"); // a listener may have closed it
  }

  /** @param {ErrorMessage} error that answers `subscribe` */
  #refused({ code, message }) {
    this.putOff = PASSING.has(code) ? code : "";
    if (this.putOff) return this.#fire("put_off"); // such as: the scene cannot be read now
    if (code === "peer_id_taken" && this.peerId) {
      this.peerId = null;
      return this.#fire("id_taken");
    }
    this.closeCode = code;
    this.closeReason = shownWords(message);
    this.#fire("refused");
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
}
