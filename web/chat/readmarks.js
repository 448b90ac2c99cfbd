/** Read marks: how far this browser's person has read the chat of a canvas, for the next visit. Bounded; the oldest go first. */

import { isRecord } from "../lib/own.js";
import { StoredRecord } from "../lib/stored.js";

const MOST = 64;

/** @type {StoredRecord<{read: Record<string, number>}>} */
const kept = new StoredRecord("browser", "canvas-server.chat", { read: asMarks });

/**
 * @param {string} sessionId
 * @returns {number} the id of the last message that was read; 0: none
 */
export function readMark(sessionId) {
  return new Map(Object.entries(kept.read().read ?? {})).get(sessionId) ?? 0;
}

/**
 * @param {string} sessionId
 * @param {number} id of the last message that was read
 */
export function keepReadMark(sessionId, id) {
  const marks = new Map(Object.entries(kept.read().read ?? {}));
  marks.delete(sessionId);
  marks.set(sessionId, id);
  kept.write({ read: Object.fromEntries([...marks].slice(-MOST)) });
}

/**
 * @param {unknown} value
 * @returns {Record<string, number> | undefined}
 */
function asMarks(value) {
  if (!isRecord(value)) return undefined;
  const marks = Object.entries(value).filter(([, id]) => Number.isSafeInteger(id) && Number(id) > 0);
  return /** @type {Record<string, number>} */ (Object.fromEntries(marks.slice(-MOST)));
}
