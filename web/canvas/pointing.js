/** Throttle for the positions of a pointer that are sent to the others. Pure. */

/** At most twenty times a second. */
const PAUSE_MS = 50;

export class Pointing {
  #send;
  #now;
  #sentAt = Number.NEGATIVE_INFINITY;
  #sent = "";
  /** @type {{x: number, y: number} | null} */
  #next = null;
  #waits = false;

  /**
   * @param {(x: number, y: number) => void} send
   * @param {() => number} [now] milliseconds
   */
  constructor(send, now = () => performance.now()) {
    this.#send = send;
    this.#now = now;
  }

  /**
   * The pointer is here now. The last place of all is always sent, sooner or later.
   *
   * @param {number} x
   * @param {number} y
   */
  at(x, y) {
    this.#next = { x: Math.round(x), y: Math.round(y) };
    if (this.#waits) return;
    const pause = this.#sentAt + PAUSE_MS - this.#now();
    if (pause <= 0) return this.#flush();
    this.#waits = true;
    setTimeout(() => {
      this.#waits = false;
      this.#flush();
    }, pause);
  }

  /** Drop the last place: the pointer has left. */
  away() {
    this.#next = null;
    this.#sent = "";
  }

  #flush() {
    const next = this.#next;
    const words = next ? `${next.x} ${next.y}` : "";
    if (!next || words === this.#sent) return;
    this.#sent = words;
    this.#sentAt = this.#now();
    this.#next = null;
    this.#send(next.x, next.y);
  }
}
