/** The site may lie below a path of its host: nothing in the page knows where, but one module. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { pathInSite, sitePath, storageKey } from "../../web/lib/site.js";

const WEB = new URL("../../web/", import.meta.url);
const OWN = /^(vendor|bundle)\//;
/** Words that are addresses of this server, if they begin a string: its folders, files and routes. */
const NAMES = [...readdirSync(WEB), "s", "api", "ws", "health", "metrics", "authority.pem", "mcp"];
const LITERAL = new RegExp(`["'\`(=]/(?:${NAMES.map((name) => name.replace(".", "\\.")).join("|")})(?=[/"'\`)#?\\s>$]|$)`, "gm");

/** @param {string} name */
const textOf = (name) => readFileSync(new URL(name, WEB), "utf8").replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
const sources = readdirSync(WEB, { recursive: true, encoding: "utf8" }).filter((name) => /\.(js|css|html|svg)$/.test(name) && !OWN.test(name));

// report: running | Hosting below a path of a host: https://host/canvas/ | every address in the page's sources |
// report: none begins at the root of the host: all are made by one module, or relative
test("no address in the page begins at the root of the host", () => {
  assert.ok(sources.length > 150);
  assert.deepEqual(`fetch("/api/scene"), <a href="/doctor/">, url(/icons.svg), \`/s/\${id}\``.match(LITERAL)?.length, 4, "the check sees them");
  const strays = sources.flatMap((name) => (textOf(name).match(LITERAL) ?? []).map((found) => `${name}: ${found}`));
  assert.deepEqual(strays, []);
});

test("documents name their parts relative to themselves, one folder below the site", () => {
  for (const name of sources.filter((name) => name.endsWith("/index.html") || name === "index.html")) {
    for (const [, address] of textOf(name).matchAll(/(?:href|src)="([^"#]*)/g)) {
      assert.match(address ?? "", /^(\.\.\/|$|data:)/, `${name}: ${address}`);
    }
  }
});

test("only one module asks where it was loaded from", () => {
  const asking = sources.filter((name) => textOf(name).includes("import.meta"));
  assert.deepEqual(asking.sort(), ["kinds/model/content.js", "lib/site.js"]);
});

test("outside of browsers the site begins at the root", () => {
  assert.equal(sitePath("api/scene"), "/api/scene");
  assert.equal(pathInSite("/s/room"), "s/room");
  assert.equal(storageKey("token.room"), "canvas-server.token.room");
});

// report: on | Meetings were found with a search engine, with the links to them
// | a canvas, the self-test or the page of an error, read by a crawler
// | every page asks not to be listed
test("no page is listed by search engines", () => {
  const pages = sources.filter((name) => name.endsWith(".html"));
  assert.ok(pages.length >= 5);
  for (const name of pages) assert.match(textOf(name), /<meta name="robots" content="noindex">/, name);
});
