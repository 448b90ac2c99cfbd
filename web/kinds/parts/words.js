/** Written text as it is quoted elsewhere: in lists, for screen readers, in the history. Pure. */

import { firstOf } from "../../lib/unicode.js";
import { text } from "../../text/kinds/text.js";

const LONGEST_QUOTE = 40;

/**
 * @param {string} content of any length
 * @returns {string} its beginning in one line; empty where there are no words
 */
export function beginningOf(content) {
  return firstOf(firstOf(content, 200).replaceAll(/\s+/g, " ").trim(), 120);
}

/**
 * @param {string} words
 * @returns {string}
 */
export function quoted(words) {
  return text.quoted(words.length > LONGEST_QUOTE ? `${firstOf(words, LONGEST_QUOTE)}…` : words);
}
