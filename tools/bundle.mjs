/**
 * Bundles the page into web/bundle/, which is what the server serves (docs/adr/0033).
 *
 * `node tools/bundle.mjs` writes it; with `--check` it only says whether it is stale, and exits 1; with `--sizes` it says
 * what is in each file, by folder, and how much of it goes over the line.
 */

import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { coded, codedTexts, holds } from "./bundling/codings.mjs";
import { bundledPage, PAGES } from "./bundling/pages.mjs";
import { sizes } from "./bundling/sizes.mjs";

const WEB = fileURLToPath(new URL("../web", import.meta.url));
const OUT = join(WEB, "bundle");

const bundles = await Promise.all(PAGES.map((page) => bundledPage(WEB, page)));
if (process.argv.includes("--sizes")) {
  console.log(sizes(bundles));
  process.exit(0);
}
const files = new Map(bundles.flatMap((bundle) => [...bundle.files]));
const texts = codedTexts(WEB, files);
const present = new Map(pathsIn(OUT).map((path) => [path, readFileSync(join(OUT, path))]));
const stale = [...files.keys()].filter((path) => !files.get(path)?.equals(present.get(path) ?? Buffer.of()));
const uncoded = [...texts].filter(([path, text]) => !holds(path, present.get(path) ?? Buffer.of(), text));
const unwanted = [...present.keys()].filter((path) => !files.has(path) && !texts.has(path));
const isStale = stale.length + uncoded.length + unwanted.length > 0;
if (process.argv.includes("--check")) {
  if (isStale) console.log("stale: web/bundle; run `make generate`");
  process.exit(isStale ? 1 : 0);
}
for (const path of unwanted) rmSync(join(OUT, path));
for (const path of stale) write(path, files.get(path) ?? Buffer.of());
for (const [path, text] of uncoded) write(path, coded(path, text));
if (isStale) console.log(`wrote web/bundle: ${files.size + texts.size} files`);

/**
 * @param {string} path
 * @param {Buffer} content
 */
function write(path, content) {
  mkdirSync(dirname(join(OUT, path)), { recursive: true });
  writeFileSync(join(OUT, path), content);
}

/** @param {string} folder */
function pathsIn(folder) {
  mkdirSync(folder, { recursive: true });
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return paths.filter((path) => statSync(join(folder, path)).isFile()).map((path) => path.replaceAll("\\", "/"));
}
