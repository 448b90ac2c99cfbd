/** Sender of the own selection: the latest, a few times a second, and again on a new connection. Pure. */

import { MOST_SELECTED } from "../types/limits.js";

const PAUSE_MS = 200;

export class OwnMarks {
  #send;
  #ids = "";
  #sent = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {(ids: string[]) => boolean} send returns whether it could be sent */
  constructor(send) {
    this.#send = send;
  }

  /** @param {Iterable<string>} ids */
  select(ids) {
    this.#ids = [...ids].slice(0, MOST_SELECTED).join(" ");
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#flush();
    }, PAUSE_MS);
  }

  /** The server knows nothing of it any more. */
  again() {
    this.#sent = "";
    this.#flush();
  }

  #flush() {
    if (this.#ids === this.#sent) return;
    if (this.#send(this.#ids === "" ? [] : this.#ids.split(" "))) this.#sent = this.#ids;
  }
}
