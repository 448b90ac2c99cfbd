/**
 * The choice among the forms in which a clipboard, or what is dropped, has the same thing. Text wins where there is text: a
 * spreadsheet and a word processor give a picture of it, too. Pure.
 */

import { tidied } from "../lib/unicode.js";
import { isCopied, ownOfHtml } from "./copied.js";
import { pictureOfHtml, wordsOfHtml } from "./html.js";

/**
 * @typedef {object} Forms
 * @property {string} text `text/plain`
 * @property {string} html `text/html`
 * @property {string} uris `text/uri-list`
 * @property {string} own elements of a canvas, as JSON
 * @property {readonly string[]} types all there are
 * @property {readonly File[]} files
 */

/**
 * What is taken. `picture`: what the same thing looks like, for who wanted that.
 *
 * @typedef {{take: "elements", json: string}
 *   | {take: "files", files: readonly File[]}
 *   | {take: "words", words: string, picture: File | null}
 *   | {take: "nothing", why: Missing}} Choice
 */

/** Why nothing is. @typedef {{reason: "empty" | "rich" | "words" | "reference"} | {reason: "canvas", program: string}} Missing */

/** How other programs mark their drawings. @type {[string, RegExp, "text" | "html"][]} */
const PROGRAMS = [
  ["Excalidraw", /^\s*\{\s*"type"\s*:\s*"excalidraw/, "text"],
  ["tldraw", /^\s*\{\s*"type"\s*:\s*"application\/tldraw/, "text"],
  ["tldraw", /^\s*\{\s*"type"\s*:\s*"tldr\//, "text"],
  ["tldraw", /<div\s+data-tldraw\b|<tldraw>|"type":"tldr\//, "html"],
  ["draw.io", /^\s*(?:%3CmxGraphModel|<mxGraphModel|<mxfile)/, "text"],
  ["Figma", /\(fig(?:meta|ma)\)/, "html"],
  ["Miro", /\(miro-data-v1\)/, "html"],
];
const RICH = /^(?:text\/rtf|application\/rtf|text\/richtext|com\.apple\.webarchive)$/;
const ADDRESS = /^[a-z][a-z\d+.-]*:\S+$/i;

/**
 * @param {Forms} forms
 * @param {{plain?: boolean}} [how] `plain`: words are wanted, and nothing else
 * @returns {Choice}
 */
export function chosen(forms, { plain = false } = {}) {
  const text = tidied(forms.text);
  if (plain) return wordsOr(text || tidied(wordsOfHtml(forms.html)), "words");
  const own = forms.own || ownOfHtml(forms.html) || (isCopied(forms.text) ? forms.text : "");
  if (own) return { take: "elements", json: own };
  return forms.files.length > 0 ? withFiles(forms, text) : withoutFiles(forms, text);
}

/**
 * @param {Forms} forms
 * @param {string} text
 * @returns {Choice}
 */
function withFiles({ files, html, ...forms }, text) {
  const words = text || tidied(wordsOfHtml(html));
  const [first, ...more] = files;
  // What else a program gives besides words is one picture of them.
  const isRendering = first && more.length === 0 && /^image\//.test(first.type);
  const isOfFiles = words === "" || pictureOfHtml(html) !== null || programOf({ files, html, ...forms }) !== null || namesOnly(words, files);
  return !isRendering || isOfFiles ? { take: "files", files } : { take: "words", words, picture: first };
}

/**
 * @param {Forms} forms
 * @param {string} text
 * @returns {Choice}
 */
function withoutFiles(forms, text) {
  const program = programOf(forms);
  if (program) return { take: "nothing", why: { reason: "canvas", program } };
  const picture = pictureOfHtml(forms.html);
  if (picture && /^(?:https?|data):/i.test(picture) && (text === "" || ADDRESS.test(text))) return wordsOr(tidied(picture), "empty");
  const uris = urisOf(forms.uris);
  if (uris.length > 0 && uris.every((uri) => /^file:/i.test(uri))) return { take: "nothing", why: { reason: "reference" } };
  const isRich = forms.types.some((type) => RICH.test(type));
  return wordsOr(text || tidied(wordsOfHtml(forms.html)) || uris.join("\n"), isRich ? "rich" : "empty");
}

/**
 * @param {string} words
 * @param {"words" | "empty" | "rich"} reason where there are none
 * @returns {Choice}
 */
function wordsOr(words, reason) {
  return words ? { take: "words", words, picture: null } : { take: "nothing", why: { reason } };
}

/**
 * @param {Forms} forms
 * @returns {string | null} the program whose drawing this is; `null`: none, or its words are there, too
 */
function programOf(forms) {
  const found = PROGRAMS.find(([, mark, form]) => mark.test(forms[form]));
  if (!found) return null;
  const [program, , form] = found;
  return form === "html" && forms.text.trim() !== "" ? null : program;
}

/**
 * Whether a text is but the names or addresses of files, as file managers give them.
 *
 * @param {string} text
 * @param {readonly File[]} files
 */
function namesOnly(text, files) {
  const names = new Set(files.flatMap(({ name }) => [name, name.replace(/\.[^.]+$/, "")]).map((name) => name.normalize()));
  const lines = text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  // Some say first what is to become of them.
  const listed = /^(?:x-special\/\S+|copy|cut)$/.test(lines[0] ?? "") ? lines.filter((line) => /^file:/i.test(line)) : lines;
  return listed.every((line) => names.has(nameIn(line)));
}

/** @param {string} line @returns {string} the name of the file in it */
function nameIn(line) {
  const path = line.replace(/^["']|["']$/g, "");
  if (!/^file:/i.test(path)) return (path.split(/[\\/]/).at(-1) ?? "").normalize();
  try {
    return decodeURIComponent(path.split("/").at(-1) ?? "").normalize();
  } catch {
    return "";
  }
}

/** @param {string} list as RFC 2483 has it @returns {string[]} */
function urisOf(list) {
  return list.split(/\r\n?|\n/).map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
}
