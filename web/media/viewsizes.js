/** How large this page shows what the others send: it tells them, so that they send no more than is seen. */

/**
 * In device pixels; 0 means not seen.
 *
 * @typedef {{camera: number, screen: number}} Sizes
 */

const LOOK_MS = 500;
/** Smaller is told only when it has stayed so: who pans by need not be sent to and fro. */
const SHRINK_MS = 1_500;
/** So that each pixel of zoom is not told. */
const STEPS = [0, 90, 180, 270, 360, 540, 720, 1080, 2160];

/**
 * @param {number} height in device pixels
 * @returns {number} of the pictures to ask for
 */
export function stepFor(height) {
  return STEPS.find((step) => step >= Math.floor(height)) ?? STEPS.at(-1) ?? 0;
}

/** What one peer was told, and since when less would do. Pure. */
export class Told {
  /** @type {Sizes | null} */
  #told = null;
  /** When it was first seen that smaller would do; `null`: it would not. @type {number | null} */
  #since = null;

  /**
   * @param {Sizes} seen
   * @param {number} now in milliseconds
   * @returns {Sizes | null} what to tell; `null`: nothing new
   */
  look(seen, now) {
    const told = this.#told;
    if (told && seen.camera === told.camera && seen.screen === told.screen) {
      this.#since = null;
      return null;
    }
    if (told && seen.camera <= told.camera && seen.screen <= told.screen) {
      this.#since ??= now;
      if (now - this.#since < SHRINK_MS) return null;
    }
    this.#since = null;
    this.#told = seen;
    return seen;
  }
}

export class ViewSizes {
  #sizesOf;
  #tell;
  /** @type {Map<string, Told>} */
  #peers = new Map();
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;

  /**
   * @param {(peerId: string) => Sizes} sizesOf how large the streams of a peer are shown now
   * @param {(peerId: string, sizes: Sizes) => void} tell
   */
  constructor(sizesOf, tell) {
    this.#sizesOf = sizesOf;
    this.#tell = tell;
  }

  /** @param {Iterable<string>} peerIds those who send to this page */
  follow(peerIds) {
    const ids = new Set(peerIds);
    for (const id of ids) if (!this.#peers.has(id)) this.#peers.set(id, new Told());
    for (const id of this.#peers.keys()) if (!ids.has(id)) this.#peers.delete(id);
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (ids.size > 0) this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  /** @param {string} [peerId] who may not know any more what it was told; by default all */
  forget(peerId) {
    for (const id of peerId === undefined ? this.#peers.keys() : [peerId]) {
      if (this.#peers.has(id)) this.#peers.set(id, new Told());
    }
  }

  #look() {
    const now = performance.now();
    for (const [peerId, told] of this.#peers) {
      const { camera, screen } = this.#sizesOf(peerId);
      const sizes = told.look({ camera: stepFor(camera), screen: stepFor(screen) }, now);
      if (sizes) this.#tell(peerId, sizes);
    }
  }
}

/**
 * How high something is shown in a frame.
 *
 * @param {Element | undefined} node
 * @param {Element} frame beyond which nothing is seen
 * @returns {number} in device pixels; 0 where it is not seen
 */
export function shownHeight(node, frame) {
  if (!node || document.hidden) return 0;
  const box = node.getBoundingClientRect();
  const around = frame.getBoundingClientRect();
  const seen =
    box.right > around.left && box.left < around.right && box.bottom > around.top && box.top < around.bottom;
  return seen ? box.height * devicePixelRatio : 0;
}
