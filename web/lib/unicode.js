/** Texts as the server takes them: whole code points, written as UTF-8 (RFC 8259 section 8). Pure. */

/** As `JSON.stringify` writes unpaired surrogates, or as a person writes a backslash. */
const PERHAPS_UNPAIRED = /\\ud[89a-f]/;
const encoder = new TextEncoder();
/** In UTF-16 code units. */
const LONGEST_CLUSTER = 64;
/** @type {Intl.Segmenter | undefined} */
let segmenter;

/**
 * A text in which each unpaired surrogate is replaced by U+FFFD, so that it can be written as UTF-8
 * (`String.prototype.toWellFormed` of ECMA-262).
 *
 * @param {string} text
 * @returns {string}
 */
export function wellFormed(text) {
  return text.replace(/\p{Surrogate}/gu, "\ufffd");
}

/**
 * Words as an element takes them: with one kind of line ends, whole code points, and without control characters.
 *
 * @param {string} words
 * @returns {string}
 */
export function tidied(words) {
  return wellFormed(words)
    .replace(/^\ufeff/, "")
    .replace(/\r\n?|[\u0085\u2028\u2029\v\f]/g, "\n")
    .replace(/[^\P{Cc}\t\n]/gu, "")
    .replace(/^\n+/, "")
    .trimEnd();
}

/**
 * The beginning of a text, cut between what people see as characters (grapheme clusters, UAX #29); limits count code points.
 *
 * @param {string} text
 * @param {number} most
 * @returns {string}
 */
export function firstOf(text, most) {
  const near = text.slice(0, 2 * most);
  if (near.length <= most) return near;
  const cut = [...near].slice(0, most).join("");
  // One that goes on and on is cut all the same.
  return cut.slice(0, clusters(text.slice(0, cut.length + LONGEST_CLUSTER)).containing(cut.length)?.index || undefined);
}

/**
 * @param {string} text
 * @returns {string} its first character as people see it; empty where there is none
 */
export function firstCharacter(text) {
  const [first] = clusters(text.slice(0, LONGEST_CLUSTER));
  return first?.segment ?? "";
}

/** @param {string} text @returns {Intl.Segments} */
function clusters(text) {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });
  return segmenter.segment(text);
}

/**
 * How long a text is for the server: in code points.
 *
 * @param {string} text
 * @returns {number}
 */
export function lengthOf(text) {
  let length = text.length;
  for (let place = 1; place < text.length; place++) {
    if (isLow(text.charCodeAt(place)) && isHigh(text.charCodeAt(place - 1))) length -= 1;
  }
  return length;
}

/** @param {number} unit */
function isHigh(unit) {
  return unit >= 0xd800 && unit <= 0xdbff;
}

/** @param {number} unit */
function isLow(unit) {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/**
 * A value as JSON that can be written as UTF-8.
 *
 * @param {unknown} value
 * @returns {string}
 */
export function encoded(value) {
  const text = JSON.stringify(value);
  return PERHAPS_UNPAIRED.test(text) ? JSON.stringify(mended(value)) : text;
}

/**
 * A value whose texts are well-formed; the same one if they are.
 *
 * @template T
 * @param {T} value
 * @returns {T}
 */
export function sendable(value) {
  return PERHAPS_UNPAIRED.test(JSON.stringify(value)) ? /** @type {T} */ (mended(value)) : value;
}

/**
 * @param {unknown} value
 * @returns {unknown}
 */
function mended(value) {
  if (typeof value === "string") return wellFormed(value);
  if (Array.isArray(value)) return value.map(mended);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [wellFormed(name), mended(inner)]));
}

/**
 * @param {string} text
 * @returns {number} bytes of UTF-8
 */
export function bytesOf(text) {
  return encoder.encode(text).length;
}
