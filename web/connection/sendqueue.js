/**
 * Send queue of a connection, bounded: keeps each message until the server has it, and counts those received, so
 * that a broken connection can be resumed without a gap (rule RES1 of docs/SPEC.md). Pure: no socket, no page.
 */

import { FRAME_BYTES } from "../types/limits.js";
import { CLIENT_TRAITS } from "../types/traits.js";
import { bytesOf, encoded } from "../lib/unicode.js";

/** @import {ClientMessage} from "../types/messages.js" */

/**
 * @typedef {object} Entry
 * @property {string} text
 * @property {ClientMessage["type"]} type
 * @property {string} messageId empty: it has none
 * @property {boolean} droppable
 * @property {boolean} written to the present socket, and not known to have arrived
 */

const MAX_ENTRIES = 1_000;
const MAX_LENGTH = 8_000_000;
/** With so many messages in doubt, or so many characters of them, the server is asked what it has. */
const MAX_IN_DOUBT = 64;
const MAX_LENGTH_IN_DOUBT = 500_000;
/** In characters: nothing on the way takes less than that. */
const LEAST_CHOKING = 16_000;
export class SendQueue {
  /** Messages received since the latest `peer_assigned`. */
  received = 0;
  /** First those written and perhaps not arrived, then those waiting; oldest first. @type {Entry[]} */
  #entries = [];
  #length = 0;
  /** How many entries left the front since the `subscribe` that counts. */
  #arrived = 0;
  /** A `pong` has counted the messages before it, so that an answer that comes now is to a later one. */
  #anchored = false;
  /** The server closed because a message that it has not had was too large for it. */
  #choked = false;

  /** Number of messages that were written and are not acknowledged. */
  get inDoubt() {
    return this.#entries.filter(({ written }) => written).length;
  }

  /** Whether enough of them wait for it that an acknowledgement should be asked for. */
  get isMuchInDoubt() {
    return this.inDoubt >= MAX_IN_DOUBT || this.#lengthInDoubt >= MAX_LENGTH_IN_DOUBT;
  }

  /** In characters. */
  get #lengthInDoubt() {
    return this.#entries.reduce((sum, { written, text }) => sum + (written ? text.length : 0), 0);
  }

  /**
   * Queue a message.
   *
   * @param {ClientMessage} message
   * @returns {boolean} false: the queue is full, and this message is lost
   * @throws {RangeError} the message is larger than a frame may be, and would never arrive
   */
  push(message) {
    const text = encoded(message);
    if (3 * text.length > FRAME_BYTES && bytesOf(text) > FRAME_BYTES) throw new RangeError("too large");
    const { droppable } = CLIENT_TRAITS[message.type];
    if (this.#isFull(text)) this.#drop((entry) => entry.droppable && !entry.written);
    if (this.#isFull(text)) return droppable;
    this.#entries.push({ text, type: message.type, messageId: messageIdOf(message), droppable, written: false });
    this.#length += text.length;
    return true;
  }

  /** @returns {string[]} the messages that wait to be written; they count as written from now on */
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
    return CLIENT_TRAITS[only.type].edits ? only.messageId : "";
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

  /** The connection is gone: drop what waits and is not worth being sent later. */
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
   * The server has forgotten, and with it how much had arrived: what becomes of each message is one of its traits.
   *
   * @returns {string} the `message_id` of what was too large for it, as far as can be known
   */
  lost() {
    const choked = this.#culprit;
    this.#drop(({ type, written }) => {
      const { afterGap } = CLIENT_TRAITS[type];
      return afterGap === "discard" || (afterGap === "unless_written" && written);
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
 * @returns {string} its `message_id`; empty: it has none
 */
export function messageIdOf(message) {
  return ("message_id" in message && message.message_id) || "";
}
