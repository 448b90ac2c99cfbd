/** Every kind of the protocol has a definition, and whatever depends on a kind asks the registry. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import {
  cardFor, definitionOf, describeKind, isKnownKind, isRemovable, keepsAspect, kinds, labelOf, PLAIN_TEXT, textOf,
} from "../../web/kinds/kinds.js";
import { makings } from "../../web/kinds/makings.js";
import { longest } from "../../web/scene/limits.js";
import { WRITTEN_FIELDS } from "../../web/scene/operations.js";
import { streamOf } from "../../web/scene/scene.js";
import { SHAPES } from "../../web/types/limits.js";

/** @import {Kind, KindDefinition, KindName} from "../../web/kinds/definition.js" */

const WEB = new URL("../../web/", import.meta.url);
const symbols = new Set([...readFileSync(new URL("icons.svg", WEB), "utf8").matchAll(/<symbol id="([^"]+)"/g)].map(([, id]) => id));

/** The kinds of the protocol, as the server writes them. */
const protocol = (SHAPES["Element"]?.properties?.["kind"]?.anyOf ?? []).map(({ $ref = "" }) => $ref.slice($ref.lastIndexOf("/") + 1));

/** @returns {[string, KindDefinition<any>][]} */
const definitions = () => Object.entries(kinds);

test("kinds: each kind of the protocol has a definition, and nothing else has", () => {
  assert.ok(protocol.length >= 5);
  assert.deepEqual(Object.keys(kinds).sort(), protocol.sort());
  assert.deepEqual(Object.keys(makings), Object.keys(kinds), "and what is said of its making, in the same order");
});

test("kinds: no module outside their folder, the protocol's and the texts' knows one by its name", () => {
  const names = new RegExp(`"(?:${protocol.join("|")})"`);
  const knowing = readdirSync(WEB, { recursive: true })
    .map((path) => String(path).replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".js") && !/^(?:bundle|kinds|text|types|vendor)\//.test(path))
    .filter((path) => names.test(readFileSync(new URL(path, WEB), "utf8")));
  assert.deepEqual(knowing, []);
});

test("kinds: each has a symbol, a name and what it takes to draw it", () => {
  for (const [type, { icon, label, content }] of definitions()) {
    assert.ok(symbols.has(icon), `${type}: there is no symbol ${icon}`);
    assert.ok(label.length > 0, type);
    assert.equal(labelOf(type), label);
    assert.equal(typeof content, "function", type);
  }
});

test("kinds: what is written in one is a text field of its struct, and so is what it is remembered by", () => {
  const fields = new Set(WRITTEN_FIELDS.map(String));
  for (const [type, { text }] of definitions()) {
    if (!text) continue;
    assert.ok(fields.has(String(text.field)), type);
    assert.ok(longest(/** @type {KindName} */ (type), String(text.field)) > 0, type);
    for (const name of [...Object.keys(text.look), ...(text.sizedBy ?? [])]) {
      assert.ok(SHAPES[type]?.properties?.[String(name)], `${type}.${String(name)}`);
    }
  }
  assert.ok(kinds[PLAIN_TEXT].text && makings[PLAIN_TEXT].fromWords, "words become something");
});

test("kinds: commands that make one have different names and keys", () => {
  const creations = Object.values(makings).flatMap(({ create }) => create ?? []);
  const keys = creations.flatMap(({ keys: own }) => own);
  assert.equal(new Set(creations.map(({ command }) => command)).size, creations.length);
  assert.equal(new Set(keys).size, keys.length);
});

test("kinds: what is a stream's goes with its call: nobody removes or copies it", () => {
  for (const type of protocol) {
    const kind = /** @type {Kind} */ (/** @type {unknown} */ ({ type, ...(SHAPES[type]?.properties?.["stream_id"] && { stream_id: "peer-1" }) }));
    assert.equal(isRemovable(kind), streamOf(kind) === "", type);
  }
  assert.equal(isRemovable(undefined), false);
});

test("kinds: elements in words", () => {
  const nameOf = () => "Ada";
  /** @type {[Kind, string, string][]} */
  const cases = [
    [{ type: "Text", content: " two\n words " }, "two words", "“two words”"],
    [{ type: "Text", content: "  " }, "Empty text", "“Empty text”"],
    [{ type: "Text", content: "x".repeat(200) }, "x".repeat(120), `“${"x".repeat(40)}…”`],
    [{ type: "Image", src: "https://a.example/b/my%20cat.png?x" }, "Picture my cat.png", "Picture my cat.png"],
    [{ type: "Image", src: "data:image/png;base64,", alt: "A cat" }, "A cat", "A cat"],
    [{ type: "Chart", chart_type: "bar", data: { title: "Sales" } }, "Bar chart: Sales", "Bar chart: Sales"],
    [{ type: "Chart", chart_type: "line", data: [1] }, "Line chart", "Line chart"],
    [{ type: "Model3D", src: "https://a.example/%.glb" }, "3D model %.glb", "3D model %.glb"],
    [{ type: "Video", stream_id: "peer-1" }, "Ada, camera picture", "the camera of Ada"],
    [{ type: "Video", stream_id: "screen-1" }, "Ada, shared screen", "the screen of Ada"],
    [{ type: "Video", stream_id: "film" }, "Video", "the camera of Somebody"],
  ];
  for (const [kind, words, past] of cases) {
    assert.equal(describeKind(kind, nameOf), words);
    const { inHistory, describe } = definitionOf(kind);
    assert.equal((inHistory ?? describe)(kind, nameOf), past);
  }
  assert.equal(describeKind({ type: "Video", stream_id: "peer-1" }), "Video", "without names");
});

test("kinds: what a newer server has is said to be unknown, and is no kind by accident", () => {
  const newer = /** @type {Kind} */ (/** @type {unknown} */ ({ type: "Hologram", content: "x" }));
  assert.equal(isKnownKind("Hologram"), false);
  assert.equal(isKnownKind("toString"), false);
  assert.match(describeKind(newer), /^Hologram: this page is too old/);
  assert.equal(labelOf("Hologram"), "Hologram");
  assert.equal(isRemovable(newer), true);
  assert.equal(keepsAspect(newer), false);
  assert.equal(textOf(newer), null);
  assert.equal(typeof cardFor(/** @type {HTMLElement} */ ({}), newer).show, "function");
});

test("kinds: pictures and streams keep their proportions, texts are read by their field", () => {
  assert.deepEqual(protocol.filter((type) => keepsAspect(/** @type {Kind} */ ({ type }))).sort(), ["Group", "Image", "Video"]);
  assert.equal(textOf({ type: "Text", content: "words" }), "words");
  assert.equal(textOf({ type: "Chart", chart_type: "bar", data: {} }), null);
  assert.deepEqual(kinds.Text.scaled?.({ type: "Text", content: "", font_size: 20 }, 1.26), { font_size: 25.2 });
  assert.deepEqual(kinds.Text.scaled?.({ type: "Text", content: "" }, 1000), { font_size: 1000 });
});

test("kinds: no other module knows one by its name", () => {
  const names = new RegExp(`\\btype(?:\\(\\))?\\s*[!=]==?\\s*"(?:${protocol.join("|")})"|case "(?:${protocol.join("|")})":`);
  const files = readdirSync(WEB, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".js"));
  const others = files.filter((name) => !/^(kinds|types|vendor|bundle)\//.test(name));
  assert.ok(others.length > 50);
  assert.deepEqual(others.filter((name) => names.test(readFileSync(new URL(name, WEB), "utf8"))), []);
});
