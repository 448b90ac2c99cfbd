/** Requests for devices that are under way: of each kind the latest counts. */

/** @import {MediaKind} from "./local.js" */

export class Requests {
  #latest = { audio: 0, video: 0 };
  /** @type {Set<MediaKind>} */
  #pending = new Set();

  /**
   * @param {MediaKind} kind
   * @returns {boolean} one is under way; the person may be asked just now
   */
  has(kind) {
    return this.#pending.has(kind);
  }

  /**
   * @param {MediaKind[]} kinds
   * @returns {(kind: MediaKind) => boolean} whether this is still the latest one
   */
  begin(kinds) {
    const numbers = new Map(kinds.map((kind) => [kind, ++this.#latest[kind]]));
    for (const kind of kinds) this.#pending.add(kind);
    return (kind) => numbers.get(kind) === this.#latest[kind];
  }

  /** It has come to an end. @param {MediaKind} kind */
  settle(kind) {
    this.#pending.delete(kind);
  }

  /** What is under way is not wanted any more. @param {MediaKind} kind */
  cancel(kind) {
    this.#latest[kind]++;
    this.#pending.delete(kind);
  }
}
