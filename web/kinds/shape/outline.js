/**
 * Outlines of shapes, in the units of the scene from their upper left corner: as a path to draw, as a polygon to touch, and
 * the room for words within. The export has the same (export/outlines.py); tests/samples/shapes.json keeps them so. Pure.
 */

/** @import {Box, Point} from "../../canvas/geometry.js" */
/** @import {Kind} from "../definition.js" */
/** @import {Shape} from "../../types/messages.js" */

/** @typedef {NonNullable<Shape["shape"]>} ShapeName */
/** The start, then lines (`[x, y]`) and cubic curves (`[x1, y1, x2, y2, x, y]`), closed. @typedef {number[][]} Outline */

/** Controls of a quarter of a circle as a cubic curve. */
const QUARTER = 0.5522847498307936;
const RADIUS = 16;
/** Lines that a curve is taken as where something touches it. */
const STEPS = 12;
const PADDING = 8;
const STAR_INNER = 0.46;
/** Of the lobes of a cloud: where they begin, in degrees. */
const LOBES = [-160, -112, -62, -18, 28, 72, 118, 158];
const LOBE_HEIGHT = 1.42;

/**
 * @param {Kind | undefined} kind
 * @returns {kind is Shape}
 */
export function isShape(kind) {
  return kind?.type === "Shape";
}

/**
 * @param {Omit<Shape, "type">} look
 * @returns {Shape}
 */
export function shapeOf(look) {
  return { type: "Shape", ...look };
}

/**
 * @param {ShapeName} shape
 * @param {number} width
 * @param {number} height
 * @returns {Outline}
 */
export function outlineOf(shape, width, height) {
  switch (shape) {
    case "ellipse":
      return scaledBy(ELLIPSE, width, height);
    case "diamond":
      return scaledBy([[0.5, 0], [1, 0.5], [0.5, 1], [0, 0.5]], width, height);
    case "triangle":
      return scaledBy([[0.5, 0], [1, 1], [0, 1]], width, height);
    case "hexagon":
      return hexagon(width, height);
    case "cloud":
      return scaledBy(CLOUD, width, height);
    case "star":
      return scaledBy(STAR, width, height);
    default:
      return rounded(width, height);
  }
}

/**
 * @param {Outline} outline
 * @returns {string} a path of SVG
 */
export function pathOf(outline) {
  const parts = outline.map((part, place) => (place === 0 ? "M" : part.length === 2 ? "L" : "C") + part.map(short).join(" "));
  return `${parts.join("")}Z`;
}

/**
 * @param {Outline} outline
 * @returns {Point[]} the corners of a polygon, which is closed
 */
export function polygonOf(outline) {
  /** @type {Point[]} */
  const points = [];
  let [x, y] = [0, 0];
  for (const part of outline) {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = part;
    if (part.length === 2) [x, y] = [a, b];
    else {
      for (let step = 1; step < STEPS; step++) points.push(onCurve([x, y, a, b, c, d, e, f], step / STEPS));
      [x, y] = [e, f];
    }
    points.push({ x, y });
  }
  return points;
}

/**
 * The room for words in a shape.
 *
 * @param {ShapeName} shape
 * @param {number} width
 * @param {number} height
 * @returns {Box}
 */
export function roomIn(shape, width, height) {
  const [x, y, wide, high] = ROOMS[shape] ?? ROOMS.rectangle;
  const pad = Math.min(PADDING, width / 4, height / 4);
  return {
    x: x * width + pad,
    y: y * height + pad / 2,
    width: Math.max(1, wide * width - 2 * pad),
    height: Math.max(1, high * height - pad),
  };
}

/**
 * @param {ShapeName} shape
 * @param {number} words their height
 * @returns {number} the least height of a shape with room for them
 */
export function heightFor(shape, words) {
  const [, , , high] = ROOMS[shape] ?? ROOMS.rectangle;
  return Math.ceil((words + PADDING) / high);
}

/** Parts of width and height of a shape that words may take: x, y, width, height. @type {Record<ShapeName, [number, number, number, number]>} */
const ROOMS = {
  rectangle: [0, 0, 1, 1],
  ellipse: [0.14, 0.14, 0.72, 0.72],
  diamond: [0.22, 0.22, 0.56, 0.56],
  triangle: [0.24, 0.46, 0.52, 0.54],
  hexagon: [0.12, 0.06, 0.76, 0.88],
  cloud: [0.14, 0.16, 0.72, 0.68],
  star: [0.27, 0.34, 0.46, 0.4],
};

/** @type {Outline} */
const ELLIPSE = ellipse();
const CLOUD = fitted(cloud());
const STAR = fitted(star());

/**
 * @param {number} width
 * @param {number} height
 * @returns {Outline}
 */
function rounded(width, height) {
  const r = Math.min(RADIUS, width / 4, height / 4);
  const k = r * (1 - QUARTER);
  return [
    [r, 0], [width - r, 0], [width - k, 0, width, k, width, r], [width, height - r],
    [width, height - k, width - k, height, width - r, height], [r, height],
    [k, height, 0, height - k, 0, height - r], [0, r], [0, k, k, 0, r, 0],
  ];
}

/**
 * @param {number} width
 * @param {number} height
 * @returns {Outline}
 */
function hexagon(width, height) {
  const inset = Math.min(width / 4, height / 2);
  return [[inset, 0], [width - inset, 0], [width, height / 2], [width - inset, height], [inset, height], [0, height / 2]];
}

/** @returns {Outline} in the unit square */
function ellipse() {
  const [near, far] = [0.5 - QUARTER / 2, 0.5 + QUARTER / 2];
  return [
    [0.5, 0], [far, 0, 1, near, 1, 0.5], [1, far, far, 1, 0.5, 1], [near, 1, 0, far, 0, 0.5], [0, near, near, 0, 0.5, 0],
  ];
}

/** @returns {Outline} about the origin */
function cloud() {
  /** @param {number} degrees @param {number} far */
  const at = (degrees, far) => [far * Math.cos((degrees * Math.PI) / 180), far * Math.sin((degrees * Math.PI) / 180)];
  const curves = LOBES.map((from, place) => {
    const to = LOBES[place + 1] ?? (LOBES[0] ?? 0) + 360;
    return [...at(from, LOBE_HEIGHT), ...at(to, LOBE_HEIGHT), ...at(to, 1)];
  });
  return [at(LOBES[0] ?? 0, 1), ...curves];
}

/** @returns {Outline} about the origin */
function star() {
  return Array.from({ length: 10 }, (_, place) => {
    const angle = ((place * 36 - 90) * Math.PI) / 180;
    const far = place % 2 ? STAR_INNER : 1;
    return [far * Math.cos(angle), far * Math.sin(angle)];
  });
}

/**
 * @param {Outline} outline of any size
 * @returns {Outline} in the unit square
 */
function fitted(outline) {
  const points = polygonOf(outline);
  const [left, top] = [Math.min(...points.map(({ x }) => x)), Math.min(...points.map(({ y }) => y))];
  const [right, bottom] = [Math.max(...points.map(({ x }) => x)), Math.max(...points.map(({ y }) => y))];
  return outline.map((part) => part.map((value, place) => (place % 2 ? (value - top) / (bottom - top) : (value - left) / (right - left))));
}

/**
 * @param {Outline} outline
 * @param {number} width
 * @param {number} height
 * @returns {Outline}
 */
function scaledBy(outline, width, height) {
  return outline.map((part) => part.map((value, place) => value * (place % 2 ? height : width)));
}

/**
 * @param {number[]} curve the start and a cubic curve
 * @param {number} t
 * @returns {Point}
 */
function onCurve([x0 = 0, y0 = 0, x1 = 0, y1 = 0, x2 = 0, y2 = 0, x3 = 0, y3 = 0], t) {
  const s = 1 - t;
  const [a, b, c, d] = [s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t];
  return { x: a * x0 + b * x1 + c * x2 + d * x3, y: a * y0 + b * y1 + c * y2 + d * y3 };
}

/** @param {number} value */
function short(value) {
  return Math.round(value * 100) / 100;
}
