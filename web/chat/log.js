/**
 * What has been said on a canvas, as far as this page knows it: the latest messages without a gap, older ones by page. Pure.
 */

import { isRecord } from "../lib/own.js";

/** @import {ChatMessage} from "../types/messages.js" */

/** Messages that are kept in memory; the oldest go first, and are on the server. */
const MOST = 5_000;
/** When the log begins anew, so many are fetched at most. */
const MOST_ANEW = 1_000;
/** As far as a Date goes (ECMA-262). */
const LATEST_MS = 8.64e15;
/** A page of the server that is not there after so long is asked for anew. */
export const ANSWER_MS = 15_000;

/**
 * @param {unknown} message as a server has sent it
 * @returns {message is ChatMessage} it can be placed and shown; what is written in it is looked at where it is shown
 */
export function isChatMessage(message) {
  if (!isRecord(message)) return false;
  const { id, from_peer_id: author, timestamp, picture = "", to = "" } = message;
  const isText = [author, picture ?? "", to ?? ""].every((value) => typeof value === "string");
  return isText && Number.isSafeInteger(id) && Number.isFinite(timestamp) && Math.abs(Number(timestamp)) < LATEST_MS;
}

export class ChatLog {
  /** By id, which is their order, without a gap. @type {ChatMessage[]} */
  #messages = [];
  /** @type {Set<number>} */
  #ids = new Set();
  /** There are older ones on the server. */
  #more = true;
  #isKnown = false;
  /** Something may have been missed. */
  #isStale = true;
  /**
   * The page that was asked for: what has come since, and what was removed, so that an answer that was made before is not the
   * last word. Of a log that begins anew: `target`, how many are to be there when it is done, and `back`, how far it goes back.
   *
   * @type {{kind: "newest" | "older", came: ChatMessage[], gone: Set<number>, pages: ChatMessage[], target: number, back: number} | null}
   */
  #request = null;

  /** @returns {readonly ChatMessage[]} oldest first */
  get messages() {
    return this.#messages;
  }

  get size() {
    return this.#messages.length;
  }

  /** The server has said what the latest ones are. */
  get isKnown() {
    return this.#isKnown;
  }

  /** Nothing may have been missed of what is known. */
  get isCurrent() {
    return !this.#isStale;
  }

  /** There are older ones on the server. */
  get hasMore() {
    return this.#more;
  }

  get isLoading() {
    return this.#request !== null;
  }

  /** @param {number} id */
  has(id) {
    return this.#ids.has(id);
  }

  /** @param {number} id @returns {number} -1: it is not here */
  indexOf(id) {
    return this.#ids.has(id) ? this.#messages.findIndex((one) => one.id === id) : -1;
  }

  /**
   * Begin anew, with at least as many messages as there are, and back to where they ended: it is unknown what was missed.
   *
   * @returns {{before?: number}} what to ask the server for
   */
  renew() {
    const back = this.#messages.at(-1)?.id ?? Infinity;
    this.#isStale = true;
    this.#request = { kind: "newest", came: [], gone: new Set(), pages: [], target: this.size, back };
    return {};
  }

  /** @returns {{before: number} | null} what to ask the server for; `null`: nothing now */
  older() {
    const [first] = this.#messages;
    if (this.#request || !this.#isKnown || !this.#more || !first || this.size >= MOST) return null;
    this.#request = { kind: "older", came: [], gone: new Set(), pages: [], target: 0, back: 0 };
    return { before: first.id };
  }

  /** Nothing is asked for any more: the answer did not come. */
  giveUp() {
    this.#request = null;
  }

  /**
   * A page of the server, the answer to what was asked for last.
   *
   * @param {readonly ChatMessage[]} messages oldest first
   * @param {boolean} more there are older ones
   * @returns {{before: number} | null} what to ask for next; `null`: it is done
   */
  take(messages, more) {
    const request = this.#request;
    if (!request) return null;
    const fresh = messages.filter(({ id }) => !request.gone.has(id));
    if (request.kind === "older") {
      this.#request = null;
      this.#more = more;
      this.#set([...fresh.filter(({ id }) => !this.#ids.has(id)), ...this.#messages]);
      return null;
    }
    request.pages = [...fresh, ...request.pages];
    const [first] = request.pages;
    const isEnough = request.pages.length >= Math.min(MOST_ANEW, request.target) && first && first.id <= request.back;
    if (more && first && !isEnough && request.pages.length < MOST_ANEW) return { before: first.id };
    const known = new Set(request.pages.map(({ id }) => id));
    this.#request = null;
    this.#isKnown = true;
    this.#isStale = false;
    this.#more = more;
    const all = [...request.pages, ...request.came.filter(({ id }) => !known.has(id))];
    this.#set(all.filter(({ id }) => !request.gone.has(id)));
    return null;
  }

  /**
   * A message that was said just now.
   *
   * @param {ChatMessage} message
   * @returns {boolean} false: it was known
   */
  add(message) {
    if (this.#request && !this.#request.came.some(({ id }) => id === message.id)) this.#request.came.push(message);
    if (!this.#isKnown || this.#ids.has(message.id)) return false;
    this.#messages.push(message);
    this.#ids.add(message.id);
    const isLast = (this.#messages.at(-2)?.id ?? 0) < message.id;
    if (!isLast || this.size > MOST) this.#set(this.#messages);
    return true;
  }

  /** @param {number} id that is removed for everybody */
  remove(id) {
    const { came, gone } = this.#request ?? {};
    gone?.add(id);
    if (came && this.#request) this.#request.came = came.filter((one) => one.id !== id);
    if (this.#ids.has(id)) this.#set(this.#messages.filter((one) => one.id !== id));
  }

  /** Nothing was ever said, from now on: an answer that is on its way is of before. */
  clear() {
    this.#isKnown = true;
    this.#isStale = false;
    this.#more = false;
    this.#set([]);
    this.#request = null;
  }

  /** @param {ChatMessage[]} messages */
  #set(messages) {
    const surplus = messages.length - MOST;
    this.#messages = messages.sort((one, other) => one.id - other.id).slice(Math.max(0, surplus));
    if (surplus > 0) this.#more = true;
    this.#ids = new Set(this.#messages.map(({ id }) => id));
  }
}
