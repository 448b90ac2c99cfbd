/** Reader of the words in HTML of a clipboard, and writer of it, as text: nothing of it ever becomes part of a page. Pure. */

/** More of it is not looked at. */
const MOST_CHARACTERS = 4_000_000;
/** What is not shown begins so. In all of these no part can be read in two ways, so that nothing makes them slow. */
const HIDDEN = /<!--|<(head|style|script|title|template|noscript)\b/gi;
const IMAGE = /<img\b[^<>]*>/i;
const SOURCE = /<img\b[^<>]*?\ssrc\s*=\s*(?:"([^"]*)"|'([^']*)')/i;
const BLOCK_END = /<\/(?:p|div|li|tr|h[1-6]|blockquote|pre|table|ul|ol|dt|dd)\s*>|<br\b[^<>]*>/gi;
/** @type {Record<string, string>} */
const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0" };
const LAST_CODE_POINT = 0x10ffff;

/**
 * The words of a piece of HTML, a line for each paragraph, item and row; cells are parted by tabs.
 *
 * @param {string} html
 * @returns {string}
 */
export function wordsOfHtml(html) {
  const lines = shownPart(html.slice(0, MOST_CHARACTERS))
    .replace(/[\t\r\n ]+/g, " ")
    .replace(/<\/t[dh] ?> ?<t[dh]\b[^<>]*>/gi, "\t")
    .replace(/<li\b[^<>]*>/gi, "• ")
    .replace(BLOCK_END, "\n")
    .replace(/<[^<>]*>/g, "");
  return unescaped(lines).split("\n").map((line) => line.replace(/^ +| +$/g, "")).join("\n").replace(/\n{3,}/g, "\n\n").replace(/^\n+|\n+$/g, "");
}

/**
 * The address of the picture that is all there is in a piece of HTML, as browsers copy pictures.
 *
 * @param {string} html
 * @returns {string | null} `null`: there are words, or no picture
 */
export function pictureOfHtml(html) {
  if (!IMAGE.test(html) || wordsOfHtml(html).trim() !== "") return null;
  const [, double, single] = SOURCE.exec(html) ?? [];
  return unescaped(double ?? single ?? "");
}

/**
 * @param {string} html
 * @returns {string} without comments, scripts and such; one that does not end goes to the end, as in browsers
 */
function shownPart(html) {
  let shown = "";
  for (let at = 0; ; ) {
    HIDDEN.lastIndex = at;
    const begin = HIDDEN.exec(html);
    if (!begin) return shown + html.slice(at);
    shown += html.slice(at, begin.index);
    const end = begin[1] ? new RegExp(`</${begin[1]}\\s*>`, "gi") : /-->/g;
    end.lastIndex = HIDDEN.lastIndex;
    if (!end.test(html)) return shown;
    at = end.lastIndex;
  }
}

/**
 * @param {string} words
 * @returns {string} as they are written in HTML, in a text or an attribute
 */
export function escaped(words) {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/**
 * @param {string} html
 * @returns {string}
 */
function unescaped(html) {
  return html.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]+));/gi, (whole, decimal, hexadecimal, name) => {
    if (name) return Object.hasOwn(ENTITIES, name) ? ENTITIES[name] ?? whole : whole;
    const code = decimal ? Number(decimal) : Number.parseInt(hexadecimal, 16);
    return code > 0 && code <= LAST_CODE_POINT ? String.fromCodePoint(code) : "\ufffd";
  });
}
