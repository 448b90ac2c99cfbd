/** The one logger. Silent unless the page was opened with `?debug=1`. */

const debug = new URLSearchParams(globalThis.location?.search).get("debug") === "1";

/**
 * Note what happened, for a developer. Give it names and states only: never a session
 * description, an ICE candidate or a token.
 *
 * @param {string} area
 * @param {...unknown} facts
 */
export function log(area, ...facts) {
  if (debug) console.debug(`[${area}]`, ...facts);
}

/**
 * An error in words that are safe to log: browsers put SDP into no error's name, but into some texts.
 *
 * @param {unknown} error
 * @returns {string}
 */
export function errorName(error) {
  return error instanceof Error ? error.name : typeof error;
}
