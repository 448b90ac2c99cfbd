/**
 * Bundles the page into web/bundle/, which is what the server serves (docs/adr/0033).
 *
 * `node tools/bundle.mjs` writes it; with `--check` it only says whether it is stale, and exits 1; with `--sizes` it says
 * what is in each file, by folder, and how much of it goes over the line.
 */

import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
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
const present = new Map(namesIn(OUT).map((name) => [name, readFileSync(join(OUT, name))]));
const isStale = files.size !== present.size || [...files].some(([name, content]) => !present.get(name)?.equals(content));
if (process.argv.includes("--check")) {
  if (isStale) console.log("stale: web/bundle; run `make generate`");
  process.exit(isStale ? 1 : 0);
}
if (isStale) {
  rmSync(OUT, { recursive: true, force: true });
  for (const [name, content] of files) {
    mkdirSync(dirname(join(OUT, name)), { recursive: true });
    writeFileSync(join(OUT, name), content);
  }
  console.log(`wrote web/bundle: ${files.size} files`);
}

/** @param {string} folder */
function namesIn(folder) {
  try {
    const paths = readdirSync(folder, { recursive: true, encoding: "utf8" });
    return paths.filter((path) => statSync(join(folder, path)).isFile()).map((path) => relative(folder, join(folder, path)).replaceAll("\\", "/"));
  } catch {
    return [];
  }
}
