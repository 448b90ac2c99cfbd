/** Backoff between attempts to connect. */

const FIRST_MS = 300;
const GROWTH = 1.5;
const LONGEST_MS = 5_000;

/**
 * How long to wait before the next attempt: none at first, then 0.3 s growing to 5 s, of which a
 * random half is left out so that the peers of a restarted server do not all come at once. It grows
 * slowly: a server that was away for some seconds has everybody back within three.
 *
 * @param {number} attempt from 0
 * @param {() => number} [random]
 * @returns {number} milliseconds
 */
export function retryDelay(attempt, random = Math.random) {
  if (attempt === 0) return 0;
  const longest = Math.min(LONGEST_MS, FIRST_MS * GROWTH ** (attempt - 1));
  return longest * (0.5 + random() / 2);
}
