/** The format of elements in a clipboard. Pure. */

import { isKnownKind, isRemovable, textOf } from "../kinds/kinds.js";

/** @import {Element as SceneElement} from "../types/messages.js" */

/** How our elements begin where a browser keeps plain text only. */
const MARK = '{"canvas-server/elements":';
const MOST_ELEMENTS = 1_000;

/**
 * @param {SceneElement[]} elements
 * @returns {string} JSON
 */
export function encodeCopied(elements) {
  return `${MARK}${JSON.stringify(elements)}}`;
}

/**
 * @param {string} words
 * @returns {boolean} they are what `encodeCopied` gives
 */
export function isCopied(words) {
  return words.startsWith(MARK);
}

/**
 * What can be put on this canvas of what was copied, as far as this page can check; the server checks more. `refused`: the
 * kinds of the rest, which this page does not know or which belong to a call.
 *
 * @param {string} json
 * @returns {{elements: SceneElement[], refused: string[]} | null} `null`: these are no elements
 */
export function decodeCopied(json) {
  try {
    const copied = JSON.parse(json)["canvas-server/elements"];
    if (!Array.isArray(copied) || copied.length > MOST_ELEMENTS) return null;
    if (!copied.every((element) => element?.kind?.type && element.transform)) return null;
    const elements = copied.filter(({ kind }) => isKnownKind(String(kind.type)) && isRemovable(kind));
    const refused = copied.filter((element) => !elements.includes(element)).map(({ kind }) => String(kind.type));
    return { elements, refused: [...new Set(refused)] };
  } catch {
    return null;
  }
}

/**
 * @param {SceneElement[]} elements
 * @returns {string | null} what a text program would like to have of them
 */
export function wordsOf(elements) {
  const words = elements.map(({ kind }) => textOf(kind));
  return words.includes(null) ? null : words.join("\n");
}
