/** Snapping: where an element in motion lines up with others, and the guides that show it. Pure. */

/** @import {Box, Handle} from "./geometry.js" */
import { HANDLES } from "./geometry.js";

/**
 * A line to show. `x`: it stands upright at x = `at` and reaches from y = `from` to y = `to`;
 * `y`: it lies. `gap`: it measures the room between two elements.
 *
 * @typedef {{axis: "x" | "y", at: number, from: number, to: number, gap: boolean}} Guide
 */

/** @typedef {{dx: number, dy: number, guides: Guide[]}} Snap how far to go on, and why */

/** A box seen along one axis: where it begins and ends on it, and across it. */
/** @typedef {{start: number, end: number, low: number, high: number}} Span */

/** @typedef {{delta: number, guides: () => Guide[]}} Find */

/** Two places that are nearer than this are the same. */
const SAME = 0.01;

/**
 * Where a box that is moved would line up: with an edge or the middle of another, or with the same
 * gap as between two others.
 *
 * @param {Box} box where the pointer would have it
 * @param {Box[]} others
 * @param {number} reach in scene units
 * @returns {Snap}
 */
export function snapMove(box, others, reach) {
  const x = along("x", box, others, reach, [0, 0.5, 1], true);
  const moved = { ...box, x: box.x + x.delta };
  const y = along("y", moved, others, reach, [0, 0.5, 1], true);
  // Guides are drawn for where the box comes to lie, so they are found when both are known.
  const placed = { ...moved, y: moved.y + y.delta };
  return {
    dx: x.delta,
    dy: y.delta,
    guides: [...x.guides(placed), ...y.guides(placed)],
  };
}

/**
 * Where the edges that a handle pulls would line up.
 *
 * @param {Box} box
 * @param {Handle} handle
 * @param {Box[]} others
 * @param {number} reach in scene units
 * @returns {Snap}
 */
export function snapResize(box, handle, others, reach) {
  const side = HANDLES[handle];
  const places = (/** @type {number} */ where) => (where === 0 ? [] : [where < 0 ? 0 : 1]);
  const x = along("x", box, others, reach, places(side.x), false);
  const y = along("y", box, others, reach, places(side.y), false);
  const placed = stretched(box, side.x, x.delta, side.y, y.delta);
  return { dx: x.delta, dy: y.delta, guides: [...x.guides(placed), ...y.guides(placed)] };
}

/**
 * @param {Box} box
 * @param {number} sideX
 * @param {number} dx
 * @param {number} sideY
 * @param {number} dy
 * @returns {Box}
 */
function stretched({ x, y, width, height }, sideX, dx, sideY, dy) {
  return {
    x: sideX < 0 ? x + dx : x,
    y: sideY < 0 ? y + dy : y,
    width: width + sideX * dx,
    height: height + sideY * dy,
  };
}

/**
 * @param {"x" | "y"} axis
 * @param {Box} box
 * @param {Box[]} others
 * @param {number} reach
 * @param {number[]} places of the box that may line up: 0 its start, 1 its end
 * @param {boolean} withGaps
 * @returns {{delta: number, guides: (placed: Box) => Guide[]}}
 */
function along(axis, box, others, reach, places, withGaps) {
  const own = spanOf(box, axis);
  const spans = others.map((other) => spanOf(other, axis));
  let best = nearestLine(own, spans, places);
  const gap = withGaps ? nearestGap(own, spans) : null;
  if (gap && Math.abs(gap.delta) < Math.abs(best) - SAME) best = gap.delta;
  if (Math.abs(best) > reach) return { delta: 0, guides: () => [] };
  return {
    delta: best,
    guides: (placed) => [
      ...lineGuides(axis, spanOf(placed, axis), spans, places),
      ...(gap && Math.abs(gap.delta - best) < SAME ? gapGuides(axis, spanOf(placed, axis), gap) : []),
    ],
  };
}

/**
 * @param {Box} box
 * @param {"x" | "y"} axis
 * @returns {Span}
 */
function spanOf({ x, y, width, height }, axis) {
  return axis === "x"
    ? { start: x, end: x + width, low: y, high: y + height }
    : { start: y, end: y + height, low: x, high: x + width };
}

/**
 * @param {Span} span
 * @param {number} place
 * @returns {number}
 */
function at({ start, end }, place) {
  return start + (end - start) * place;
}

/**
 * @param {Span} own
 * @param {Span[]} spans
 * @param {number[]} places
 * @returns {number} the way to the nearest line of another; `Infinity` where there is none
 */
function nearestLine(own, spans, places) {
  let best = Infinity;
  for (const place of places) {
    const from = at(own, place);
    for (const span of spans) {
      for (const target of [span.start, at(span, 0.5), span.end]) {
        if (Math.abs(target - from) < Math.abs(best)) best = target - from;
      }
    }
  }
  return best;
}

/**
 * @param {"x" | "y"} axis
 * @param {Span} own where it has snapped to
 * @param {Span[]} spans
 * @param {number[]} places
 * @returns {Guide[]} one for each line that it shares with others
 */
function lineGuides(axis, own, spans, places) {
  const guides = [];
  for (const place of places) {
    const line = at(own, place);
    let [from, to] = [own.low, own.high];
    let shared = false;
    for (const span of spans) {
      if (![span.start, at(span, 0.5), span.end].some((one) => Math.abs(one - line) < SAME)) continue;
      shared = true;
      from = Math.min(from, span.low);
      to = Math.max(to, span.high);
    }
    if (shared) guides.push({ axis, at: line, from, to, gap: false });
  }
  return guides;
}

/** @typedef {{delta: number, size: number, before: Span | null, after: Span | null, pair: [Span, Span] | null}} Gap */

/**
 * The nearest place beside or between neighbours with equal gaps.
 *
 * @param {Span} own
 * @param {Span[]} spans
 * @returns {Gap | null}
 */
function nearestGap(own, spans) {
  const size = own.end - own.start;
  const row = spans
    .filter(({ low, high }) => low < own.high && own.low < high)
    .sort((one, other) => one.start - other.start);
  /** @type {Gap | null} */
  let best = null;
  /** @param {number} start @param {Omit<Gap, "delta">} gap */
  const consider = (start, gap) => {
    const delta = start - own.start;
    if (!best || Math.abs(delta) < Math.abs(best.delta)) best = { delta, ...gap };
  };
  for (let place = 1; place < row.length; place++) {
    const [one, two] = [row[place - 1], row[place]];
    if (!one || !two) continue;
    const gap = two.start - one.end;
    if (gap <= 0) continue;
    /** @type {[Span, Span]} */
    const pair = [one, two];
    consider(two.end + gap, { size: gap, before: two, after: null, pair });
    consider(one.start - gap - size, { size: gap, before: null, after: one, pair });
    const room = gap - size;
    if (room > 0) {
      consider(one.end + room / 2, { size: room / 2, before: one, after: two, pair: null });
    }
  }
  return best;
}

/**
 * @param {"x" | "y"} axis
 * @param {Span} own
 * @param {Gap} gap
 * @returns {Guide[]}
 */
function gapGuides(axis, own, { before, after, pair }) {
  /** @type {Guide[]} */
  const guides = [];
  /** @param {Span} one @param {Span} two */
  const measure = (one, two) => {
    const low = Math.max(one.low, two.low);
    const high = Math.min(one.high, two.high);
    // A gap along x is measured by a line that lies, along y by one that stands.
    guides.push({
      axis: axis === "x" ? "y" : "x",
      at: (low + high) / 2,
      from: one.end,
      to: two.start,
      gap: true,
    });
  };
  if (pair) measure(...pair);
  if (before) measure(before, own);
  if (after) measure(own, after);
  return guides;
}
