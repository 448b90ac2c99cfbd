/**
 * Lists in what people write: lines that begin with `- `, `* ` or a number. The text stays as it was typed; what is shown is
 * a list. The server draws the same (`export/lists.py`), both are held against tests/samples/lists.json. Pure.
 */

/**
 * A line of a list. `level`: how far it is indented, from 0; `shown`: what stands before its words; `marker`: how long the beginning is that
 * is not shown, indentation included.
 *
 * @typedef {{level: number, shown: string, marker: number}} ListLine
 */

const ITEM = /^([ \t]*)([-*•]|\d{1,3}[.)])[ \t]+/;
const BULLETS = ["•", "◦", "▪"];
/** Spaces for one level; a tabulator is one as well. */
const INDENT = 2;
const MOST_LEVEL = 6;

/**
 * @param {string} line
 * @returns {ListLine | null} `null`: it is no item
 */
export function listLineOf(line) {
  const [whole, indent = "", sign = ""] = ITEM.exec(line) ?? [];
  if (whole === undefined) return null;
  const level = Math.min(MOST_LEVEL, Math.floor(indent.replaceAll("\t", " ".repeat(INDENT)).length / INDENT));
  const shown = /\d/.test(sign) ? sign : (BULLETS[level % BULLETS.length] ?? "•");
  return { level, shown, marker: whole.length };
}

/** @param {string} content @returns {boolean} an item of a list is in it */
export function hasList(content) {
  return content.split("\n").some((line) => ITEM.test(line));
}

/** What a field is to hold, and what is marked in it. @typedef {{value: string, start: number, end: number}} Edited */

/**
 * What Enter makes at the end of an item or in it: the next one, or, of an empty one, the end of the list.
 *
 * @param {Edited} field
 * @returns {Edited | null} `null`: Enter is just a new line
 */
export function nextItem({ value, start, end }) {
  const from = value.lastIndexOf("\n", start - 1) + 1;
  const line = value.slice(from, start);
  const [whole, indent = "", sign = ""] = ITEM.exec(line) ?? [];
  if (whole === undefined) return null;
  const until = value.indexOf("\n", end);
  const isEmpty = line === whole && value.slice(end, until < 0 ? undefined : until).trim() === "";
  if (isEmpty) return { value: value.slice(0, from) + value.slice(end), start: from, end: from };
  const number = Number.parseInt(sign, 10);
  const next = Number.isNaN(number) ? sign : `${number + 1}${sign.at(-1)}`;
  const inserted = `\n${indent}${next} `;
  return { value: value.slice(0, start) + inserted + value.slice(end), start: start + inserted.length, end: start + inserted.length };
}

/**
 * The items that are marked, or that the caret is in, a level further in or out.
 *
 * @param {Edited} field
 * @param {boolean} isOut
 * @returns {Edited | null} `null`: there is no item
 */
export function indented({ value, start, end }, isOut) {
  const from = value.lastIndexOf("\n", start - 1) + 1;
  const found = value.indexOf("\n", end);
  const until = found < 0 ? value.length : found;
  const lines = value.slice(from, until).split("\n");
  if (!lines.some((line) => ITEM.test(line))) return null;
  const changed = lines.map((line) => {
    if (!ITEM.test(line)) return line;
    return isOut ? line.replace(/^(?:\t| {1,2})/, "") : " ".repeat(INDENT) + line;
  });
  const moved = (changed[0]?.length ?? 0) - (lines[0]?.length ?? 0);
  const grown = changed.join("\n").length - (until - from);
  return {
    value: value.slice(0, from) + changed.join("\n") + value.slice(until),
    start: Math.max(from, start + moved),
    end: Math.max(from, end + grown),
  };
}
