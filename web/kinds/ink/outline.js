/** Drawn form of a stroke as data of an SVG path. Pure; export/inkline.py computes the same. */

import { controlsOf, distinct, flattened, lengthOf } from "./spline.js";

/** @import {Ink} from "../../types/messages.js" */
/** @import {InkPoint} from "./spline.js" */

/**
 * @typedef {object} Form
 * @property {string} d data of a path
 * @property {number} width of the line that is drawn along it; 0: it is an outline, which is filled
 */

/** A marker is wider than a pen of the same size. */
export const MARKER_WIDTH = 3;
/** Width at no pressure, and how much it grows up to full pressure; at 0.5 it is as wide as the size says. */
const LEAST_WIDTH = 0.4;
const GROWTH = 1.2;
/** Corners that turn by more than 30 degrees are rounded. */
const COS_CORNER = Math.cos(Math.PI / 6);
/** Of a round end or corner. */
const ARC_STEP = Math.PI / 8;

/**
 * @param {Pick<Ink, "size" | "brush">} ink
 * @returns {number} in the element's own units
 */
export function brushWidth({ size = 4, brush }) {
  return brush === "marker" ? size * MARKER_WIDTH : size;
}

/** Of the points, in their units: what is less wide or high is not scaled. */
const LEAST_EXTENT = 1e-3;

/**
 * @typedef {object} Fitted a stroke as large as its element
 * @property {InkPoint[]} points in scene units from the top left corner, distinct
 * @property {number} width of the brush, in scene units
 */

/**
 * @param {Pick<Ink, "points" | "size" | "brush">} ink
 * @param {number} width of the element
 * @param {number} height
 * @returns {Fitted}
 */
export function fitted(ink, width, height) {
  let [right, bottom] = [0, 0];
  for (const [x = 0, y = 0] of ink.points) [right, bottom] = [Math.max(right, x), Math.max(bottom, y)];
  const across = right > LEAST_EXTENT ? width / right : null;
  const down = bottom > LEAST_EXTENT ? height / bottom : null;
  const scale = across !== null && down !== null ? Math.sqrt(across * down) : (across ?? down ?? 1);
  const points = ink.points.map(([x = 0, y = 0, ...pressure]) => [x * (across ?? 1), y * (down ?? 1), ...pressure]);
  return { points: distinct(points), width: brushWidth(ink) * scale };
}

/**
 * @param {readonly InkPoint[]} points distinct
 * @param {number} width of the brush
 * @param {number} [from] of the point where the drawn part begins
 * @param {number} [to] of the point where it ends
 * @returns {Form}
 */
export function formOf(points, width, from = 0, to = points.length - 1) {
  if (points.some((point) => point.length > 2)) return { d: polygon(outline(points, width, from, to)), width: 0 };
  return { d: lineOf(points, from, to), width };
}

/**
 * @param {readonly InkPoint[]} points distinct
 * @param {number} [from]
 * @param {number} [to]
 * @returns {string} the line along which a stroke runs
 */
export function lineOf(points, from = 0, to = points.length - 1) {
  const [x, y] = points[from] ?? [0, 0];
  let d = `M${short(x)} ${short(y)}`;
  if (from >= to) return `${d}l.01 0`; // round ends make a dot of it
  for (let at = from; at < to; at++) {
    const [x1, y1, x2, y2] = controlsOf(points, at);
    const [x3, y3] = /** @type {InkPoint} */ (points[at + 1]);
    d += `C${short(x1)} ${short(y1)} ${short(x2)} ${short(y2)} ${short(x3)} ${short(y3)}`;
  }
  return d;
}

/**
 * @param {readonly InkPoint[]} points distinct
 * @param {number} width of the brush at a pressure of 0.5
 * @param {number} from
 * @param {number} to
 * @returns {[number, number][]} the corners of a polygon; what it winds around is ink
 */
export function outline(points, width, from = 0, to = points.length - 1) {
  const samples = flattened(points, from, to).map(([x, y, pressure]) => ({ x, y, r: (width * (LEAST_WIDTH + GROWTH * pressure)) / 2 }));
  const [first] = samples;
  const last = samples.at(-1);
  if (!first || !last) return [];
  const ways = samples.slice(1).map((sample, at) => {
    const before = /** @type {Sample} */ (samples[at]);
    const length = lengthOf(sample.x - before.x, sample.y - before.y) || 1;
    return { x: (sample.x - before.x) / length, y: (sample.y - before.y) / length };
  });
  const [start] = ways;
  const end = ways.at(-1);
  if (!start || !end) return arc(first, 0, 2 * Math.PI);
  /** @type {[number, number][]} */
  const left = [offset(first, start, 1)];
  /** @type {[number, number][]} */
  const right = [offset(first, start, -1)];
  for (let at = 1; at < samples.length - 1; at++) {
    join(left, right, /** @type {Sample} */ (samples[at]), /** @type {Way} */ (ways[at - 1]), /** @type {Way} */ (ways[at]));
  }
  left.push(offset(last, end, 1));
  right.push(offset(last, end, -1));
  const endCap = arc(last, Math.atan2(end.x, -end.y), -Math.PI);
  const startCap = arc(first, Math.atan2(-start.x, start.y), -Math.PI);
  return [...left, ...endCap, ...right.reverse(), ...startCap];
}

/** @typedef {{x: number, y: number, r: number}} Sample */
/** @typedef {{x: number, y: number}} Way a direction, of length 1 */

/**
 * @param {[number, number][]} left
 * @param {[number, number][]} right
 * @param {Sample} sample
 * @param {Way} a how the line comes
 * @param {Way} b how it goes on
 */
function join(left, right, sample, a, b) {
  const cos = a.x * b.x + a.y * b.y;
  const cross = a.x * b.y - a.y * b.x;
  if (cos > COS_CORNER) {
    const length = lengthOf(a.x + b.x, a.y + b.y);
    const middle = { x: (a.x + b.x) / length, y: (a.y + b.y) / length };
    left.push(offset(sample, middle, 1));
    right.push(offset(sample, middle, -1));
    return;
  }
  const turn = Math.atan2(cross, cos);
  const [inner, outer, side] = cross > 0 ? [left, right, -1] : [right, left, 1];
  inner.push(offset(sample, a, -side), [sample.x, sample.y], offset(sample, b, -side));
  outer.push(offset(sample, a, side), ...arc(sample, Math.atan2(a.x * side, -a.y * side), turn), offset(sample, b, side));
}

/**
 * @param {Sample} sample
 * @param {Way} way
 * @param {number} side 1 or -1
 * @returns {[number, number]}
 */
function offset({ x, y, r }, way, side) {
  return [x - way.y * r * side, y + way.x * r * side];
}

/**
 * @param {Sample} about
 * @param {number} from in radians
 * @param {number} turn
 * @returns {[number, number][]} places between the ends of an arc
 */
function arc({ x, y, r }, from, turn) {
  const steps = Math.max(1, Math.ceil(Math.abs(turn) / ARC_STEP - 1e-6));
  /** @type {[number, number][]} */
  const places = [];
  for (let step = 1; step < steps; step++) {
    const angle = from + (turn * step) / steps;
    places.push([x + r * Math.cos(angle), y + r * Math.sin(angle)]);
  }
  return places;
}

/** @param {readonly (readonly [number, number])[]} corners */
function polygon(corners) {
  return `M${corners.map(([x, y]) => `${short(x)} ${short(y)}`).join("L")}Z`;
}

/** @param {number} value */
function short(value) {
  return Math.round(value * 100) / 100;
}
