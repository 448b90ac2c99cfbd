/**
 * Budget of drawing: which of the elements in sight are drawn in full, when all of them would take more memory than a
 * browser has. The others are cards. Pure.
 */

/**
 * What may be drawn of one kind at a time: how many, how many pixels they keep in memory, how small an element may be on
 * the screen, in its pixels, and how many marks (bars, points and such) they have together, where they have any.
 *
 * @typedef {{count: number, pixels: number, side: number, marks?: number}} DrawingBounds
 */

/**
 * What an element asks for. `bounds`: of all of its kind; `pixels`: what its drawing keeps in memory; `marks`: that take time; `area`: how much
 * of the screen it takes, in its pixels; `side`: its shorter side there; `order`: larger is nearer; `drawn`: it is drawn
 * now.
 *
 * @typedef {object} Claim
 * @property {DrawingBounds} bounds
 * @property {number} pixels
 * @property {number} [marks]
 * @property {number} area
 * @property {number} side
 * @property {number} order
 * @property {boolean} seen
 * @property {boolean} drawn
 */

/** What is drawn already gives way to what is this much larger. */
const CLEARLY_LARGER = 1.5;

/**
 * @template {Claim} One
 * @param {Iterable<One>} claims
 * @param {number} [share] of the bounds, on a device that has little memory
 * @returns {Set<One>} those that are drawn
 */
export function allot(claims, share = 1) {
  /** @type {Map<DrawingBounds, {count: number, pixels: number, marks: number}>} */
  const spent = new Map();
  /** @type {Set<One>} */
  const drawn = new Set();
  for (const claim of [...claims].sort(moreNeeded)) {
    const { bounds, marks = 0 } = claim;
    const used = spent.get(bounds) ?? { count: 0, pixels: 0, marks: 0 };
    spent.set(bounds, used);
    if (claim.side < bounds.side || used.count >= bounds.count) continue;
    if (used.pixels + claim.pixels > bounds.pixels * share) continue;
    if (used.marks + marks > (bounds.marks ?? Infinity) * share) continue;
    used.count++;
    used.marks += marks;
    used.pixels += claim.pixels;
    drawn.add(claim);
  }
  return drawn;
}

/**
 * What is seen comes first, then what is larger, then what is nearer.
 *
 * @param {Claim} one
 * @param {Claim} other
 */
function moreNeeded(one, other) {
  return Number(other.seen) - Number(one.seen) || weight(other) - weight(one) || other.order - one.order;
}

/** @param {Claim} claim */
function weight({ area, drawn }) {
  return area * (drawn ? CLEARLY_LARGER : 1);
}
