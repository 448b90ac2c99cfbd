/**
 * Text by others, as it is shown: names of people, programs and servers, and what they say of themselves. The type of such
 * a field is `Foreign`, which is no string: the compiler refuses to show it in another way. Pure.
 *
 * The server does the same (`protocol/plain.py`); both are held against tests/samples/names.json.
 */

import { remembering } from "./remembering.js";
import { firstCharacter, firstOf, lengthOf } from "./unicode.js";

/** @import {Foreign} from "../types/messages.js" */

/** Code points of a name. */
const MOST = 64;
/** Combining marks on one letter: enough for every language, too few for a tower of them. */
const MOST_MARKS = 3;
/** Control and format characters, bidirectional ones (UAX #9 section 2) among them, surrogates, private use, line breaks. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u;
const MARK = /[\p{Mn}\p{Me}]/u;
/** Letters, marks and signs that are drawn as nothing. */
const BLANK = /[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]/;
/** Variation selectors: drawn as nothing, beside what they follow. */
const SELECTOR = /[\u180b-\u180d\u180f\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/u;
/** What an emoji may have, to be in colour or not. */
const EMOJI_SELECTOR = /[\ufe0e\ufe0f]/;
const KEYCAP = "\u20e3";
const SIGN = /\p{So}/u;
/** Of scripts whose letters join, and of emoji; in others they only hide a difference. */
const JOINER = /[\u200c\u200d]/;
const JOINED_FROM = "\u0590";
/** What is taken out, at some places or at all. */
const SUSPECT = new RegExp(`${HIDDEN.source}|${MARK.source}|${BLANK.source}`, "u");
/** The same, where lines and tabs are as they were written. */
const SUSPECT_IN_LINES = new RegExp(`(?![\\n\\t])(?:${SUSPECT.source})`, "u");
const LINE_BREAKS = /\r\n|[\r\v\f\u0085\u2028\u2029]/g;
/** Words of ASCII with single spaces between them. */
const MOST_TEXTS = /^[!-~]+(?: [!-~]+)*$/;
/** White space as Python knows it, so that both sides agree. */
const SPACES = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/g;
/** Letters and digits that are written from right to left, or turn what stands beside them (bidi classes R, AL, AN). */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * A text on one line, without what is not seen and what turns the text around it.
 *
 * @param {string} text
 * @returns {string}
 */
export function plain(text) {
  if (MOST_TEXTS.test(text)) return text;
  const line = trimmed(text);
  if (!SUSPECT.test(line)) return line;
  return trimmed(seen(line)).replace(/^[ \u200c\u200d]+|[ \u200c\u200d]+$/g, "");
}

/**
 * What is seen of a text on one line.
 *
 * @param {string} line
 * @returns {string}
 */
function seen(line) {
  const chars = [...line];
  /** @type {string[]} */
  const kept = [];
  let marks = 0;
  chars.forEach((char, place) => {
    const before = kept.at(-1) ?? "";
    if (JOINER.test(char)) {
      if (before >= JOINED_FROM && !JOINER.test(before) && (chars[place + 1] ?? "") > "~") kept.push(char);
      return;
    }
    if (SELECTOR.test(char)) {
      const isOfEmoji = EMOJI_SELECTOR.test(char) && (SIGN.test(before) || chars[place + 1] === KEYCAP);
      if (isOfEmoji && marks++ < MOST_MARKS) kept.push(char);
      return;
    }
    if (HIDDEN.test(char) || BLANK.test(char)) return;
    marks = MARK.test(char) ? marks + 1 : 0;
    if (marks <= MOST_MARKS) kept.push(char);
  });
  return kept.join("");
}

/**
 * What others have written on several lines, with their breaks, tabs and spaces, to be shown in a node of its own: its
 * `dir` is `auto`, so it turns nothing around it.
 *
 * @param {Foreign | string | null | undefined} words
 * @returns {string}
 */
export function shownLines(words) {
  if (typeof words !== "string") return "";
  const lines = /** @type {string} */ (words).replace(LINE_BREAKS, "\n");
  if (!SUSPECT_IN_LINES.test(lines)) return lines;
  return lines.split(/([\n\t])/).map((part) => (part === "\n" || part === "\t" ? part : seen(part))).join("");
}

/**
 * What somebody calls themselves, as data: to be sent, sorted or made part of a file's name.
 *
 * @param {Foreign | string | null | undefined} name
 * @returns {string} empty where nothing is left of it
 */
export function plainName(name) {
  return beginning(name, MOST);
}

/**
 * What somebody calls themselves, to be shown within other words: in a node, a title, a label for screen readers.
 *
 * @param {Foreign | string | null | undefined} name
 * @returns {string} empty where nothing is left of it
 */
export function shownName(name) {
  return isolated(plainName(name));
}

/**
 * What others have written, quoted within words of the page: the beginning of a text, a title, a reason.
 *
 * @param {Foreign | string | null | undefined} words
 * @param {number} [most] code points
 * @returns {string}
 */
export function shownWords(words, most = 300) {
  return isolated(beginning(words, most));
}

/** The letter that stands for somebody, by the name as it is shown. */
export const initialOf = remembering((/** @type {string} */ name) => firstCharacter(plain(name)).toUpperCase() || "?");

/**
 * Isolate a text whose letters could turn what stands around it (UAX #9: FSI … PDI). Others are left as they are: they
 * turn nothing, and what is isolated is not found by a search for the words around it.
 *
 * @param {string} text without bidirectional formatting characters
 * @returns {string}
 */
function isolated(text) {
  return RIGHT_TO_LEFT.test(text) ? `\u2068${text}\u2069` : text;
}

/**
 * @param {Foreign | string | null | undefined} foreign text of any kind and length: it comes from elsewhere
 * @param {number} most code points
 * @returns {string} its beginning, plain
 */
function beginning(foreign, most) {
  if (typeof foreign !== "string") return "";
  const text = /** @type {string} */ (foreign);
  // Of most texts twice as much is enough, whatever is taken out; of the others so much is looked at, and no more.
  for (const units of [2 * most, 16 * most]) {
    const words = plain(text.slice(0, units));
    if (text.length <= units || lengthOf(words) >= most || units > 2 * most) return plain(firstOf(words, most));
  }
  return "";
}

/** @param {string} text */
function trimmed(text) {
  return text.replace(SPACES, " ").replace(/^ | $/g, "");
}
