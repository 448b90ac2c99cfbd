/** A chart in words. Pure. */

import { shownWords } from "../../lib/foreign.js";
import { text } from "../../text/kinds/chart.js";

/** @import {Chart} from "../../types/messages.js" */

/**
 * @param {Chart} kind
 * @returns {string} its form and title
 */
export function describeChart({ chart_type, data }) {
  return text.chart(chart_type, shownWords(titleOf(data), 120));
}

/**
 * @param {unknown} data of a chart
 * @returns {string | null} `null`: it cannot have a title
 */
export function titleOf(data) {
  if (typeof data !== "object" || data === null || Array.isArray(data)) return null;
  return "title" in data && typeof data.title === "string" ? data.title : "";
}
