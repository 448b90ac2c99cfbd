/** Trace of a stroke that is being drawn, in few letters: Base64 VLQ (ECMA-426 section 6), as protocol/trace.py. Pure. */

/** @import {InkPoint} from "../kinds/ink/spline.js" */

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const MORE = 32;
const TENTHS = 10;
const HUNDREDTHS = 100;
/** Of a number: the largest one that is read. */
const LARGEST = 2 ** 31 - 1;

/**
 * @param {readonly InkPoint[]} points in scene units
 * @param {{x: number, y: number}} origin
 * @returns {string}
 */
export function encodeTrace(points, { x: left, y: top }) {
  let letters = "";
  let before = [0, 0, 0];
  for (const [x, y, pressure] of points) {
    const numbers = [Math.round((x - left) * TENTHS), Math.round((y - top) * TENTHS)];
    if (pressure !== undefined) numbers.push(Math.round(pressure * HUNDREDTHS));
    for (const [at, value] of numbers.entries()) letters += encoded(value - (before[at] ?? 0));
    before = numbers;
  }
  return letters;
}

/**
 * @param {string} letters
 * @param {{x: number, y: number}} origin
 * @param {boolean} pressed the points have a pressure
 * @returns {InkPoint[]} in scene units
 */
export function decodeTrace(letters, { x: left, y: top }, pressed) {
  const numbers = decoded(letters);
  const parts = pressed ? 3 : 2;
  let [x, y, pressure] = [0, 0, 0];
  /** @type {InkPoint[]} */
  const points = [];
  for (let at = 0; at + parts <= numbers.length; at += parts) {
    x += numbers[at] ?? 0;
    y += numbers[at + 1] ?? 0;
    const place = /** @type {const} */ ([left + x / TENTHS, top + y / TENTHS]);
    if (pressed) {
      pressure += numbers[at + 2] ?? 0;
      points.push([...place, Math.min(1, Math.max(0, pressure / HUNDREDTHS))]);
    } else points.push(place);
  }
  return points;
}

/** @param {number} value a whole number */
function encoded(value) {
  let rest = Math.abs(value) * 2 + Number(value < 0);
  let letters = "";
  do {
    const low = rest % MORE;
    rest = Math.floor(rest / MORE);
    letters += LETTERS[rest > 0 ? low + MORE : low];
  } while (rest > 0);
  return letters;
}

/** @param {string} letters @returns {number[]} up to one that is too large: whoever sent that draws no line */
function decoded(letters) {
  /** @type {number[]} */
  const numbers = [];
  let [value, unit] = [0, 1];
  for (const letter of letters) {
    const digit = LETTERS.indexOf(letter);
    value += (digit % MORE) * unit;
    unit *= MORE;
    if (!(value <= 2 * LARGEST + 1)) return numbers; // also NaN, which so many zeros make
    if (digit >= MORE) continue;
    numbers.push(value % 2 === 1 ? -(value - 1) / 2 : value / 2);
    [value, unit] = [0, 1];
  }
  return numbers;
}
