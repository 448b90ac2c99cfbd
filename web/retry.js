/** When to try again. */

const FIRST_MS = 300;
const LONGEST_MS = 5_000;

/**
 * How long to wait before the next attempt: none at first, then 0.3 s doubling to 5 s, of which a
 * random half is left out so that the peers of a restarted server do not all come at once.
 *
 * @param {number} attempt from 0
 * @param {() => number} [random]
 * @returns {number} milliseconds
 */
export function retryDelay(attempt, random = Math.random) {
  if (attempt === 0) return 0;
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempt - 1));
  return longest * (0.5 + random() / 2);
}
