/**
 * Content codings (RFC 9110 section 8.4.1) of texts, made beforehand. Each is named by the hash of the text that it holds,
 * so that one of an older text is never served, and whether it is right does not depend on who compressed it.
 */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, brotliDecompressSync, constants, gunzipSync, gzipSync } from "node:zlib";

/** Folder in the bundle's. */
const FOLDER = "codings/";
const TEXT = /\.(?:html|js|css)$/;
/** What is shorter fits into one packet as it is. */
const LEAST_BYTES = 1024;
/** Texts that the site serves beside the bundle. */
const BESIDE = [
  "icons.svg",
  "vendor/chart.js/chart.umd.min.js",
  "vendor/model-viewer/model-viewer.min.js",
  "vendor/papaparse/papaparse.min.js",
  "vendor/uplot/uPlot.iife.min.js",
  "vendor/uplot/uPlot.min.css",
];

/** @type {{[ending: string]: {compress: (text: Buffer) => Buffer, decompress: (coded: Buffer) => Buffer}}} */
const CODINGS = {
  br: {
    compress: (text) => brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: text.length } }),
    decompress: brotliDecompressSync,
  },
  gz: { compress: (text) => gzipSync(text, { level: 9 }), decompress: gunzipSync },
};

/**
 * @param {string} web folder of the site
 * @param {Map<string, Buffer>} files of the bundle
 * @param {readonly string[]} [beside] paths of further texts in the site
 * @returns {Map<string, Buffer>} the texts that are to be there in each coding, by path in the bundle
 */
export function codedTexts(web, files, beside = BESIDE) {
  const texts = [...files].filter(([name, text]) => TEXT.test(name) && text.length >= LEAST_BYTES).map(([, text]) => text);
  texts.push(...beside.map((path) => readFileSync(join(web, path))));
  return new Map(texts.flatMap((text) => Object.keys(CODINGS).map((ending) => [`${FOLDER}${hashOf(text)}.${ending}`, text])));
}

/**
 * @param {string} path
 * @param {Buffer} text
 * @returns {Buffer}
 */
export function coded(path, text) {
  return codingOf(path).compress(text);
}

/**
 * @param {string} path in the bundle
 * @param {Buffer} content of that file
 * @param {Buffer} text
 * @returns {boolean} the file holds the text
 */
export function holds(path, content, text) {
  try {
    return codingOf(path).decompress(content).equals(text);
  } catch {
    return false; // it is no such file
  }
}

/** @param {string} path */
function codingOf(path) {
  const found = CODINGS[path.replace(/.*\./, "")];
  if (!found) throw new Error(`${path} is in no coding`);
  return found;
}

/**
 * @param {Buffer} text
 * @returns {string} by which the server knows it too (`http/codings.py`)
 */
function hashOf(text) {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}
