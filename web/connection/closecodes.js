/** WebSocket close codes (RFC 6455 section 7.4.1, and those of docs/PROTOCOL.md): what each means for a connection. */

import { CLOSE_CODES } from "../types/limits.js";

/** Leaves the session at once (rule RES1). */
export const CLOSE_TO_LEAVE = 1000;
/** Keeps the place: "going away", 1001, is the browser's own word, with a shorter time (rule RES1). */
export const CLOSE_TO_RETRY = 3001;
const FIRST_FINAL = 4100;
const LAST_FINAL = 4199;

/**
 * @param {number} code with which the other side closed
 * @param {boolean} hasStray an earlier socket of ours was given up with its `subscribe` unanswered: it may be the
 *   one that has taken over, overtaken on the way by a later one
 * @returns {"lost" | "dismissed" | "taken over by our own"} `dismissed`: not to come back
 */
export function closeEvent(code, hasStray) {
  if (code < FIRST_FINAL || code > LAST_FINAL) return "lost";
  return code === CLOSE_CODES.TAKEN_OVER && hasStray ? "taken over by our own" : "dismissed";
}
