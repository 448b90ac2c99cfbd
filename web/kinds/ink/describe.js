/** Strokes in words. Pure. */

import { text } from "../../text/kinds/ink.js";
import { lengthOf } from "./spline.js";

/** @import {Ink} from "../../types/messages.js" */

/** @typedef {keyof typeof text.colors} ColorName */
/** @typedef {keyof typeof text.forms} FormName */

/** Hues in degrees, up to which a colour has a name. @type {readonly [number, ColorName][]} */
const HUES = [[15, "red"], [45, "orange"], [70, "yellow"], [165, "green"], [255, "blue"], [290, "violet"], [345, "pink"], [361, "red"]];

/**
 * @param {Ink} ink
 * @returns {string}
 */
export function describeInk({ points, color = "", brush = "pen" }) {
  return text.stroke(colorName(color), brush, formName(points));
}

/**
 * @param {string} color
 * @returns {ColorName | null} `null`: it is written otherwise than as `#rrggbb`
 */
function colorName(color) {
  const parts = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color.trim());
  if (!parts) return null;
  const [red = 0, green = 0, blue = 0] = parts.slice(1).map((part) => Number.parseInt(part, 16) / 255);
  const [least, most] = [Math.min(red, green, blue), Math.max(red, green, blue)];
  const range = most - least;
  if (range < 0.12) return most < 0.25 ? "black" : most > 0.9 ? "white" : "grey";
  const hue = most === red ? (green - blue) / range : most === green ? 2 + (blue - red) / range : 4 + (red - green) / range;
  const degrees = (hue * 60 + 360) % 360;
  return HUES.find(([end]) => degrees < end)?.[1] ?? null;
}

/**
 * @param {readonly (readonly number[])[]} points
 * @returns {FormName}
 */
function formName(points) {
  const [x = 0, y = 0] = points[0] ?? [];
  const [endX = 0, endY = 0] = points.at(-1) ?? [];
  let [length, farthest] = [0, 0];
  for (const [at, [left = 0, top = 0]] of points.entries()) {
    const [beforeX = left, beforeY = top] = points[at - 1] ?? [];
    length += lengthOf(left - beforeX, top - beforeY);
    farthest = Math.max(farthest, lengthOf(left - x, top - y));
  }
  const apart = lengthOf(endX - x, endY - y);
  if (farthest < 2) return "dot";
  if (apart > length * 0.95) return "line";
  return apart < farthest * 0.3 && length < farthest * 4 ? "ring" : "stroke";
}
