/**
 * The line that a stroke follows: a centripetal Catmull-Rom spline through its points, which has neither loops nor cusps
 * between them (Yuksel, Schaefer and Keyser, "Parameterization and applications of Catmull-Rom curves", 2011), as cubic
 * Bézier curves. Pure; export/inkline.py computes the same.
 */

/** @typedef {readonly [x: number, y: number, pressure?: number]} InkPoint */
/** @typedef {readonly [x1: number, y1: number, x2: number, y2: number]} Controls of a cubic Bézier curve, between its ends */

/** Of one part of a flattened line, about, in units of the points; and the most parts of a segment. */
const STEP = 6;
const MOST_STEPS = 16;

/**
 * @param {readonly (readonly (number | undefined)[])[]} points
 * @returns {InkPoint[]} without those at the place of the one before
 */
export function distinct(points) {
  /** @type {InkPoint[]} */
  const kept = [];
  for (const point of points) {
    const [x = 0, y = 0] = point;
    const last = kept.at(-1);
    if (!last || last[0] !== x || last[1] !== y) kept.push(point.length > 2 ? [x, y, point[2]] : [x, y]);
  }
  return kept;
}

/**
 * @param {number} x
 * @param {number} y
 */
export function lengthOf(x, y) {
  return Math.sqrt(x * x + y * y); // Math.hypot rounds otherwise than Python's
}

/**
 * @param {readonly InkPoint[]} points distinct
 * @param {number} at of the point where the segment begins
 * @returns {Controls}
 */
export function controlsOf(points, at) {
  const p1 = /** @type {InkPoint} */ (points[at]);
  const p2 = /** @type {InkPoint} */ (points[at + 1]);
  const p0 = points[at - 1] ?? p1;
  const p3 = points[at + 2] ?? p2;
  const d2 = lengthOf(p2[0] - p1[0], p2[1] - p1[1]);
  const [x1, y1] = control(p0, p1, p2, d2);
  const [x2, y2] = control(p3, p2, p1, d2);
  return [x1, y1, x2, y2];
}

/**
 * @param {InkPoint} before
 * @param {InkPoint} from
 * @param {InkPoint} to
 * @param {number} along the distance of `from` and `to`
 * @returns {[number, number]} where the curve heads for as it leaves `from`
 */
function control(before, from, to, along) {
  const back = lengthOf(from[0] - before[0], from[1] - before[1]);
  if (back === 0) return [from[0], from[1]];
  const [a, b] = [Math.sqrt(back), Math.sqrt(along)];
  const weight = 2 * back + 3 * a * b + along;
  const part = 3 * a * (a + b);
  return [
    (back * to[0] - along * before[0] + weight * from[0]) / part,
    (back * to[1] - along * before[1] + weight * from[1]) / part,
  ];
}

/**
 * @param {readonly InkPoint[]} points distinct
 * @param {number} at of the point where the segment begins
 * @param {Controls} controls of the segment
 * @param {number} t 0 to 1
 * @returns {[x: number, y: number, pressure: number]}
 */
export function along(points, at, controls, t) {
  const [x1, y1, p1 = 0.5] = /** @type {InkPoint} */ (points[at]);
  const [x4, y4, p4 = 0.5] = /** @type {InkPoint} */ (points[at + 1]);
  const [x2, y2, x3, y3] = controls;
  const s = 1 - t;
  const [a, b, c, d] = [s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t];
  return [a * x1 + b * x2 + c * x3 + d * x4, a * y1 + b * y2 + c * y3 + d * y4, p1 + (p4 - p1) * t];
}

/**
 * @param {InkPoint} from
 * @param {InkPoint} to
 * @returns {number} parts that the segment between is flattened into
 */
export function stepsBetween(from, to) {
  return Math.min(MOST_STEPS, Math.max(1, Math.ceil(lengthOf(to[0] - from[0], to[1] - from[1]) / STEP)));
}

/**
 * The line in short straight parts.
 *
 * @param {readonly InkPoint[]} points distinct
 * @param {number} [from] of the point where it begins
 * @param {number} [to] of the point where it ends
 * @returns {[x: number, y: number, pressure: number][]}
 */
export function flattened(points, from = 0, to = points.length - 1) {
  /** @type {[number, number, number][]} */
  const samples = [];
  for (let at = from; at < to; at++) {
    const controls = controlsOf(points, at);
    const steps = stepsBetween(/** @type {InkPoint} */ (points[at]), /** @type {InkPoint} */ (points[at + 1]));
    for (let step = 0; step < steps; step++) samples.push(along(points, at, controls, step / steps));
  }
  const [x, y, pressure = 0.5] = points[to] ?? [0, 0];
  samples.push([x, y, pressure]);
  return samples;
}
