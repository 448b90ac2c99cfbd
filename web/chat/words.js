/**
 * Parts of what somebody has written in the chat: words, links and code. The text stays as it was typed; nothing in it is
 * markup. Pure.
 */

import { entryOf } from "../lib/own.js";

/**
 * `block`: code on lines of its own; `code`: within a line.
 *
 * @typedef {{type: "words" | "code" | "block", text: string} | {type: "link", text: string, address: string, host: string}} Span
 */

const FENCE = "```";
/** The language of a block, on the line of its fence. */
const LANGUAGE = /^[\w+#.-]{0,20}\n/;
/** Code within a line, or an address: it ends before white space, quotes, and what is not seen or turns the text. */
const PARTS = /(?<!`)`[^`\n]+`(?!`)|(?<![\p{L}\p{N}_])(?:https?:\/\/|mailto:)[^\s<>"`\p{C}]+/giu;
/** What ends the sentence around an address, not the address. */
const ENDING = /[.,;:!?'"»”’…*_~]$/u;
const BRACKETS = /** @type {Readonly<Record<string, string>>} */ ({ ")": "(", "]": "[", "}": "{" });
const SCHEMES = new Set(["http:", "https:", "mailto:"]);
const LONGEST_ADDRESS = 2_000;

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
 * @param {string} found that begins as an address
 * @returns {Extract<Span, {type: "link"}> | null} `null`: it is none that may be opened
 */
function linkOf(found) {
  if (found.length > LONGEST_ADDRESS) return null;
  const text = trimmed(found);
  if (!URL.canParse(text)) return null;
  const { protocol, hostname, username, password, pathname, href } = new URL(text);
  // What stands before an @ is taken for the host by people.
  if (!SCHEMES.has(protocol) || username || password) return null;
  if (protocol === "mailto:" ? !/^[^@]+@[^@]+/.test(pathname) : hostname === "") return null;
  return { type: "link", text, address: href, host: hostname };
}

/**
 * @param {string} address
 * @returns {string} without what belongs to the sentence around it
 */
function trimmed(address) {
  let text = address;
  for (;;) {
    const opening = entryOf(BRACKETS, text.at(-1));
    const isSurplus = opening !== undefined && text.split(opening).length < text.split(text.at(-1) ?? "").length;
    if (!isSurplus && !ENDING.test(text)) return text;
    text = text.slice(0, -1);
  }
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
