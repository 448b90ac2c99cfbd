/**
 * Counts what came and keeps what went, so that a broken connection can be continued without a
 * gap (rule RES1 of docs/SPEC.md). Pure: no socket, no page.
 */

/** @import {ClientMessage} from "../types/messages.js" */

/** @typedef {{text: string, type: ClientMessage["type"], droppable: boolean, written: boolean}} Entry */

const MAX_ENTRIES = 1_000;
const MAX_LENGTH = 8_000_000;
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
   */
  push(message) {
    const text = JSON.stringify(message);
    const droppable = isDroppable(message);
    if (this.#isFull(text)) this.#drop((entry) => entry.droppable && !entry.written);
    if (this.#isFull(text)) return droppable;
    this.#entries.push({ text, type: message.type, droppable, written: false });
    this.#length += text.length;
    return true;
  }

  /** @returns {string[]} what waits to be written; counts as written from now on */
  take() {
    const waiting = this.#entries.filter(({ written }) => !written);
    for (const entry of waiting) entry.written = true;
    return waiting.map(({ text }) => text);
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
   */
  recovered(count) {
    this.arrived(count);
    for (const entry of this.#entries) entry.written = false;
    this.#drop(({ droppable }) => droppable);
    this.#restart();
  }

  /**
   * The server has forgotten, and with it how much had arrived. What was never written waits on,
   * but for signals and edits; of the rest only what does no harm when it comes twice.
   */
  lost() {
    this.#drop(({ type, written }) => {
      if (type === "subscribe" || type === "ping") return true;
      if (SIGNALS.has(type) || EDITS.has(type)) return true;
      return written && !REPEATABLE.has(type);
    });
    for (const entry of this.#entries) entry.written = false;
    this.#restart();
  }

  clear() {
    this.#drop(() => true);
    this.#restart();
  }

  #restart() {
    this.#arrived = 0;
    this.received = 0;
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
