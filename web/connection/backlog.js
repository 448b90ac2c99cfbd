/**
 * Counts what came and keeps what went, so that a broken connection can be continued without a
 * gap (rule RES1 of docs/SPEC.md). Pure: no socket, no page.
 */

import { FRAME_BYTES } from "../types/limits.js";
import { bytesOf, encoded } from "../lib/unicode.js";

/** @import {ClientMessage} from "../types/messages.js" */

/**
 * @typedef {object} Entry
 * @property {string} text
 * @property {ClientMessage["type"]} type
 * @property {string} messageId empty: it has none
 * @property {boolean} droppable
 * @property {boolean} written
 */

const MAX_ENTRIES = 1_000;
const MAX_LENGTH = 8_000_000;
/** In characters: nothing on the way takes less than that. */
const LEAST_CHOKING = 16_000;
/** What negotiation makes anew after a gap. */
const SIGNALS = new Set(["start_call", "offer", "answer", "ice_candidate"]);
/** Who makes edits makes those again that were not answered, under the same name (rule SCN6). */
const EDITS = new Set([
  "add_element",
  "update_element",
  "remove_element",
  "sync_queue",
  "clear_scene",
  "restore_scene",
]);
/** What says how things are: harmless when the server has it already. */
const REPEATABLE = new Set(["end_call", "media_state", "group_call"]);

export class Backlog {
  /** Messages received since the latest `peer_assigned`. */
  received = 0;
  /** Written and perhaps not arrived, then waiting; oldest first. @type {Entry[]} */
  #entries = [];
  #length = 0;
  /** How many entries are gone from the front since the `subscribe` that counts. */
  #arrived = 0;
  /** A `pong` has told how many had arrived, so that what comes now answers a later one. */
  #anchored = false;
  /** The server closed because a message that it has not had was too large for it. */
  #choked = false;

  /** Messages that were written and of which nobody has said that they arrived. */
  get inDoubt() {
    return this.#entries.filter(({ written }) => written).length;
  }

  /** How long they are, in characters. */
  get lengthInDoubt() {
    return this.#entries.reduce((sum, { written, text }) => sum + (written ? text.length : 0), 0);
  }

  /**
   * Queue a message.
   *
   * @param {ClientMessage} message
   * @returns {boolean} false: too much is waiting, and this is lost
   * @throws {RangeError} it is larger than a message can be, and would never arrive
   */
  push(message) {
    const text = encoded(message);
    if (3 * text.length > FRAME_BYTES && bytesOf(text) > FRAME_BYTES) throw new RangeError("too large");
    const droppable = isDroppable(message);
    if (this.#isFull(text)) this.#drop((entry) => entry.droppable && !entry.written);
    if (this.#isFull(text)) return droppable;
    this.#entries.push({ text, type: message.type, messageId: nameOf(message), droppable, written: false });
    this.#length += text.length;
    return true;
  }

  /** @returns {string[]} what waits to be written; counts as written from now on */
  take() {
    const waiting = this.#entries.filter(({ written }) => !written);
    for (const entry of waiting) entry.written = true;
    return waiting.map(({ text }) => text);
  }

  /** @param {number} count of messages the server has had since the `subscribe` that counts, as a `pong` says */
  pong(count) {
    this.#anchored ||= count > 0;
    this.arrived(count);
  }

  /**
   * The edit that an error must be about which names no message. Answers come in the order of the messages, so
   * it is about one between the last ping that was answered and the next; if that is one alone, it is known.
   *
   * @returns {string} its `message_id`; empty: it cannot be known
   */
  get suspect() {
    const next = this.#entries.findIndex(({ type }) => type === "ping");
    const between = next < 0 ? [] : this.#entries.slice(0, next);
    const [only] = between;
    if (!this.#anchored || !only || between.length > 1 || !only.written) return "";
    return EDITS.has(only.type) ? only.messageId : "";
  }

  /** The server closed because a message was too large for it (close code 1009). */
  choke() {
    this.#choked = true;
  }

  /** @param {number} count of messages the server has had since the `subscribe` that counts */
  arrived(count) {
    const gone = this.#entries.splice(0, Math.max(0, count - this.#arrived));
    this.#arrived += gone.length;
    for (const { text } of gone) this.#length -= text.length;
  }

  /** The connection is gone: what may be missed is not worth waiting. */
  cut() {
    this.#drop(({ droppable, written }) => droppable && !written);
  }

  /** A `subscribe` among the messages was answered: counting starts behind it. */
  subscribed() {
    const place = this.#entries.findIndex(({ type }) => type === "subscribe");
    if (place >= 0) this.arrived(this.#arrived + place + 1);
    this.#restart();
  }

  /**
   * A new connection goes on where the old one ended: what had not arrived waits again, in order.
   *
   * @param {number} count of messages the server had
   * @returns {string} the `message_id` of what was too large for it, which is not sent again
   */
  recovered(count) {
    this.arrived(count);
    const choked = this.#culprit;
    if (choked) this.#drop((entry) => entry === choked);
    for (const entry of this.#entries) entry.written = false;
    this.#drop(({ droppable }) => droppable);
    this.#restart();
    return choked?.messageId ?? "";
  }

  /**
   * The server has forgotten, and with it how much had arrived. What was never written waits on,
   * but for signals and edits; of the rest only what does no harm when it comes twice.
   *
   * @returns {string} the `message_id` of what was too large for it, as far as can be known
   */
  lost() {
    const choked = this.#culprit;
    this.#drop(({ type, written }) => {
      if (type === "subscribe" || type === "ping") return true;
      if (SIGNALS.has(type) || EDITS.has(type)) return true;
      return written && !REPEATABLE.has(type);
    });
    for (const entry of this.#entries) entry.written = false;
    this.#restart();
    return choked?.messageId ?? "";
  }

  clear() {
    this.#drop(() => true);
    this.#restart();
  }

  /** What the server closed for: the largest that it has not had; none where there is nothing large. */
  get #culprit() {
    const written = this.#entries.filter((entry) => entry.written && entry.text.length >= LEAST_CHOKING);
    const [largest] = this.#choked ? written.sort((a, b) => b.text.length - a.text.length) : [];
    return largest;
  }

  #restart() {
    this.#arrived = 0;
    this.received = 0;
    this.#anchored = this.#choked = false;
  }

  /** @param {string} text */
  #isFull(text) {
    return this.#entries.length >= MAX_ENTRIES || this.#length + text.length > MAX_LENGTH;
  }

  /** @param {(entry: Entry) => boolean} which */
  #drop(which) {
    this.#entries = this.#entries.filter((entry) => !which(entry));
    this.#length = this.#entries.reduce((sum, { text }) => sum + text.length, 0);
  }
}

/**
 * @param {ClientMessage} message
 * @returns {boolean} a later one says it better
 */
function isDroppable(message) {
  return message.type === "cursor" || message.type === "preview" || message.type === "ping";
}

/**
 * @param {ClientMessage} message
 * @returns {string}
 */
function nameOf(message) {
  return ("message_id" in message && message.message_id) || "";
}
