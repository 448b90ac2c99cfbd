/**
 * Bundles the documents of the site into files whose names have a hash of their content. Each document has its classic
 * script and the style sheets of its head within itself, so that it connects and is drawn without another round trip; the
 * style sheets of its body come in one file, its modules in one, and in chunks that are loaded when they are wanted.
 */

import { build } from "esbuild";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { bundledModules, bundledScript } from "./modules.mjs";

/** @import {ModuleBundle} from "./modules.mjs" */

/**
 * @typedef {object} Page
 * @property {string} name of the document in the bundle, without its ending
 * @property {string} document its path in the site; it is served one folder below the site, as the bundle lies
 * @property {string} script the module with which it starts
 */

/** @type {readonly Page[]} */
export const PAGES = [
  { name: "main", document: "index.html", script: "main.js" },
  { name: "doctor", document: "doctor/index.html", script: "doctor/doctor.js" },
];

const STYLESHEET = /^ *<link rel="stylesheet" href="\.\.\/([^"]+)">\n/gm;
const CLASSIC = /<script src="\.\.\/([^"]+)"><\/script>/g;

/**
 * @typedef {object} PageBundle
 * @property {Map<string, Buffer>} files by name in the bundle's folder
 * @property {ModuleBundle} modules
 */

/**
 * @param {string} web folder of the site
 * @param {Page} page
 * @returns {Promise<PageBundle>}
 */
export async function bundledPage(web, page) {
  const modules = await bundledModules(web, page.script);
  const source = readFileSync(join(web, page.document), "utf8");
  const [head = "", body = ""] = source.split(/(?=<\/head>)/);
  const early = await bundledStyle(web, head);
  const late = await bundledStyle(web, body);
  const sheet = `${page.name}-${createHash("sha256").update(late.css).digest("hex").slice(0, 8)}.css`;
  const document = withHead(head, page, modules, early.css) + withLateStyle(body, late.css && sheet);
  const scripts = new Map();
  for (const [, path = ""] of source.matchAll(CLASSIC)) scripts.set(path, await bundledScript(web, path));
  const whole = document.replaceAll(CLASSIC, (_, path) => `<script>${scripts.get(path)}</script>`);
  const files = new Map([...early.assets, ...late.assets, [`${page.name}.html`, Buffer.from(whole)]]);
  if (late.css) files.set(sheet, Buffer.from(late.css));
  for (const [name, { code, map }] of modules.chunks) {
    files.set(name, Buffer.from(map ? `${code.trimEnd()}\n//# sourceMappingURL=${name}.map\n` : code));
    if (map) files.set(`${name}.map`, Buffer.from(map));
  }
  return { files, modules };
}

/**
 * @param {string} web
 * @param {string} part of a document
 * @returns {Promise<{css: string, assets: [string, Buffer][]}>} all style sheets of that part
 */
async function bundledStyle(web, part) {
  const sheets = [...part.matchAll(STYLESHEET)].map(([, path]) => path);
  const { outputFiles } = await build({
    stdin: { contents: sheets.map((path) => `@import "./${path}";`).join("\n"), resolveDir: web, loader: "css" },
    bundle: true,
    write: false,
    minify: true,
    legalComments: "none",
    target: "es2022",
    logLevel: "warning",
    absWorkingDir: web,
    outdir: web,
    publicPath: "../bundle/",
    loader: { ".woff2": "file" },
    assetNames: "[name]-[hash]",
  });
  const isSheet = /** @param {{path: string}} file */ ({ path }) => path.endsWith(".css");
  return {
    css: outputFiles.find(isSheet)?.text.trim() ?? "",
    assets: outputFiles.filter((file) => !isSheet(file)).map(({ path, contents }) => [basename(path), Buffer.from(contents)]),
  };
}

/**
 * The head of a document with its style sheets in it, and the bundled modules in the place of those that are written.
 *
 * @param {string} head
 * @param {Page} page
 * @param {ModuleBundle} modules
 * @param {string} css
 * @returns {string}
 */
function withHead(head, { script, document }, { entry, preloads }, css) {
  const tag = `    <script type="module" src="../${script}"></script>\n`;
  if (!head.includes(tag)) throw new Error(`${document} does not load ${script}`);
  const hints = preloads.map((name) => `    <link rel="modulepreload" href="../bundle/${name}">\n`).join("");
  const style = css ? `    <style>${css}</style>\n` : "";
  return head
    .replaceAll(STYLESHEET, "")
    .replace(tag, () => `    <script type="module" src="../bundle/${entry}"></script>\n${hints}${style}`);
}

/**
 * @param {string} body of a document, whose style sheets are for what is not in it from the start
 * @param {string} sheet name of the file that they were bundled to; may be empty
 * @returns {string}
 */
function withLateStyle(body, sheet) {
  const link = sheet && `    <link rel="stylesheet" href="../bundle/${sheet}">\n`;
  return body.replaceAll(STYLESHEET, "").replace("  </body>", () => `${link}  </body>`);
}
