/** Arrangement of messages as they are read: by day, and those of one author together. Pure. */

/** Said by one person within so long, messages stand under one name. */
const TOGETHER_MS = 300_000;

/** What is known of a message where it is arranged. @typedef {{author: string, to: string, at: number}} Said */

/**
 * @param {Said} one
 * @param {Said | undefined} before the message above it
 * @returns {{isFirst: boolean, beginsDay: boolean}} `isFirst`: it has a name and a time of its own
 */
export function placeOf(one, before) {
  const beginsDay = !before || new Date(before.at).toDateString() !== new Date(one.at).toDateString();
  const goesOn = before && before.author === one.author && before.to === one.to && Math.abs(one.at - before.at) < TOGETHER_MS;
  return { isFirst: beginsDay || !goesOn, beginsDay };
}

/**
 * A window on many messages: those that are in the page.
 *
 * @typedef {{start: number, end: number}} Range
 */

/** So many messages are in the page at most, and so many come at a time. */
export const MOST_SHOWN = 160;
export const STEP = 60;

/**
 * @param {number} size of all
 * @param {Range} range
 * @returns {Range} it, within them, and not too large: what is far from where it was moved to goes
 */
export function bounded(size, { start, end }) {
  const to = Math.max(0, Math.min(size, end));
  return { start: Math.max(0, Math.min(start, to), to - MOST_SHOWN), end: to };
}

/** @param {number} size @param {Range} range @returns {Range} a step further back; the end gives way */
export function earlier(size, { start, end }) {
  const from = Math.max(0, start - STEP);
  return bounded(size, { start: from, end: Math.min(end, from + MOST_SHOWN) });
}

/** @param {number} size @param {Range} range @returns {Range} a step further on; the beginning gives way */
export function later(size, { start, end }) {
  return bounded(size, { start, end: end + STEP });
}

/** @param {number} size @param {number} index @returns {Range} around a message */
export function around(size, index) {
  return bounded(size, { start: index - STEP, end: index + STEP });
}
