/**
 * WebSocket that is opened before the code of the page is there: it subscribes as soon as it can, and keeps what comes
 * until the connection takes it over (rule DOR5). Bounded: a page that comes late, or is sent more than can be kept, finds
 * the socket closed as one that broke, and resumes from the messages it has (rule RES1).
 */

import { encoded } from "../lib/unicode.js";
import { CLOSE_TO_RETRY } from "./closecodes.js";

/** @import {Subscribe} from "../types/messages.js" */

/**
 * What has happened to a socket so far.
 *
 * @typedef {object} SocketRecord
 * @property {WebSocket} socket
 * @property {boolean} hasOpened
 * @property {boolean} hasSubscribed
 * @property {readonly string[]} frames that came, in order
 * @property {{code: number, reason: string} | null} closed the last event of all; `null`: it has not been closed
 */

export const MOST_FRAMES = 2_000;
/** In characters. */
export const MOST_LENGTH = 16_000_000;
/** A page whose code has not come for so long is no participant. */
export const PATIENCE_MS = 60_000;

export class EarlySocket {
  #socket;
  #hasOpened = false;
  #hasSubscribed = false;
  /** @type {string[]} */
  #frames = [];
  #length = 0;
  /** @type {{code: number, reason: string} | null} */
  #closed = null;
  /** @type {Subscribe | null} */
  #subscribe = null;
  #isTaken = false;
  #timer;

  /** @param {string | URL} url of the `/ws` endpoint */
  constructor(url) {
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.onopen = () => {
      this.#hasOpened = true;
      this.#send();
    };
    socket.onmessage = ({ data }) => this.#keep(String(data));
    socket.onclose = ({ code, reason }) => this.#end(code, reason);
    this.#timer = setTimeout(() => this.#giveUp(), PATIENCE_MS);
  }

  /** @param {Subscribe} message to be sent at once, or when the socket is open */
  subscribe(message) {
    this.#subscribe = message;
    this.#send();
  }

  /** Hand the socket over: nothing is kept here from now on. @returns {SocketRecord} */
  take() {
    clearTimeout(this.#timer);
    this.#isTaken = true;
    this.#detach();
    const record = { socket: this.#socket, hasOpened: this.#hasOpened, hasSubscribed: this.#hasSubscribed };
    return { ...record, frames: this.#frames.splice(0), closed: this.#closed };
  }

  #send() {
    if (!this.#subscribe || !this.#hasOpened || this.#closed || this.#isTaken) return;
    this.#socket.send(encoded(this.#subscribe));
    this.#hasSubscribed = true;
    this.#subscribe = null;
  }

  /** @param {string} text */
  #keep(text) {
    if (this.#frames.length >= MOST_FRAMES || this.#length + text.length > MOST_LENGTH) return this.#giveUp();
    this.#frames.push(text);
    this.#length += text.length;
  }

  #giveUp() {
    if (this.#closed) return;
    this.#socket.close(CLOSE_TO_RETRY);
    this.#end(CLOSE_TO_RETRY, "");
  }

  /**
   * @param {number} code
   * @param {string} reason
   */
  #end(code, reason) {
    clearTimeout(this.#timer);
    this.#detach();
    this.#closed = { code, reason };
  }

  #detach() {
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
  }
}
