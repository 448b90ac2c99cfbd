/**
 * Palm rejection: while a pen is down, near the screen, or was so a moment ago, what touches the screen is the hand that holds
 * it (Pointer Events, section 10.2: `pen` and `touch`). Pure.
 */

/** So long after the pen was seen last, in milliseconds: lifted, or hovering without a move. */
const AFTER_MS = 800;
const HOVERING_MS = 5_000;
const MOST_PALMS = 64;

/** @typedef {Pick<PointerEvent, "pointerId" | "pointerType" | "timeStamp">} PointerMoment */

export class PalmRejection {
  /** Pens on the screen. @type {Set<number>} */
  #down = new Set();
  #near = false;
  #seenAt = -Infinity;
  /** Touches that are the hand stay so until they are lifted, and for the click after it. @type {Set<number>} */
  #palms = new Set();

  /**
   * A pointer comes down.
   *
   * @param {PointerMoment} event
   * @returns {boolean} it is the hand
   */
  begins(event) {
    const { pointerId, pointerType, timeStamp } = event;
    this.#palms.delete(pointerId); // ids are used again
    if (pointerType === "pen") this.#down.add(pointerId);
    this.near(event);
    if (pointerType !== "touch" || !this.#isAbout(timeStamp)) return false;
    this.reject([pointerId]);
    return true;
  }

  /**
   * A pointer moves, on the screen or above it.
   *
   * @param {PointerMoment} event
   */
  near({ pointerType, timeStamp }) {
    if (pointerType !== "pen") return;
    this.#near = true;
    this.#seenAt = timeStamp;
  }

  /**
   * A pointer was lifted; it may still hover.
   *
   * @param {PointerMoment} event
   */
  ends(event) {
    this.#down.delete(event.pointerId);
    this.near(event);
  }

  /**
   * A pointer has left the screen, and is not near it either.
   *
   * @param {PointerMoment} event
   */
  leaves(event) {
    this.ends(event);
    if (event.pointerType === "pen") this.#near = false;
  }

  /** @param {Iterable<number>} touches that turn out to be the hand: they were there before the pen */
  reject(touches) {
    for (const pointerId of touches) this.#palms.add(pointerId);
    for (const oldest of this.#palms) {
      if (this.#palms.size <= MOST_PALMS) break;
      this.#palms.delete(oldest);
    }
  }

  /**
   * @param {{pointerId?: number}} event
   * @returns {boolean} it belongs to a touch that is the hand
   */
  isPalm({ pointerId }) {
    return pointerId !== undefined && this.#palms.has(pointerId);
  }

  /** @param {number} now @returns {boolean} a pen is being used */
  #isAbout(now) {
    return this.#down.size > 0 || now - this.#seenAt <= (this.#near ? HOVERING_MS : AFTER_MS);
  }
}
