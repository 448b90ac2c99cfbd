import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { SourceMap } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { gzipSync } from "node:zlib";
import { coded, codedTexts, holds } from "../../tools/bundling/codings.mjs";
import { bundledPage } from "../../tools/bundling/pages.mjs";

const SITE = {
  "index.html": `<head>
    <link rel="stylesheet" href="../one.css">
    <link rel="stylesheet" href="../parts/two.css">
    <script src="../boot.js"></script>
    <script type="module" src="../main.js"></script>
</head>
  <body>
    <link rel="stylesheet" href="../parts/late.css">
  </body>
`,
  "one.css": "a { color: red; }",
  "parts/two.css": "b { color: blue; }",
  "parts/late.css": "i { color: green; }",
  "boot.js": "const kept = 1; window.early = kept + 1;",
  "main.js": 'import { shared } from "./shared.js"; shared(); const later = () => import("./parts/later.js"); const other = () => import("./parts/other.js"); later(); other();',
  "shared.js": 'export const shared = () => console.log("shared");',
  "parts/later.js": 'import { shared } from "../shared.js"; shared(); export const later = 1;',
  "parts/other.js": 'import { shared } from "../shared.js"; shared(); export const other = 2;',
};
const PAGE = { name: "main", document: "index.html", script: "main.js" };
const web = mkdtempSync(join(tmpdir(), "site-"));
after(() => rmSync(web, { recursive: true }));
for (const [path, content] of Object.entries(SITE)) {
  mkdirSync(dirname(join(web, path)), { recursive: true });
  writeFileSync(join(web, path), content);
}
const { files, modules } = await bundledPage(web, PAGE);
const document = String(files.get("main.html"));

test("a document has its style and its classic script within itself", () => {
  assert.match(document, /<style>a\{color:red\}b\{color:#00f\}<\/style>/);
  const [, script = ""] = document.match(/<script>(.*?)<\/script>/s) ?? [];
  const window = { early: 0 };
  new Function("window", script)(window);
  assert.equal(window.early, 2);
  assert.doesNotMatch(script, /^(var|let|const) /m, "its names are its own");
  assert.doesNotMatch(document, /\.\.\/(one|boot|parts)/);
});

test("style sheets at the end of a document come in a file of their own", () => {
  const [, sheet = ""] = document.match(/<link rel="stylesheet" href="\.\.\/bundle\/(main-[0-9a-f]{8}\.css)">\s*<\/body>/) ?? [];
  assert.equal(String(files.get(sheet)), "i{color:green}");
});

test("a page starts with one file, and what is imported later comes in files of its own", () => {
  const early = [...modules.chunks].filter(([, { isLazy }]) => !isLazy);
  assert.deepEqual(early.map(([name]) => name), [modules.entry]);
  assert.deepEqual(modules.preloads, []);
  assert.match(document, new RegExp(`<script type="module" src="../bundle/${modules.entry}"></script>`));
  const late = [...modules.chunks].filter(([, { isLazy }]) => isLazy).map(([name]) => name.replace(/-.*/, ""));
  assert.deepEqual(late.sort(), ["later", "other"]);
});

test("source maps lead to the files as they are written", () => {
  const map = JSON.parse(String(files.get(`${modules.entry}.map`)));
  assert.deepEqual([...map.sources].sort(), ["../main.js", "../shared.js"]);
  assert.equal(map.sourcesContent, undefined);
  const lines = String(files.get(modules.entry)).split("\n");
  const line = lines.findIndex((each) => each.includes("console.log"));
  const found = new SourceMap(map).findEntry(line, lines[line]?.indexOf("console.log") ?? -1);
  assert.ok("originalSource" in found);
  assert.deepEqual([found.originalSource, found.originalLine, found.originalColumn], ["../shared.js", 0, SITE["shared.js"].indexOf("console.log")]);
  assert.match(String(files.get(modules.entry)), new RegExp(`//# sourceMappingURL=${modules.entry}.map\n$`));
});

test("a text in a coding is known by what it holds, not by who compressed it", () => {
  const entry = files.get(modules.entry) ?? Buffer.of();
  const long = Buffer.from("a { color: red; }\n".repeat(100));
  const folder = mkdtempSync(join(tmpdir(), "beside-"));
  const texts = codedTexts(folder, new Map([["long.html", long], [modules.entry, entry], ["font.woff2", long]]), []);
  rmSync(folder, { recursive: true });
  const hash = createHash("sha256").update(long).digest("hex").slice(0, 32);
  assert.deepEqual([...texts.keys()], [`codings/${hash}.br`, `codings/${hash}.gz`], "a short one is not worth it");
  for (const [path, text] of texts) {
    assert.ok(coded(path, text).length < long.length / 10);
    assert.ok(holds(path, coded(path, text), long));
    assert.ok(!holds(path, coded(path, Buffer.from("another")), long));
    assert.ok(!holds(path, Buffer.of(), long));
  }
  assert.ok(holds("x.gz", gzipSync(long, { level: 1 }), long));
});
