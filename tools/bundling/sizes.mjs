/** Sizes of the bundle: each file, whether it is there before the page starts, and what it is made of by folder. */

import { dirname } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

/** @import {PageBundle} from "./pages.mjs" */

const MOST_FOLDERS = 40;

/**
 * @param {readonly PageBundle[]} bundles
 * @returns {string} a table: bytes as they are, with gzip and with brotli
 */
export function sizes(bundles) {
  return bundles.map(tableOf).join("\n\n");
}

/** @param {PageBundle} bundle */
function tableOf({ files, modules }) {
  const lines = ["   bytes    gzip  brotli  file"];
  for (const [name, content] of files) {
    if (name.endsWith(".map")) continue;
    const chunk = modules.chunks.get(name);
    const when = chunk ? (chunk.isLazy ? " (when it is wanted)" : " (before the page starts)") : "";
    const numbers = [content.length, gzipSync(content, { level: 9 }).length, brotliCompressSync(content).length];
    lines.push(`${numbers.map((number) => String(number).padStart(8)).join("")}  ${name}${when}`);
    for (const [folder, size] of folders(chunk?.modules ?? {})) lines.push(`${String(size).padStart(8)}${" ".repeat(20)}${folder}`);
  }
  return lines.join("\n");
}

/**
 * @param {{[path: string]: number}} modules
 * @returns {[string, number][]} the largest folders, before they are minified and compressed
 */
function folders(modules) {
  /** @type {Map<string, number>} */
  const found = new Map();
  for (const [path, size] of Object.entries(modules)) {
    const folder = `${dirname(path)}/`;
    found.set(folder, (found.get(folder) ?? 0) + size);
  }
  return [...found].filter(([, size]) => size > 0).sort(([, a], [, b]) => b - a).slice(0, MOST_FOLDERS);
}
