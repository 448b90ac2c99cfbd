/**
 * The line of an arrow: from what it starts at to what it ends at, touching both, around both. The export has the same
 * (export/arrowpath.py); tests/samples/arrows.json keeps them so. Pure.
 */

import { boxOf, crossings, isInside, leaving } from "./polygons.js";
import { rightAngled } from "./rightangles.js";

/** @import {Box, Point} from "../../canvas/geometry.js" */
/** @import {Polygon} from "./polygons.js" */
/** @import {Arrow} from "../../types/messages.js" */

/** @typedef {{point: Point, polygon: Polygon | null, element: string | null}} ArrowAim */

/**
 * In scene units: the line itself, the heads, where the label and the handle that bends it are, and the box around all.
 *
 * @typedef {{points: Point[], heads: Point[][], middle: Point, box: Box}} ArrowPath
 */

/** Between the head of an arrow and what it points at. */
export const GAP = 5;
/** How far aside the middle of one lies that is curved, as a part of the distance. */
const CURVED = 0.2;
const STEPS = 32;
const CORNER_RADIUS = 14;
const CORNER_STEPS = 6;
/** Of an arrow that starts and ends at the same element. */
const LOOP = 40;
const HEAD_LENGTH = 9;
const HEAD_WIDTHS = 3;
const HEAD_ANGLE = (27 * Math.PI) / 180;

/**
 * @param {Pick<Arrow, "curve" | "heads" | "stroke_width">} arrow
 * @param {ArrowAim} start
 * @param {ArrowAim} end
 * @returns {ArrowPath}
 */
export function arrowPath({ curve = "straight", heads = "end", stroke_width = 2 }, start, end) {
  const points = trimmed(lineOf(curve, start, end), start.polygon !== null, end.polygon !== null);
  const size = Math.min(HEAD_LENGTH + HEAD_WIDTHS * stroke_width, lengthOf(points) / 2);
  /** @type {Point[][]} */
  const drawn = [];
  if (heads !== "none") drawn.push(headOf(points, size));
  if (heads === "both") drawn.push(headOf([...points].reverse(), size));
  const { x, y, width, height } = boxOf([...points, ...drawn.flat()]);
  const rim = stroke_width / 2;
  return {
    points,
    heads: drawn,
    middle: alongOf(points, lengthOf(points) / 2),
    box: { x: x - rim, y: y - rim, width: width + 2 * rim, height: height + 2 * rim },
  };
}

/**
 * @param {Arrow["curve"]} curve
 * @returns {number} how far aside the middle lies, as a part of the distance
 */
export function bendOf(curve) {
  if (typeof curve === "number") return curve;
  return curve === "curved" ? CURVED : 0;
}

/**
 * How an arrow is bent whose middle lies at a point.
 *
 * @param {Point} start where it is aimed from
 * @param {Point} end
 * @param {Point} middle
 * @returns {number} from -4 to 4
 */
export function bendThrough(start, end, middle) {
  const [dx, dy] = [end.x - start.x, end.y - start.y];
  const far = dx * dx + dy * dy;
  if (far === 0) return 0;
  const aside = ((middle.x - (start.x + end.x) / 2) * -dy + (middle.y - (start.y + end.y) / 2) * dx) / far;
  return Math.max(-4, Math.min(4, Math.round(aside * 1000) / 1000));
}

/**
 * @param {Arrow["curve"]} curve
 * @param {ArrowAim} start
 * @param {ArrowAim} end
 * @returns {Point[]} from outline to outline
 */
function lineOf(curve, start, end) {
  if (start.polygon && start.element !== null && start.element === end.element) {
    return rounded(loop(start.point, start.polygon), curve === "routed" ? CORNER_RADIUS : LOOP);
  }
  if (curve === "routed") {
    const corners = rightAngled(start, end);
    if (corners) return rounded(corners, CORNER_RADIUS);
  }
  return clipped(bent(start.point, end.point, bendOf(curve)), start, end) ?? across(start, end);
}

/**
 * @param {Point} from
 * @param {Point} to
 * @param {number} bend
 * @returns {Point[]}
 */
function bent(from, to, bend) {
  if (bend === 0) return [from, to];
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const control = { x: (from.x + to.x) / 2 - 2 * bend * dy, y: (from.y + to.y) / 2 + 2 * bend * dx };
  return Array.from({ length: STEPS + 1 }, (_, step) => onQuadratic(from, control, to, step / STEPS));
}

/**
 * The part of a line between two outlines: from where it leaves the first for the last time to where it meets the other.
 *
 * @param {Point[]} points
 * @param {ArrowAim} start
 * @param {ArrowAim} end
 * @returns {Point[] | null} `null`: there is none
 */
function clipped(points, start, end) {
  const from = start.polygon ? Math.max(-1, ...crossingsOf(points, start.polygon)) : 0;
  if (from < 0) return null;
  if (!end.polygon) return partOf(points, from, points.length - 1);
  const met = crossingsOf(points, end.polygon).filter((place) => place > from);
  if (met.length === 0) return null;
  const to = Math.min(...met);
  // Where the outlines lie over each other it would start in the other, and come out of that.
  if (start.polygon && isInside(alongPart(points, from), end.polygon)) return null;
  return partOf(points, from, to);
}

/**
 * A line between two of which one lies in or on the other: on that side where their edges are near.
 *
 * @param {ArrowAim} start
 * @param {ArrowAim} end
 * @returns {Point[]}
 */
function across(start, end) {
  const [dx, dy] = [end.point.x - start.point.x, end.point.y - start.point.y];
  const way = dx === 0 && dy === 0 ? { x: 1, y: 0 } : { x: dx, y: dy };
  const back = { x: -way.x, y: -way.y };
  const holds = (/** @type {ArrowAim} */ one, /** @type {ArrowAim} */ other) => one.polygon !== null && isInside(other.point, one.polygon);
  const [first, second] = holds(start, end) ? [way, way] : holds(end, start) ? [back, back] : [way, back];
  return [
    start.polygon ? leaving(start.point, first, start.polygon) : start.point,
    end.polygon ? leaving(end.point, second, end.polygon) : end.point,
  ];
}

/**
 * @param {Point} middle
 * @param {Polygon} polygon
 * @returns {Point[]} corners of a way out at the right and in again from above
 */
function loop(middle, polygon) {
  const right = leaving(middle, { x: 1, y: 0 }, polygon);
  const top = leaving(middle, { x: 0, y: -1 }, polygon);
  const box = boxOf(polygon);
  const [x, y] = [box.x + box.width + LOOP, box.y - LOOP];
  return [right, { x, y: right.y }, { x, y }, { x: top.x, y }, top];
}

/**
 * @param {Point[]} corners
 * @param {number} radius
 * @returns {Point[]} with round corners
 */
function rounded(corners, radius) {
  /** @type {Point[]} */
  const points = [];
  for (const [place, corner] of corners.entries()) {
    const [before, after] = [corners[place - 1], corners[place + 1]];
    if (!before || !after) {
      points.push(corner);
      continue;
    }
    const [into, out] = [distance(before, corner), distance(corner, after)];
    const r = Math.min(radius, into / 2, out / 2);
    const from = towards(corner, before, r, into);
    const to = towards(corner, after, r, out);
    for (let step = 0; step <= CORNER_STEPS; step++) points.push(onQuadratic(from, corner, to, step / CORNER_STEPS));
  }
  return points;
}

/**
 * @param {Point[]} points
 * @param {boolean} atStart
 * @param {boolean} atEnd
 * @returns {Point[]} with the gap at the ends that touch something
 */
function trimmed(points, atStart, atEnd) {
  const length = lengthOf(points);
  const gap = Math.min(GAP, length / 3);
  const [from, to] = [atStart ? gap : 0, length - (atEnd ? gap : 0)];
  const [first, last] = [alongOf(points, from), alongOf(points, to)];
  const inner = [];
  let way = 0;
  for (const [place, point] of points.entries()) {
    const before = points[place - 1];
    if (before) way += distance(before, point);
    if (way > from && way < to) inner.push(point);
  }
  return [first, ...inner, last];
}

/**
 * @param {Point[]} points of a line, its tip last
 * @param {number} size
 * @returns {Point[]} one side, the tip, the other side
 */
function headOf(points, size) {
  const tip = points[points.length - 1] ?? { x: 0, y: 0 };
  const back = alongOf(points, lengthOf(points) - size);
  const angle = Math.atan2(back.y - tip.y, back.x - tip.x);
  const side = (/** @type {number} */ turn) => ({ x: tip.x + size * Math.cos(angle + turn), y: tip.y + size * Math.sin(angle + turn) });
  return [side(HEAD_ANGLE), tip, side(-HEAD_ANGLE)];
}

// --- lines of many points; a place on one is the number of a point, and a part of the way to the next ---

/**
 * @param {Point[]} points
 * @param {Polygon} polygon
 * @returns {number[]} places
 */
function crossingsOf(points, polygon) {
  const found = [];
  for (let place = 0; place + 1 < points.length; place++) {
    const [from, to] = [points[place], points[place + 1]];
    if (from && to) for (const part of crossings(from, to, polygon)) found.push(place + part);
  }
  return found;
}

/**
 * @param {Point[]} points
 * @param {number} place
 * @returns {Point}
 */
function alongPart(points, place) {
  const number = Math.min(Math.floor(place), points.length - 2);
  const [from, to] = [points[number], points[number + 1]];
  if (!from || !to) return points[0] ?? { x: 0, y: 0 };
  const part = place - number;
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
}

/**
 * @param {Point[]} points
 * @param {number} from
 * @param {number} to
 * @returns {Point[]}
 */
function partOf(points, from, to) {
  const inner = points.filter((_, place) => place > from && place < to);
  return [alongPart(points, from), ...inner, alongPart(points, to)];
}

/** @param {Point[]} points */
function lengthOf(points) {
  let length = 0;
  for (let place = 1; place < points.length; place++) {
    const [from, to] = [points[place - 1], points[place]];
    if (from && to) length += distance(from, to);
  }
  return length;
}

/**
 * @param {Point[]} points
 * @param {number} way from the first
 * @returns {Point}
 */
function alongOf(points, way) {
  let left = way;
  for (let place = 1; place < points.length; place++) {
    const [from, to] = [points[place - 1], points[place]];
    if (!from || !to) break;
    const length = distance(from, to);
    if (left <= length && length > 0) return towards(from, to, Math.max(0, left), length);
    left -= length;
  }
  return points[points.length - 1] ?? { x: 0, y: 0 };
}

/** @param {Point} from @param {Point} to @param {number} way @param {number} length of the whole @returns {Point} */
function towards(from, to, way, length) {
  if (length === 0) return from;
  return { x: from.x + ((to.x - from.x) * way) / length, y: from.y + ((to.y - from.y) * way) / length };
}

/** @param {Point} one @param {Point} other */
function distance(one, other) {
  return Math.sqrt((one.x - other.x) ** 2 + (one.y - other.y) ** 2);
}

/** @param {Point} from @param {Point} control @param {Point} to @param {number} t @returns {Point} */
function onQuadratic(from, control, to, t) {
  const s = 1 - t;
  return {
    x: s * s * from.x + 2 * s * t * control.x + t * t * to.x,
    y: s * s * from.y + 2 * s * t * control.y + t * t * to.y,
  };
}
