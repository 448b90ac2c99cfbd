/**
 * The chat of a canvas, as this page takes part in it: what was said, what this person is saying, and what they have read. Knows
 * no page: views follow its events.
 */

import { Emitter } from "../lib/emitter.js";
import { newId } from "../lib/ids.js";
import { Timers } from "../lib/timers.js";
import { StorageRetry } from "../scene/storageretry.js";
import { PASSING } from "../types/limits.js";
import { ANSWER_MS, ChatLog, isChatMessage } from "./log.js";
import { Outbox } from "./outbox.js";
import { keepReadMark, readMark } from "./readmarks.js";

/** @import {CanvasConnection} from "../protocol.js" */
/** @import {ChatHistory, ChatMessage, ClientMessage, ServerMessage} from "../types/messages.js" */
/** @import {Unsaved} from "../ui/unsaved.js" */
/** @import {Draft, Outgoing} from "./outbox.js" */

/** What the server is asked to do with what was said. @typedef {"remove" | "clear"} Deed */

/**
 * `changed`: something else is to be shown. `said`: by somebody else, just now. `refused`: one of this person's own, which is not
 * sent. `failed`: what this person wanted done was refused.
 *
 * @typedef {{changed: null, said: ChatMessage, refused: Outgoing, failed: {deed: Deed, code: string}}} ChatEvents
 */

/** Of the latest messages so many are held against what is on its way. */
const RECENT = 20;
/** Before history is asked for again that could not be had. */
const AGAIN_MS = 3_000;
/** The queue of the connection was full: the time to let some of it go. */
const OVERFLOW_MS = 1_000;

/** @extends {Emitter<ChatEvents>} */
export class Chat extends Emitter {
  #connection;
  #unsaved;
  #log = new ChatLog();
  #outbox = new Outbox((message) => this.#send(message));
  /** Of the page of history that was asked for. */
  #asked = "";
  /** Who wait for it. @type {(() => void)[]} */
  #waiting = [];
  /** Not answered, by `message_id`. @type {Map<string, {deed: Deed, message: ClientMessage}>} */
  #deeds = new Map();
  /** @type {Timers<"answer" | "again" | "overflow">} */
  #timers = new Timers();
  #retry = new StorageRetry(() => this.#outbox.release(), () => {});
  /** The last one that was read. */
  #read;
  /** The last one that was there when this page came; -1: not known yet. */
  #first = -1;

  /**
   * @param {Pick<CanvasConnection, "on" | "send" | "state" | "peerId" | "sessionId" | "features">} connection
   * @param {Unsaved<Outgoing[]>} unsaved
   * @param {boolean} isBack there was a page before this one, and this is no copy of its window
   */
  constructor(connection, unsaved, isBack) {
    super();
    this.#connection = connection;
    this.#unsaved = unsaved;
    this.#read = readMark(connection.sessionId);
    if (isBack) this.#outbox.resume(unsaved.recall());
    else unsaved.forget();
    connection.on("state", () => this.#follow());
    connection.on("lost", () => {
      // What has arrived may have been answered meanwhile, and nobody says so once more.
      this.#outbox.again();
      for (const { deed, message } of this.#deeds.values()) if (deed === "remove") connection.send(message);
      this.#renew();
    });
    connection.on("overflow", () => {
      this.#outbox.again();
      this.#timers.start("overflow", OVERFLOW_MS, () => this.#follow());
    });
    this.#follow();
  }

  // --- what there is ---------------------------------------------------------------------------

  /** @returns {readonly ChatMessage[]} oldest first, without a gap */
  get messages() {
    return this.#log.messages;
  }

  /** This person's own that are not acknowledged, but those that were told to everybody already. @returns {readonly Outgoing[]} */
  get outgoing() {
    return this.#outbox.messages.filter(({ told = 0, refused }) => refused !== undefined || !this.#log.has(told));
  }

  /** How many of this person's own are on their way: a page that goes now would take them along. */
  get unsent() {
    return this.#outbox.waiting;
  }

  /** The server has said what there is. */
  get isKnown() {
    return this.#log.isKnown;
  }

  /** Nothing was missed of what is known. */
  get isCurrent() {
    return this.#log.isCurrent;
  }

  get hasMore() {
    return this.#log.hasMore;
  }

  get isLoading() {
    return this.#log.isLoading;
  }

  /** The id of the last one that was read. */
  get readUpTo() {
    return this.#read;
  }

  /** How many others have said that was not read. */
  get unread() {
    return this.#countAfter(this.#read);
  }

  /** How many of them since this page came. */
  get news() {
    return this.#first < 0 ? 0 : this.#countAfter(Math.max(this.#read, this.#first));
  }

  /** @param {number} id */
  #countAfter(id) {
    const { peerId } = this.#connection;
    return this.messages.filter((one) => one.id > id && one.from_peer_id !== peerId).length;
  }

  // --- what this person does -------------------------------------------------------------------

  /**
   * @param {Draft} draft
   * @returns {boolean} false: too much waits to be sent
   */
  say(draft) {
    const isTaken = this.#outbox.push(draft);
    if (isTaken) this.markRead();
    this.#changed();
    return isTaken;
  }

  /** @param {string} id of one that was refused */
  sayAgain(id) {
    this.#outbox.retry(id);
    this.#changed();
  }

  /** @param {string} id of one that was refused */
  discard(id) {
    this.#outbox.discard(id);
    this.#changed();
  }

  /** @param {number} id */
  remove(id) {
    this.#do("remove", { type: "remove_chat", message_id: newId(), id });
  }

  clear() {
    this.#do("clear", { type: "clear_chat", message_id: newId() });
  }

  /** What there is was seen. */
  markRead() {
    const last = this.messages.at(-1)?.id ?? 0;
    if (last <= this.#read) return;
    this.#read = last;
    keepReadMark(this.#connection.sessionId, last);
    this.emit("changed", null);
  }

  /**
   * Load the page before the oldest one that is known.
   *
   * @returns {Promise<void>} when it is there, or could not be had
   */
  loadOlder() {
    if (!this.#log.isLoading) {
      const wish = this.#connection.state === "open" ? this.#log.older() : null;
      if (!wish) return Promise.resolve();
      this.#ask(wish);
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  // --- the server ------------------------------------------------------------------------------

  /**
   * @param {ServerMessage} message
   * @returns {boolean} whether it was about the chat
   */
  receive(message) {
    switch (message.type) {
      case "chat_message":
        this.#hear(message);
        return true;
      case "chat_history":
        this.#take(message);
        return true;
      case "chat_removed":
        this.#log.remove(message.id);
        this.#changed();
        return true;
      case "chat_cleared":
        this.#log.clear();
        this.#answered();
        this.#changed();
        return true;
      case "ack":
        return this.#settle(message) || this.#deeds.delete(message.message_id);
      case "error":
        return this.#settle(message) || this.#fail(message.message_id ?? "", message.code);
      default:
        return false;
    }
  }

  /** @param {ChatMessage} message */
  #hear(message) {
    if (!isChatMessage(message)) return;
    const isOwn = message.from_peer_id === this.#connection.peerId;
    if (isOwn) this.#outbox.told(message);
    const isNew = this.#log.add(message);
    if (!isNew) return;
    if (!isOwn) this.emit("said", message);
    this.#changed();
  }

  /** @param {ChatHistory} history */
  #take({ messages: said, more, message_id }) {
    if (!this.#asked || (message_id ?? this.#asked) !== this.#asked) return;
    const messages = Array.isArray(said) ? said.filter(isChatMessage) : [];
    // The page before this one may have gone before it was told that one has arrived.
    for (const one of messages.slice(-RECENT)) if (one.from_peer_id === this.#connection.peerId) this.#outbox.told(one);
    const next = this.#log.take(messages, more === true);
    if (next) return this.#ask(next);
    if (this.#first < 0) this.#first = this.messages.at(-1)?.id ?? 0;
    // A canvas whose chat was begun anew counts from the beginning.
    this.#read = Math.min(this.#read, Math.max(this.#first, this.messages.at(-1)?.id ?? 0));
    this.#answered();
    this.#changed();
  }

  /**
   * @param {Parameters<Outbox["settle"]>[0]} answer
   * @returns {boolean} whether it was to what this person has said
   */
  #settle(answer) {
    const outcome = this.#outbox.settle(answer);
    if (!outcome) return false;
    if ("refused" in outcome) this.emit("refused", outcome.refused);
    this.#retry.watch(this.#outbox.held, "accepted" in outcome);
    this.#changed();
    return true;
  }

  /**
   * @param {string} messageId
   * @param {string} code
   * @returns {boolean} whether it was to something that this asked for
   */
  #fail(messageId, code) {
    const { deed } = this.#deeds.get(messageId) ?? {};
    this.#deeds.delete(messageId);
    if (deed) {
      // What is to be removed is gone already.
      if (deed !== "remove" || code !== "chat_not_found") this.emit("failed", { deed, code });
      return true;
    }
    if (!messageId || messageId !== this.#asked) return false;
    this.#giveUp(PASSING.has(code) || code === "chat_not_found");
    return true;
  }

  // --- helpers ---------------------------------------------------------------------------------

  #follow() {
    const isOpen = this.#connection.state === "open";
    this.#outbox.setOnline(isOpen && this.#isOffered);
    if (isOpen && !this.#log.isCurrent && !this.#log.isLoading) this.#renew();
  }

  get #isOffered() {
    return this.#connection.features.includes("chat");
  }

  /** It is unknown what was missed, or nothing is known yet. */
  #renew() {
    if (this.#isOffered) this.#ask(this.#log.renew());
  }

  /** @param {{before?: number}} wish */
  #ask(wish) {
    this.#asked = newId();
    this.#timers.start("answer", ANSWER_MS, () => this.#giveUp(true));
    this.#connection.send({ type: "get_chat", message_id: this.#asked, ...wish });
  }

  /** @param {boolean} isPassing it may be had later */
  #giveUp(isPassing) {
    this.#log.giveUp();
    this.#answered();
    if (isPassing && !this.#log.isCurrent) this.#timers.start("again", AGAIN_MS, () => this.#follow());
    this.emit("changed", null);
  }

  #answered() {
    this.#asked = "";
    this.#timers.clear("answer");
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** @param {Outgoing} message */
  #send({ id, text, picture, to }) {
    this.#connection.send({ type: "chat", message_id: id, ...(text && { text }), ...(picture && { picture }), ...(to && { to }) });
  }

  /**
   * @param {Deed} deed
   * @param {ClientMessage & {message_id: string}} message
   */
  #do(deed, message) {
    this.#deeds.set(message.message_id, { deed, message });
    this.#connection.send(message);
  }

  #changed() {
    this.#keep();
    this.emit("changed", null);
  }

  /** Words come before pictures where there is no room for all. */
  #keep() {
    const { saved } = this.#outbox;
    if (saved.length === 0) return this.#unsaved.forget();
    if (!this.#unsaved.keep(saved)) this.#unsaved.keep(saved.filter(({ picture }) => !picture));
  }
}
