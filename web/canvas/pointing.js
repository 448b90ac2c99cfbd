/** Thins out where a pointer is, so that telling the others costs little. Pure. */

/** At most twenty times a second. */
const PAUSE_MS = 50;

export class Pointing {
  #tell;
  #now;
  #toldAt = Number.NEGATIVE_INFINITY;
  #told = "";
  /** @type {{x: number, y: number} | null} */
  #next = null;
  #waits = false;

  /**
   * @param {(x: number, y: number) => void} tell
   * @param {() => number} [now] milliseconds
   */
  constructor(tell, now = () => performance.now()) {
    this.#tell = tell;
    this.#now = now;
  }

  /**
   * The pointer is here now. The last place of all is always told, sooner or later.
   *
   * @param {number} x
   * @param {number} y
   */
  at(x, y) {
    this.#next = { x: Math.round(x), y: Math.round(y) };
    if (this.#waits) return;
    const pause = this.#toldAt + PAUSE_MS - this.#now();
    if (pause <= 0) return this.#flush();
    this.#waits = true;
    setTimeout(() => {
      this.#waits = false;
      this.#flush();
    }, pause);
  }

  /** Nothing is told of where the pointer was. */
  away() {
    this.#next = null;
    this.#told = "";
  }

  #flush() {
    const next = this.#next;
    const words = next ? `${next.x} ${next.y}` : "";
    if (!next || words === this.#told) return;
    this.#told = words;
    this.#toldAt = this.#now();
    this.#next = null;
    this.#tell(next.x, next.y);
  }
}
