/** Reports to peers how large this page shows what they send, so that they send no more than is seen (rule SIG11). */

/**
 * In device pixels; 0 means not seen.
 *
 * @typedef {{camera: number, screen: number}} Sizes
 */

const LOOK_MS = 500;
/** A smaller size is reported only when it has lasted so long: panning past a tile changes nothing. */
const SHRINK_MS = 1_500;
/** Reported sizes, so that not each pixel of zoom is a message. */
const STEPS = [0, 90, 180, 270, 360, 540, 720, 1080, 2160];

/**
 * @param {number} height in device pixels
 * @returns {number} of the pictures to ask for
 */
export function stepFor(height) {
  return STEPS.find((step) => step >= Math.floor(height)) ?? STEPS.at(-1) ?? 0;
}

/** The sizes that one peer was sent last, and since when smaller ones would do. Pure. */
export class ReportedSizes {
  /** @type {Sizes | null} */
  #last = null;
  /** When it was first seen that smaller would do; `null`: it would not. @type {number | null} */
  #since = null;

  /**
   * @param {Sizes} seen
   * @param {number} now in milliseconds
   * @returns {Sizes | null} the sizes to report; `null`: nothing new
   */
  look(seen, now) {
    const last = this.#last;
    if (last && seen.camera === last.camera && seen.screen === last.screen) {
      this.#since = null;
      return null;
    }
    if (last && seen.camera <= last.camera && seen.screen <= last.screen) {
      this.#since ??= now;
      if (now - this.#since < SHRINK_MS) return null;
    }
    this.#since = null;
    this.#last = seen;
    return seen;
  }
}

export class ViewSizes {
  #sizesOf;
  #report;
  /** @type {Map<string, ReportedSizes>} */
  #peers = new Map();
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;

  /**
   * @param {(peerId: string) => Sizes} sizesOf how large the streams of a peer are shown now
   * @param {(peerId: string, sizes: Sizes) => void} report
   */
  constructor(sizesOf, report) {
    this.#sizesOf = sizesOf;
    this.#report = report;
  }

  /** @param {Iterable<string>} peerIds those who send to this page */
  follow(peerIds) {
    const ids = new Set(peerIds);
    for (const id of ids) if (!this.#peers.has(id)) this.#peers.set(id, new ReportedSizes());
    for (const id of this.#peers.keys()) if (!ids.has(id)) this.#peers.delete(id);
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (ids.size > 0) this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  /** @param {string} [peerId] who may have forgotten the sizes it was sent; by default all */
  forget(peerId) {
    for (const id of peerId === undefined ? this.#peers.keys() : [peerId]) {
      if (this.#peers.has(id)) this.#peers.set(id, new ReportedSizes());
    }
  }

  #look() {
    const now = performance.now();
    for (const [peerId, reported] of this.#peers) {
      const { camera, screen } = this.#sizesOf(peerId);
      const sizes = reported.look({ camera: stepFor(camera), screen: stepFor(screen) }, now);
      if (sizes) this.#report(peerId, sizes);
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
  // It may be in a window above all others while the page is not seen (picture in picture).
  const { hidden, defaultView, pictureInPictureElement } = node?.ownerDocument ?? document;
  if (!node || (hidden && !node.contains(pictureInPictureElement))) return 0;
  const box = node.getBoundingClientRect();
  const around = frame.getBoundingClientRect();
  const seen =
    box.right > around.left && box.left < around.right && box.bottom > around.top && box.top < around.bottom;
  return seen ? box.height * (defaultView?.devicePixelRatio ?? 1) : 0;
}
