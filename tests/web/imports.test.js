/** Modules of the page import one way: rooms below know nothing of those above, and no module leads back to itself. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

const WEB = new URL("../../web/", import.meta.url);
const IMPORT = /^(?:import|export)\s[^;]*?from\s+"(\.[^"]+)"|^import\s+"(\.[^"]+)"|\bimport\("(\.[^"]+)"\)/gm;

/** What the modules of a room may import, beside their own room. */
const ROOMS = {
  lib: [],
  scene: ["lib", "types"],
  ui: ["lib", "text"],
  kinds: ["lib", "people", "scene", "text", "types", "ui"],
  canvas: ["kinds", "lib", "scene", "text", "types", "ui"],
  tools: ["canvas", "kinds", "lib", "scene", "text", "types", "ui"],
  chat: ["lib", "scene", "types", "ui"],
  panels: ["app", "chat", "kinds", "lib", "monitor", "scene", "security", "text", "types", "ui"],
};

/** Imports of each module, types not counted. @type {Map<string, string[]>} */
const imports = new Map(
  readdirSync(WEB, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".js") && !/^(vendor|example|bundle)\//.test(name))
    .map((name) => [name, importsOf(name)]),
);

/** @param {string} name */
function importsOf(name) {
  const found = readFileSync(new URL(name, WEB), "utf8").replace(/\/\*[\s\S]*?\*\//g, "").matchAll(IMPORT);
  const all = [...found].map(([, ...groups]) => path.posix.join(path.posix.dirname(name), groups.find(Boolean) ?? ""));
  return all.filter((one) => !one.startsWith("vendor/"));
}

/** @param {string} name */
const roomOf = (name) => name.split("/")[0] ?? "";

test("imports: the check reads them", () => {
  assert.ok(imports.size > 100);
  assert.ok(imports.get("kinds/kinds.js")?.includes("kinds/text/kind.js"));
  for (const [name, found] of imports) for (const one of found) assert.ok(imports.has(one), `${name} imports ${one}`);
});

test("imports: a room knows only those below it", () => {
  const strays = [...imports].flatMap(([name, found]) => {
    const room = roomOf(name);
    if (!Object.hasOwn(ROOMS, room)) return [];
    const allowed = new Set([room, ...ROOMS[/** @type {keyof typeof ROOMS} */ (room)]]);
    return found.filter((one) => !allowed.has(roomOf(one))).map((one) => `${name} imports ${one}`);
  });
  assert.deepEqual(strays, []);
});

test("imports: no module leads back to itself", () => {
  /** @type {Set<string>} */
  const done = new Set();
  /** @param {string} name @param {string[]} way */
  const visit = (name, way) => {
    assert.ok(!way.includes(name), `${[...way, name].join(" -> ")}`);
    if (done.has(name)) return;
    for (const one of imports.get(name) ?? []) visit(one, [...way, name]);
    done.add(name);
  };
  for (const name of imports.keys()) visit(name, []);
});

test("imports: what the page starts with shows the scene and the people, and has the words for a lost connection (rules DOR6, DOR9)", () => {
  const found = new Set(["main.js"]);
  for (const name of found) for (const one of staticImportsOf(name)) found.add(one);
  for (const name of ["connection/connection.js", "canvas/view.js", "people/people.js", "calls/call.js", "text/calls.js", "app/notices.js"]) {
    assert.ok(found.has(name), name);
  }
  const late = /^(tools\/(?!selection\.js)|panels\/\w+\/(?!clear\.js)|kinds\/(makings|\w+\/(making|dialog))\.js|\w+\/dialog\.js)/;
  assert.deepEqual([...found].filter((name) => late.test(name) && name !== "ui/dialog.js"), []);
});

/** @param {string} name */
function staticImportsOf(name) {
  return importsOf(name).filter((one) => !lazyImportsOf(name).includes(one));
}

/** @param {string} name */
function lazyImportsOf(name) {
  const found = readFileSync(new URL(name, WEB), "utf8").replace(/\/\*[\s\S]*?\*\//g, "").matchAll(/\bimport\("(\.[^"]+)"\)/g);
  return [...found].map(([, address = ""]) => path.posix.join(path.posix.dirname(name), address));
}
