/** The tools of the canvas, as far as they know no page: what is copied, taps, fingers, steps by keys. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { commands } from "../../web/tools/commands.js";
import { decodeCopied, encodeCopied, htmlOf, isCopied, ownOfHtml, wordsOf } from "../../web/tools/copied.js";
import { Fingers } from "../../web/tools/navigation.js";
import { Selection } from "../../web/tools/selection.js";
import { Taps } from "../../web/tools/taps.js";

/** @import {ToolContext} from "../../web/tools/tools.js" */
/** @import {Element as SceneElement} from "../../web/types/messages.js" */

const transform = { x: 0, y: 0, width: 100, height: 50, rotation: 0, z_index: 0 };
/** @param {unknown} kind @returns {SceneElement} */
const element = (kind, id = "a") => /** @type {SceneElement} */ ({ id, kind, transform });

test("copied: elements come back as they were", () => {
  const elements = [element({ type: "Text", content: "one" }), element({ type: "Model3D", src: "https://a.example/m.glb" })];
  const json = encodeCopied(elements);
  assert.ok(isCopied(json));
  assert.deepEqual(decodeCopied(json), { elements, refused: [] });
  assert.ok(!isCopied("words"));
});

test("copied: of what this page does not know, or what belongs to a call, the rest is told", () => {
  const text = element({ type: "Text", content: "one" });
  const json = encodeCopied([text, element({ type: "Hologram" }), element({ type: "Video", stream_id: "peer-1" }), element({ type: "Hologram" })]);
  assert.deepEqual(decodeCopied(json), { elements: [text], refused: ["Hologram", "Video"] });
});

test("copied: what is none is refused as a whole", () => {
  const many = Array.from({ length: 1_001 }, () => element({ type: "Text", content: "" }));
  for (const json of ["{", "null", '{"canvas-server/elements":1}', '{"canvas-server/elements":[{}]}', '{"canvas-server/elements":[null]}', encodeCopied(many)]) {
    assert.equal(decodeCopied(json), null, json.slice(0, 40));
  }
});

const PIXELS = `data:image/png;base64,${"A".repeat(160_000)}`;
const SALES = { type: "Chart", chart_type: "bar", data: { labels: ["Q1", "Q2"], series: [{ name: "North", values: [1, null] }] } };

// report: reading | A copied picture or shape is a wall of JSON in other programs, and in a text that is being written | A
// picture of 160 kB, copied | Its description, or nothing, is the text; a picture and HTML are beside it
test("copied: a text program gets words: what is written, descriptions, tables, and never JSON", () => {
  const picture = element({ type: "Image", src: PIXELS, alt: "A green field" });
  const elements = [element({ type: "Text", content: "one" }), element({ type: "Note", content: "two" }), picture, element(SALES)];
  assert.equal(wordsOf(elements), "one\ntwo\nA green field\n\tNorth\nQ1\t1\nQ2\t");
  assert.equal(wordsOf([element({ type: "Image", src: PIXELS })]), "");
  assert.equal(wordsOf([element({ type: "Image", src: "https://a.example/b/field.png" })]), "field.png");
  const points = { type: "Chart", chart_type: "scatter", data: { series: [{ name: "s", points: [[1, 2]] }] } };
  assert.equal(wordsOf([element(points)]), "s\t1\t2");
});

// report: reading | Elements copied in one browser cannot be pasted in another | A text with emoji, a lone surrogate and markup,
// by way of text/html alone | They are elements again
test("copied: elements cross where only HTML does, and other programs read it, too", () => {
  const words = '</div><script>"&👩‍👩‍👧';
  const elements = [element({ type: "Text", content: words }), element({ type: "Image", src: PIXELS, alt: "<b>" }), element(SALES)];
  const html = htmlOf(elements);
  assert.deepEqual(decodeCopied(ownOfHtml(html)), { elements, refused: [] });
  assert.deepEqual(decodeCopied(ownOfHtml(`<html><body><!--StartFragment-->${html}<!--EndFragment-->`)), { elements, refused: [] });
  assert.ok(!html.includes("<script>"));
  assert.ok(html.includes(`<img src="${PIXELS}" alt="&lt;b&gt;">`));
  assert.ok(html.includes("<tr><td>Q1</td><td>1</td></tr>"));
  assert.deepEqual(decodeCopied(ownOfHtml(htmlOf([element({ type: "Text", content: "\ud83d" })])))?.elements, [element({ type: "Text", content: "\ufffd" })]);
  assert.equal(ownOfHtml("<p>words</p>"), "");
  assert.equal(decodeCopied(ownOfHtml('<p data-canvas-server-elements="AAAA">')), null);
});

test("taps: two near each other, soon, on the same thing are one double tap; a third begins anew", () => {
  const taps = new Taps();
  const tap = { time: 1_000, x: 10, y: 10, id: "a" };
  assert.equal(taps.isDouble(tap), false);
  assert.equal(taps.isDouble({ ...tap, time: 1_300, x: 20 }), true);
  assert.equal(taps.isDouble({ ...tap, time: 1_500 }), false);
  assert.equal(taps.isDouble({ ...tap, time: 1_600, id: "b" }), false, "on something else");
  assert.equal(taps.isDouble({ ...tap, time: 1_700, id: "b", x: 60 }), false, "somewhere else");
  assert.equal(taps.isDouble({ ...tap, time: 2_100, id: "b", x: 60 }), false, "too late");
});

test("fingers: what lies between two of them stays between them", () => {
  /** @type {unknown[]} */
  const moves = [];
  const fingers = new Fingers({
    panBy: (...by) => void moves.push(["pan", ...by]),
    zoomAt: (...at) => void moves.push(["zoom", ...at]),
  });
  const at = (/** @type {number} */ pointerId, /** @type {number} */ clientX, clientY = 0) => ({ pointerId, clientX, clientY });
  fingers.put(at(1, 0));
  assert.equal(fingers.pinch(at(1, 10)), false, "one alone");
  fingers.put(at(2, 100));
  assert.equal(fingers.count, 2);
  assert.equal(fingers.pinch(at(3, 100)), false, "not one of them");
  assert.equal(fingers.pinch(at(2, 200)), true);
  assert.deepEqual(moves, [["pan", 50, 0], ["zoom", 2, 100, 0]]);
  fingers.lift(at(1, 0));
  assert.equal(fingers.pinch(at(2, 300)), false);
});

/** A canvas on which an element is selected. @param {SceneElement} selected */
function canvas(selected) {
  /** @type {Map<string, object>} */
  let changes = new Map();
  const selection = new Selection();
  selection.set([selected.id]);
  const context = /** @type {ToolContext} */ (/** @type {unknown} */ ({
    selection,
    scene: { get: (/** @type {string} */ id) => (id === selected.id ? selected : undefined) },
    stage: { reveal() {} },
    motion: {
      get changes() {
        return changes;
      },
      show: (/** @type {Map<string, object>} */ next) => (changes = next),
    },
  }));
  const press = (/** @type {string} */ key) => {
    const command = commands.find(({ keys }) => keys.includes(key));
    assert.ok(command && command.enabled?.(context) !== false, key);
    command.perform(context, key);
    return changes.get(selected.id);
  };
  return { press };
}

test("keys: a step goes on from where the one before has come to, whatever it was", () => {
  const { press } = canvas(element({ type: "Text", content: "" }));
  assert.deepEqual(press("ArrowRight"), { x: 10, y: 0 });
  assert.deepEqual(press("Shift+ArrowDown"), { x: 10, y: 50 });
  assert.deepEqual(press("Alt+ArrowRight"), { x: 10, y: 50, width: 110, height: 50 });
  assert.deepEqual(press("ArrowLeft"), { x: 0, y: 50, width: 110, height: 50 });
});

test("keys: what keeps its proportions is resized in proportion", () => {
  const { press } = canvas(element({ type: "Image", src: "https://a.example/a.png" }));
  const { width, height } = /** @type {{width: number, height: number}} */ (press("Alt+ArrowRight"));
  assert.deepEqual([Math.round(width), Math.round(height)], [110, 55]);
});
