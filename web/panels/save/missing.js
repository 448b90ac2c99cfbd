/** Words for the gaps of a picture of the canvas, which the server names (`Canvas-Missing`, a list of RFC 9651). Pure. */

import { scriptName, text } from "../../text/panels/save.js";

const ITEM = /^([a-z-]+)(?:;count=(\d+))?(?:;scripts="([A-Za-z ]*)")?$/;

/**
 * @param {string | null} header
 * @returns {string[]} in words, a phrase for each; what a newer server says is left out
 */
export function missingWords(header) {
  const words = [];
  for (const item of (header ?? "").split(/,\s*/)) {
    const [, lack = "", , scripts = ""] = ITEM.exec(item) ?? [];
    if (!Object.hasOwn(text.lacks, lack)) continue;
    const names = new Set(scripts.split(" ").filter(Boolean).map(scriptName));
    const phrase = text.lacks[/** @type {keyof typeof text.lacks} */ (lack)];
    words.push(names.size ? text.lackOf(phrase, [...names]) : phrase);
  }
  return words;
}
