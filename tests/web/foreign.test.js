/** Text by others as it is shown (rule PAG3). */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { sep } from "node:path";
import { test } from "node:test";

import { describePerson } from "../../web/people/person.js";
import { kinds } from "../../web/kinds/kinds.js";
import { historySteps } from "../../web/panels/history/steps.js";
import { plain, plainName, shownLines, shownName, shownWords } from "../../web/lib/foreign.js";

const samples = JSON.parse(readFileSync(new URL("../samples/names.json", import.meta.url), "utf-8"));

for (const { name, text, shown } of samples) {
  test(`a name, ${name} (rule PAG3)`, () => {
    assert.equal(plainName(text), shown);
    assert.equal(plainName(plainName(text)), shown, "once is enough");
  });
}

test("a name that is written from right to left is isolated, others are as they are (rule PAG3)", () => {
  assert.equal(shownName("Ada"), "Ada");
  assert.equal(shownName("שלום"), "\u2068שלום\u2069");
  assert.equal(shownName("Eve \u202egnillac"), "Eve gnillac");
  assert.equal(shownWords("١٢٣ x"), "\u2068١٢٣ x\u2069");
});

test("a text of several lines keeps them, and nothing that is not seen or turns it (rule PAG3)", () => {
  assert.equal(shownLines("two\r\nlines\u2028and a third"), "two\nlines\nand a third");
  assert.equal(shownLines("\tif x:\n\t    go()"), "\tif x:\n\t    go()");
  assert.equal(shownLines("\x1b[31mred\u202e\x1b[0m\n\x00\u200b"), "[31mred[0m\n");
  assert.equal(shownLines("👩\u200d💻 नमस्ते\n\ufeffŻółć"), "👩\u200d💻 नमस्ते\nŻółć");
  for (const odd of [null, undefined, 5, {}]) assert.equal(shownLines(/** @type {any} */ (odd)), "");
});

test("what is no text is no name, and unpaired surrogates are gone (rule PAG3)", () => {
  for (const odd of [null, undefined, 5, {}, ["x"], Symbol("x")]) assert.equal(shownName(/** @type {any} */ (odd)), "");
  assert.equal(plainName("A\ud800da\udc00"), "Ada");
});

test("whatever comes, nothing is left that hides or turns (rule PAG3)", () => {
  const parts = [..."aא١e\u0301\u0302\u0489\u200b\u200c\u200d\u202e\u2066\u2069\u0000\u001b\ud800\udc00 \n\u3164👩\ufe0f\u{e0041}"];
  let seed = 1;
  const next = (/** @type {number} */ below) => (seed = (seed * 48271) % 0x7fffffff) % below;
  for (let round = 0; round < 20_000; round++) {
    const text = Array.from({ length: next(90) }, () => parts[next(parts.length)]).join("");
    const name = plainName(text);
    assert.doesNotMatch(name, /[\p{Cc}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069]/u);
    assert.doesNotMatch(name, /[\p{Mn}\p{Me}]{4}/u);
    assert.ok([...name].length <= 64);
    assert.equal(name, name.trim());
    assert.equal(plain(name), name);
  }
});

test("very long text costs little, and a limit holds (rule PAG3)", () => {
  assert.equal(shownWords("x".repeat(5_000_000), 40).length, 40);
  assert.equal(plainName("\u200b".repeat(5_000_000)), "");
});

const HOSTILE = "\u202eAda\u2066 is\u0000 calling" + "\u0301".repeat(30) + "\ud800";
const TURNS = /[\p{Cc}\p{Cs}\u200e\u200f\u202a-\u202e\u2066\u2067]|\u0301{4}/u;

test("a person has a name that can be shown, whatever the server says (rule PAG3)", () => {
  const app = /** @type {any} */ ({
    connection: { peerId: "own", displayName: HOSTILE, state: "open" },
    roster: { peers: new Map([["own", {}], ["other", { display_name: HOSTILE, server: HOSTILE, role: "edit" }], ["none", { display_name: "\u202e", server: "\u202e" }]]), media: () => null },
    signaling: { calls: [], callState: () => "idle" },
    media: {}, screen: {}, speaking: { has: () => false },
  });
  for (const id of ["own", "other", "none", "gone"]) {
    const { name, server, initial } = describePerson(app, id);
    assert.ok(name && initial);
    for (const shown of [name, initial, server ?? ""]) assert.doesNotMatch(shown, TURNS);
  }
  assert.match(describePerson(app, "none").name, /^Guest /);
});

test("elements are described in words that can be shown (rule PAG3)", () => {
  for (const kind of /** @type {any[]} */ ([
    { type: "Text", content: HOSTILE },
    { type: "Note", content: HOSTILE },
    { type: "Image", src: "data:image/png;base64,AA", alt: HOSTILE },
    { type: "Image", src: "https://example.org/%E2%80%AEgnp.png" },
    { type: "Model3D", src: "https://example.org/%E2%80%AEblg" },
    { type: "Chart", chart_type: "bar", data: { title: HOSTILE } },
    { type: "Video", stream_id: HOSTILE },
  ])) {
    const { describe, inHistory = describe } = /** @type {any} */ (kinds)[kind.type];
    assert.doesNotMatch(describe(kind, () => ""), TURNS, kind.type);
    assert.doesNotMatch(inHistory(kind, () => ""), TURNS, kind.type);
  }
});

test("the history names people and servers so that they can be shown (rule PAG3)", () => {
  const entry = { revision: 1, timestamp: 1, change: { op: "remove", id: "x" }, display_name: HOSTILE, server: HOSTILE };
  const [step] = historySteps(/** @type {any} */ ([entry]), () => undefined);
  assert.doesNotMatch(`${step?.name}${step?.server}`, TURNS);
});

test("no other module takes a name from a message (rule PAG3)", () => {
  const web = new URL("../../web/", import.meta.url).pathname;
  const users = readdirSync(web, { encoding: "utf-8", recursive: true })
    .filter((path) => path.endsWith(".js") && !/^(vendor|bundle|types)/.test(path))
    .filter((path) => readFileSync(web + path, "utf-8").includes("display_name"))
    .map((path) => path.split(sep).join("/"));
  assert.deepEqual(users.sort(), [
    "connection/subscription.js", // says the own one
    "example/example.js",
    "panels/history/steps.js",
    "panels/history/view.js",
    "people/person.js",
    "scene/historyscene.js", // the type
  ]);
});
