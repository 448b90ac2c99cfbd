/** Written text as it is quoted elsewhere: in lists, for screen readers, in the history. Pure. */

import { plain, shownWords } from "../../lib/foreign.js";
import { lengthOf } from "../../lib/unicode.js";
import { text } from "../../text/kinds/text.js";

const LONGEST_QUOTE = 40;

/**
 * @param {string} content of any length
 * @returns {string} its beginning in one line; empty where there are no words
 */
export function beginningOf(content) {
  return shownWords(content, 120);
}

/**
 * @param {string} content of any length
 * @returns {string} its beginning in quotation marks
 */
export function quoted(content) {
  const words = shownWords(content, LONGEST_QUOTE);
  const isCut = lengthOf(plain(content.slice(0, 8 * LONGEST_QUOTE))) > LONGEST_QUOTE;
  return text.quoted(isCut ? `${words}…` : words || text.empty);
}
