/** Polygons that lines meet: the outlines of elements, in scene units. Pure. */

import { outlineOf, polygonOf } from "../shape/outline.js";

/** @import {Box, Point} from "../../canvas/geometry.js" */
/** @import {Kind} from "../definition.js" */
/** @import {Transform} from "../../types/messages.js" */

/** @typedef {Point[]} Polygon closed */

/**
 * What an arrow that ends at an element touches.
 *
 * @param {Kind} kind
 * @param {Required<Transform>} at
 * @returns {Polygon} as it is turned
 */
export function outlineIn(kind, at) {
  const { x, y, width, height, rotation } = at;
  const [wide, high] = [Math.max(1, width), Math.max(1, height)];
  const own = kind.type === "Shape"
    ? polygonOf(outlineOf(kind.shape ?? "rectangle", wide, high))
    : [{ x: 0, y: 0 }, { x: wide, y: 0 }, { x: wide, y: high }, { x: 0, y: high }];
  const angle = (rotation * Math.PI) / 180;
  const [sin, cos] = rotation % 360 === 0 ? [0, 1] : [Math.sin(angle), Math.cos(angle)];
  return own.map((point) => {
    const [across, down] = [point.x - width / 2, point.y - height / 2];
    return { x: x + width / 2 + across * cos - down * sin, y: y + height / 2 + across * sin + down * cos };
  });
}

/**
 * @param {readonly Point[]} points
 * @returns {Box} around them
 */
export function boxOf(points) {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y } of points) {
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/**
 * Where a line crosses a polygon.
 *
 * @param {Point} from
 * @param {Point} to
 * @param {Polygon} polygon
 * @returns {number[]} parts of the way, from 0 to 1, in no order
 */
export function crossings(from, to, polygon) {
  const found = [];
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  let last = polygon[polygon.length - 1];
  for (const next of polygon) {
    if (last) {
      const [ex, ey] = [next.x - last.x, next.y - last.y];
      const cross = dx * ey - dy * ex;
      if (cross !== 0) {
        const [ox, oy] = [last.x - from.x, last.y - from.y];
        const along = (ox * ey - oy * ex) / cross;
        const across = (ox * dy - oy * dx) / cross;
        if (along >= 0 && along <= 1 && across >= 0 && across <= 1) found.push(along);
      }
    }
    last = next;
  }
  return found;
}

/**
 * @param {Point} point
 * @param {Polygon} polygon
 * @returns {boolean} it is inside (even-odd)
 */
export function isInside(point, polygon) {
  let inside = false;
  let last = polygon[polygon.length - 1];
  for (const next of polygon) {
    if (last && next.y > point.y !== last.y > point.y) {
      const x = ((last.x - next.x) * (point.y - next.y)) / (last.y - next.y) + next.x;
      if (point.x < x) inside = !inside;
    }
    last = next;
  }
  return inside;
}

/**
 * Where a ray leaves a polygon for the last time.
 *
 * @param {Point} from
 * @param {Point} direction of any length but 0
 * @param {Polygon} polygon
 * @returns {Point} `from` itself where it does not meet it
 */
export function leaving(from, direction, polygon) {
  const { width, height } = boxOf(polygon);
  const far = (2 * (width + height) + 1) / Math.hypot(direction.x, direction.y);
  const to = { x: from.x + direction.x * far, y: from.y + direction.y * far };
  const part = Math.max(0, ...crossings(from, to, polygon));
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
}
