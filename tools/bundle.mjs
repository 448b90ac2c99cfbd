/**
 * Bundles the page into web/bundle/, which is what the server serves: a few files with the hash of their content in
 * their names, in place of some hundred modules. Names stay as they are written, so that what runs can be read.
 *
 * `node tools/bundle.mjs` writes it; with `--check` it only says whether it is stale, and exits 1.
 */

import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const WEB = fileURLToPath(new URL("../web", import.meta.url));
const OUT = join(WEB, "bundle");
/** The documents, one folder below the site each, and the module with which each starts. */
const PAGES = [
  { name: "main", document: "index.html", script: "main.js" },
  { name: "doctor", document: "doctor/index.html", script: "doctor/doctor.js" },
];
const COMMON = /** @type {const} */ ({
  bundle: true,
  write: false,
  metafile: true,
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: "none",
  target: "es2022",
  logLevel: "warning",
  absWorkingDir: WEB,
  outdir: OUT,
  loader: { ".woff2": "file" },
  assetNames: "[name]-[hash]",
});
const STYLESHEET = /^ *<link rel="stylesheet" href="\.\.\/([^"]+)">\n/gm;

/** @returns {Promise<Map<string, Buffer>>} what the folder has to hold, by name */
async function bundled() {
  /** @type {Map<string, Buffer>} */
  const files = new Map();
  const scripts = await build({
    ...COMMON,
    entryPoints: Object.fromEntries(PAGES.map(({ name, script }) => [name, join(WEB, script)])),
    format: "esm",
    splitting: true,
    entryNames: "[name]-[hash]",
    chunkNames: "shared-[hash]",
  });
  for (const { path, contents } of scripts.outputFiles) files.set(basename(path), Buffer.from(contents));
  for (const page of PAGES) {
    const source = readFileSync(join(WEB, page.document), "utf8");
    const sheets = [...source.matchAll(STYLESHEET)].map(([, href]) => `@import "./${href}";`);
    const style = await build({
      ...COMMON,
      stdin: { contents: sheets.join("\n"), resolveDir: WEB, loader: "css" },
    });
    const css = style.outputFiles.find(({ path }) => path.endsWith(".css"))?.text ?? "";
    for (const { path, contents } of style.outputFiles) {
      if (!path.endsWith(".css")) files.set(basename(path), Buffer.from(contents));
    }
    const styleName = `${page.name}-${createHash("sha256").update(css).digest("base64url").slice(0, 8)}.css`;
    files.set(styleName, Buffer.from(css));
    files.set(`${page.name}.html`, Buffer.from(documentOf(source, page, scripts.metafile, styleName)));
  }
  return files;
}

/**
 * The document with the bundled files in the place of the modules and style sheets.
 *
 * @param {string} source
 * @param {typeof PAGES[number]} page
 * @param {import("esbuild").Metafile} metafile
 * @param {string} styleName
 * @returns {string}
 */
function documentOf(source, { script }, metafile, styleName) {
  const entry = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === script);
  if (!entry) throw new Error(`${script} was not bundled`);
  const [path, { imports }] = entry;
  const preloads = imports
    .filter(({ kind }) => kind === "import-statement")
    .map((one) => `    <link rel="modulepreload" href="../bundle/${basename(one.path)}">\n`);
  const style = `    <link rel="stylesheet" href="../bundle/${styleName}">\n`;
  const tag = `<script type="module" src="../${script}"></script>`;
  if (!source.includes(tag)) throw new Error(`there is no ${tag}`);
  return source
    .replaceAll(STYLESHEET, "")
    .replace(new RegExp(` *${tag}\n`), `${style}${preloads.join("")}    <script type="module" src="../bundle/${basename(path)}"></script>\n`);
}

const files = await bundled();
const present = new Map(readdirSafely(OUT).map((name) => [name, readFileSync(join(OUT, name))]));
const isStale = files.size !== present.size || [...files].some(([name, content]) => !present.get(name)?.equals(content));
if (process.argv.includes("--check")) {
  if (isStale) console.log("stale: web/bundle; run `make generate`");
  process.exit(isStale ? 1 : 0);
}
if (isStale) {
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT);
  for (const [name, content] of files) writeFileSync(join(OUT, name), content);
  console.log(`wrote web/bundle: ${[...files].map(([name, content]) => `${name} ${Math.ceil(content.length / 1024)} KiB`).join(", ")}`);
}

/** @param {string} folder */
function readdirSafely(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
