/**
 * Messages of this person on their way to the server: in order, each exactly once, however often the connection breaks; kept
 * for the page that comes after this one until they are acknowledged. Pure: no page, no connection.
 */

import { newId } from "../lib/ids.js";
import { isRecord } from "../lib/own.js";
import { PASSING } from "../types/limits.js";

/** What is written: `picture` a data URL, `to` a peer id; absent: to everybody. @typedef {{text: string, picture?: string, to?: string}} Draft */

/**
 * `id`: the `message_id`, the same each time it is sent; `told`: the id under which it was told to us before it was acknowledged;
 * `refused`: the code of the error that answered it.
 *
 * @typedef {Draft & {id: string, at: number, told?: number, refused?: string}} Outgoing
 */

/** An answer of the server. @typedef {{type: "ack", message_id: string, result?: unknown} | {type: "error", message_id?: string | null, code: string}} Answer */

/** `accepted`: what was stored, and under which id; 0: that was not said. @typedef {{accepted: Outgoing, storedAs: number} | {refused: Outgoing} | {held: Outgoing}} Outcome */

const MOST_WAITING = 200;
/** In characters: what a browser keeps for a window has a limit of about five million. */
const MOST_LENGTH = 2_000_000;
const ID = /^[\w-]{1,64}$/;

export class Outbox {
  #send;
  #now;
  /** Oldest first. Of those that are not refused only the first one is on its way, so that none overtakes another. @type {Outgoing[]} */
  #messages = [];
  #online = false;
  /** The server said that it cannot take anything just now. */
  #held = false;
  /** Of the message that was sent and not answered. */
  #underWay = "";

  /**
   * @param {(message: Outgoing) => void} send
   * @param {() => number} [now] milliseconds since 1970
   */
  constructor(send, now = Date.now) {
    this.#send = send;
    this.#now = now;
  }

  /** Those that are not acknowledged, oldest first. @returns {readonly Outgoing[]} */
  get messages() {
    return this.#messages;
  }

  /** How many are going to be sent. */
  get waiting() {
    return this.#messages.filter(({ refused }) => refused === undefined).length;
  }

  get held() {
    return this.#held;
  }

  /**
   * @param {Draft} draft
   * @returns {boolean} false: too much waits already, and it is not taken
   */
  push({ text, picture, to }) {
    const message = { id: newId(), at: this.#now(), text, ...(picture && { picture }), ...(to && { to }) };
    const length = [...this.#messages, message].reduce((sum, one) => sum + lengthOf(one), 0);
    if (this.#messages.length >= MOST_WAITING || length > MOST_LENGTH) return false;
    this.#messages.push(message);
    this.#flush();
    return true;
  }

  /** @param {boolean} online the connection is open */
  setOnline(online) {
    this.#online = online;
    this.#flush();
  }

  /** It is unknown whether what was sent has arrived: it goes again, under the same name. */
  again() {
    this.#underWay = "";
  }

  /** The server may be able to take something again. */
  release() {
    this.#held = false;
    this.#flush();
  }

  /**
   * The server has told a message of ours to everybody it is for, ourselves too.
   *
   * @param {{id: number, text?: unknown, picture?: string | null, to?: string | null}} message
   */
  told(message) {
    const mine = this.#messages.find(({ id }) => id === this.#underWay);
    const isIt = mine && !mine.told && mine.text === (message.text ?? "") && (mine.picture ?? "") === (message.picture ?? "") &&
      (mine.to ?? "") === (message.to ?? "");
    if (isIt) mine.told = message.id;
  }

  /**
   * @param {Answer} answer
   * @returns {Outcome | null} `null`: it was no answer to one of these
   */
  settle(answer) {
    const place = this.#messages.findIndex(({ id }) => id === answer.message_id);
    const message = this.#messages[place];
    if (!message || message.refused !== undefined) return null;
    if (this.#underWay === message.id) this.#underWay = "";
    if (answer.type === "error" && PASSING.has(answer.code)) {
      this.#held = true;
      return { held: message };
    }
    /** @type {Outcome} */
    let outcome;
    if (answer.type === "error") {
      message.refused = answer.code;
      outcome = { refused: message };
    } else {
      this.#messages.splice(place, 1);
      const { chat_id: stored } = isRecord(answer.result) ? answer.result : {};
      outcome = { accepted: message, storedAs: typeof stored === "number" ? stored : (message.told ?? 0) };
    }
    this.#flush();
    return outcome;
  }

  /**
   * Send a refused one once more, as a new message and the last one.
   *
   * @param {string} id
   * @returns {boolean} whether it is there
   */
  retry(id) {
    const message = this.#messages.find((one) => one.id === id && one.refused !== undefined);
    if (!message) return false;
    this.discard(id);
    return this.push(message);
  }

  /** Forget one that is not under way. @param {string} id */
  discard(id) {
    if (id !== this.#underWay) this.#messages = this.#messages.filter((one) => one.id !== id);
  }

  /** What a page that comes after this one has to send, or to show as refused. @returns {Outgoing[]} */
  get saved() {
    return this.#messages.map(({ told: _, ...message }) => message);
  }

  /** @param {unknown} kept by an earlier page of this window, or by whoever else wrote into the storage */
  resume(kept) {
    const messages = Array.isArray(kept) ? kept.flatMap((one) => outgoingOf(one) ?? []) : [];
    const byId = new Map(messages.map((message) => [message.id, message]));
    for (const { id } of this.#messages) byId.delete(id);
    this.#messages.unshift(...[...byId.values()].slice(0, MOST_WAITING));
    this.#flush();
  }

  #flush() {
    if (!this.#online || this.#held || this.#underWay) return;
    const next = this.#messages.find(({ refused }) => refused === undefined);
    if (!next) return;
    this.#underWay = next.id;
    this.#send(next);
  }
}

/** @param {Draft} draft @returns {number} in characters */
function lengthOf({ text, picture = "" }) {
  return text.length + picture.length;
}

/**
 * @param {unknown} kept
 * @returns {Outgoing | null} `null`: it is none
 */
function outgoingOf(kept) {
  if (!isRecord(kept)) return null;
  const { id, at, text, picture, to, refused } = kept;
  if (typeof id !== "string" || !ID.test(id) || typeof at !== "number" || typeof text !== "string") return null;
  const isPicture = typeof picture === "string" && picture.startsWith("data:image/");
  if (text === "" && !isPicture) return null;
  return {
    id, at, text,
    ...(isPicture && { picture }),
    ...(typeof to === "string" && to && { to }),
    ...(typeof refused === "string" && { refused }),
  };
}
