/** Links in what people write: addresses that may be opened, and how long they are. The text stays as it was typed. Pure. */

import { entryOf } from "./own.js";

/** @typedef {{type: "words", text: string} | {type: "link", text: string, address: string, host: string}} LinkSpan */

/** An address: it ends before white space, quotes, and what is not seen or turns the text. */
export const ADDRESS = /(?<![\p{L}\p{N}_])(?:https?:\/\/|mailto:)[^\s<>"`\p{C}]+/giu;
/** What ends the sentence around an address, not the address. */
const ENDING = /[.,;:!?'"»”’…*_~]$/u;
const BRACKETS = /** @type {Readonly<Record<string, string>>} */ ({ ")": "(", "]": "[", "}": "{" });
const SCHEMES = new Set(["http:", "https:", "mailto:"]);
const LONGEST_ADDRESS = 2_000;

/**
 * @param {string} found that begins as an address
 * @returns {Extract<LinkSpan, {type: "link"}> | null} `null`: it is none that may be opened
 */
export function linkOf(found) {
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
 * @param {string} text
 * @returns {LinkSpan[]} whose texts follow each other as they stand in it
 */
export function linksIn(text) {
  /** @type {LinkSpan[]} */
  const spans = [];
  let from = 0;
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    const link = linkOf(found);
    if (!link) continue;
    if (index > from) spans.push({ type: "words", text: text.slice(from, index) });
    spans.push(link);
    from = index + link.text.length;
  }
  if (from < text.length) spans.push({ type: "words", text: text.slice(from) });
  return spans;
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
