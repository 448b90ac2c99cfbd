/** The forms of elements in a clipboard: ours, and those that other programs read. Pure. */

import { copiedWords, isKnownKind, isRemovable, pictureIn } from "../kinds/kinds.js";
import { encoded } from "../lib/unicode.js";
import { escaped } from "./html.js";

/** @import {Element as SceneElement} from "../types/messages.js" */

/** How our elements begin where an earlier page wrote them as plain text. */
const MARK = '{"canvas-server/elements":';
/** Where they are in HTML, which every browser hands on as it is: types of our own only some do. */
const ATTRIBUTE = "data-canvas-server-elements";
const IN_HTML = new RegExp(`\\s${ATTRIBUTE}="([A-Za-z0-9+/=]+)"`);
const MOST_ELEMENTS = 1_000;

/**
 * @param {SceneElement[]} elements
 * @returns {string} JSON
 */
export function encodeCopied(elements) {
  return `${MARK}${encoded(elements)}}`;
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
 * @returns {string} what a text program would like to have of them; may be empty
 */
export function wordsOf(elements) {
  return elements.map(({ kind }) => copiedWords(kind)).filter((words) => words !== "").join("\n");
}

/**
 * @param {SceneElement[]} elements
 * @returns {string} HTML: what another program shows of them, and they themselves
 */
export function htmlOf(elements) {
  const own = base64(encodeCopied(elements));
  return `<div ${ATTRIBUTE}="${own}">${elements.map(shownInHtml).join("")}</div>`;
}

/**
 * @param {string} html
 * @returns {string} the JSON of the elements in it; empty where there are none
 */
export function ownOfHtml(html) {
  const [, own] = IN_HTML.exec(html) ?? [];
  if (!own) return "";
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(own), (byte) => byte.charCodeAt(0)));
  } catch {
    return "";
  }
}

/** @param {SceneElement} element */
function shownInHtml({ kind }) {
  const words = copiedWords(kind);
  const picture = pictureIn(kind);
  if (picture !== null) return `<img src="${escaped(picture)}" alt="${escaped(words)}">`;
  if (!words.includes("\t")) return words && `<p>${escaped(words).replaceAll("\n", "<br>")}</p>`;
  const rows = words.split("\n").map((row) => `<tr>${row.split("\t").map((cell) => `<td>${escaped(cell)}</td>`).join("")}</tr>`);
  return `<table>${rows.join("")}</table>`;
}

/** @param {string} text */
function base64(text) {
  let bytes = "";
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte);
  return btoa(bytes);
}
