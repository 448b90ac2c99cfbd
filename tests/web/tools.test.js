/** The tools of the canvas, as far as they know no page: what is copied, taps, fingers, steps by keys. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { commands } from "../../web/tools/commands.js";
import { decodeCopied, encodeCopied, isCopied, wordsOf } from "../../web/tools/copied.js";
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

test("copied: a text program gets the words, if there is nothing but words", () => {
  const [one, two] = ["one", "two"].map((content) => element({ type: "Text", content }));
  assert.ok(one && two);
  assert.equal(wordsOf([one, two]), "one\ntwo");
  assert.equal(wordsOf([one, element({ type: "Chart", chart_type: "bar", data: [] })]), null);
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
