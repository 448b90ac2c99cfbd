/**
 * Parts of what somebody has written in the chat: words, links and code. The text stays as it was typed; nothing in it is
 * markup. Pure.
 */

import { ADDRESS, linkOf } from "../lib/links.js";

/** @import {LinkSpan} from "../lib/links.js" */

/**
 * `block`: code on lines of its own; `code`: within a line.
 *
 * @typedef {{type: "words" | "code" | "block", text: string} | Extract<LinkSpan, {type: "link"}>} Span
 */

const FENCE = "```";
/** The language of a block, on the line of its fence. */
const LANGUAGE = /^[\w+#.-]{0,20}\n/;
/** Code within a line, or an address. */
const PARTS = new RegExp(`(?<!\`)\`[^\`\\n]+\`(?!\`)|${ADDRESS.source}`, "giu");

/**
 * @param {string} text
 * @returns {Span[]} whose texts follow each other as they stand in it, without the signs around code
 */
export function spansOf(text) {
  /** @type {Span[]} */
  const spans = [];
  let from = 0;
  for (;;) {
    const start = text.indexOf(FENCE, from);
    const end = start < 0 ? -1 : text.indexOf(FENCE, start + FENCE.length);
    if (end < 0) return [...spans, ...lineSpans(text.slice(from))]; // one that is never closed is no fence
    const code = text.slice(start + FENCE.length, end).replace(LANGUAGE, "").replace(/\n$/, "");
    const before = text.slice(from, start).replace(/\n$/, "");
    spans.push(...lineSpans(before), { type: "block", text: code });
    from = end + FENCE.length;
    if (text[from] === "\n") from += 1; // a block ends its line by itself
  }
}

/**
 * @param {string} text without blocks
 * @returns {Span[]}
 */
function lineSpans(text) {
  /** @type {Span[]} */
  const spans = [];
  let from = 0;
  for (const { 0: found, index } of text.matchAll(PARTS)) {
    const span = found.startsWith("`") ? /** @type {const} */ ({ type: "code", text: found.slice(1, -1) }) : linkOf(found);
    if (!span) continue;
    if (index > from) spans.push({ type: "words", text: text.slice(from, index) });
    spans.push(span);
    from = index + (span.type === "code" ? found.length : span.text.length);
  }
  if (from < text.length) spans.push({ type: "words", text: text.slice(from) });
  return spans;
}

/**
 * @param {string} text
 * @param {string} name of somebody
 * @returns {boolean} it mentions them, as `@name`
 */
export function mentions(text, name) {
  const wanted = `@${folded(name)}`;
  if (wanted.length < 3) return false;
  const all = folded(text);
  for (let at = all.indexOf(wanted); at >= 0; at = all.indexOf(wanted, at + 1)) {
    if (!/[\p{L}\p{N}_]/u.test(all.charAt(at - 1)) && !/[\p{L}\p{N}_]/u.test(all.charAt(at + wanted.length))) return true;
  }
  return false;
}

/**
 * @param {string} text
 * @returns {string} as it is compared: without capitals and accents
 */
export function folded(text) {
  return text.normalize("NFKD").replace(/\p{Mn}+/gu, "").toLowerCase();
}
