/** Choice of the speaker, the person who is shown large: the one who talks, held for a while, so that the picture is calm. Pure. */

/** Who was chosen stays at least so long. */
export const HELD_MS = 2_000;

export class SpeakerChoice {
  /** @type {string | null} */
  #chosen = null;
  /** Since when they talk or were chosen, in milliseconds. */
  #since = -Infinity;

  /**
   * @param {object} now
   * @param {readonly string[]} now.others who can be shown, in a steady order; the person here is none of them
   * @param {(peerId: string) => boolean} now.isTalking
   * @param {number} now.time in milliseconds
   * @returns {{peerId: string | null, again: number | null}} `null`: nobody is there; `again`: in how many
   *   milliseconds another one may take the place, where somebody waits for it
   */
  look({ others, isTalking, time }) {
    const talking = others.filter(isTalking);
    const isHere = this.#chosen !== null && others.includes(this.#chosen);
    if (!isHere) {
      this.#choose(talking[0] ?? others[0] ?? null, talking.length > 0 ? time : -Infinity);
      return { peerId: this.#chosen, again: null };
    }
    const [next] = talking;
    if (next === undefined || talking.some((peerId) => peerId === this.#chosen)) {
      return { peerId: this.#chosen, again: null };
    }
    const left = this.#since + HELD_MS - time;
    if (left > 0) return { peerId: this.#chosen, again: left };
    this.#choose(next, time);
    return { peerId: next, again: null };
  }

  /**
   * @param {string | null} peerId
   * @param {number} time
   */
  #choose(peerId, time) {
    this.#chosen = peerId;
    this.#since = time;
  }
}
