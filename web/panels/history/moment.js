/** Moments of the history in words. */

import { text } from "../../text/panels/history.js";

/** @import {Timeline} from "./timeline.js" */

/**
 * @param {Timeline} timeline
 * @param {number} revision
 * @returns {string}
 */
export function momentText(timeline, revision) {
  const entry = timeline.entryAt(revision);
  if (!entry) return text.beginning;
  return `${text.changeOf(revision, timeline.revision)}, ${text.exactTime(entry.timestamp)}`;
}
