/** Two who erase parts of one stroke at once, through a server that knows of neither (INK6). */

import assert from "node:assert/strict";
import { test } from "node:test";

import { OptimisticScene } from "../../web/scene/optimisticscene.js";
import { applied } from "../../web/scene/operations.js";
import { SceneState } from "../../web/scene/scene.js";
import { Erasures } from "../../web/tools/ink/erasures.js";
import { touched } from "../../web/tools/ink/pieces.js";

const POINTS = Array.from({ length: 41 }, (_, index) => [index * 10, 20 + 20 * Math.sin(index / 3)]);
const STROKE = /** @type {any} */ ({
  id: "s",
  kind: { type: "Ink", points: POINTS, color: "#1e1e1e", size: 4, brush: "pen" },
  transform: { x: 100, y: 100, width: 400, height: 40, rotation: 0, z_index: 0 },
});
/** A pass of the eraser from above to below. @param {number} x */
const across = (x, radius = 14) => ({ from: { x, y: 80 }, to: { x, y: 160 }, radius });

/** Some windows and a server that answers when it is told to. @param {number} count */
function room(count) {
  /** @type {Map<string, any>} */
  const elements = new Map([["s", STROKE]]);
  let revision = 1;
  /** @type {{from: number, message: any}[]} */
  const waiting = [];
  const pages = Array.from({ length: count }, (_, from) => {
    const scene = new OptimisticScene(new SceneState(), { send: (message) => waiting.push({ from, message }) });
    scene.receive(/** @type {any} */ ({ type: "scene_update", scene: { viewport: {}, elements: [STROKE], revision, timestamp: 1 } }));
    scene.setOnline(true);
    return { scene, erasures: new Erasures(scene, () => 0) };
  });
  const take = (/** @type {any} */ operation) => {
    const id = operation.id ?? operation.element.id;
    if (operation.op !== "add" && !elements.has(id)) return false;
    const type = operation.op === "add" ? "element_added" : operation.op === "update" ? "element_updated" : "element_removed";
    const element = applied(elements.get(id), operation);
    if (element) elements.set(id, element);
    else elements.delete(id);
    revision += 1;
    for (const { scene } of pages) scene.receive(/** @type {any} */ ({ type, id, element, revision, timestamp: revision }));
    return true;
  };
  /** @param {(waiting: {from: number, message: any}[]) => void} [ordered] */
  const serve = (ordered = () => {}) => {
    ordered(waiting);
    for (let rounds = 0; waiting.length > 0; rounds++) {
      assert.ok(rounds < 100, "it comes to an end");
      const { from, message } = /** @type {any} */ (waiting.shift());
      const operations = message.operations ?? [{ op: message.type.split("_")[0], ...message }];
      const failed = operations.flatMap((/** @type {any} */ one, /** @type {number} */ index) => (take(one) ? [] : [{ index, code: "element_not_found", message: "" }]));
      const { message_id } = message;
      const answer = message.operations
        ? { type: "sync_result", message_id, failed_operations: failed, synced_count: 1, conflict_count: 0, timestamp: 1 }
        : failed.length > 0 ? { type: "error", message_id, code: "element_not_found", message: "" } : { type: "ack", message_id, success: true, result: { revision } };
      pages[from]?.scene.receive(/** @type {any} */ (answer));
    }
  };
  return { pages, serve, elements };
}

/** Where there is ink, in tens of units from the left. @param {Iterable<any>} elements */
function inked(elements) {
  const strokes = [...elements];
  return Array.from({ length: 41 }, (_, index) => strokes.filter((one) => touched(one, across(100 + 10 * index, 0.5)).length > 0).length);
}

/** @param {number[]} gaps in tens of units */
const line = (gaps) => Array.from({ length: 41 }, (_, index) => (gaps.some((gap) => Math.abs(gap - index) <= 1) ? 0 : 1));

for (const turned of [false, true]) {
  test(`of two who erase at once both erasures hold, and nothing lies there twice; turned: ${turned} (INK6)`, () => {
    const { pages, serve, elements } = room(2);
    const [ada, bob] = /** @type {[any, any]} */ (pages);
    ada.erasures.make([STROKE], [across(200)]);
    bob.erasures.make([STROKE], [across(350)]);
    serve((waiting) => turned && waiting.reverse());
    assert.deepEqual(inked(elements.values()), line([10, 25]));
    for (const { scene } of pages) assert.deepEqual([...scene.elements()].length, elements.size);
  });
}

test("of two who erase parts that overlap both erasures hold (INK6)", () => {
  const { pages, serve, elements } = room(2);
  const [ada, bob] = /** @type {[any, any]} */ (pages);
  ada.erasures.make([STROKE], [across(200), across(300)]);
  bob.erasures.make([STROKE], [across(210), across(400)]);
  serve();
  assert.deepEqual(inked(elements.values()), line([10, 11, 20, 30]));
});

test("what somebody has erased while the eraser was down stays so, and so does the own (INK6)", () => {
  const { pages, serve, elements } = room(2);
  const [ada, bob] = /** @type {[any, any]} */ (pages);
  bob.erasures.make([STROKE], [across(350)]);
  serve(); // Ada's eraser came over the stroke before
  ada.erasures.make([STROKE], [across(200)]);
  serve();
  assert.deepEqual(inked(elements.values()), line([10, 25]));
});

test("who erases all of a stroke and who erases a part leave nothing of it (INK6)", () => {
  for (const turned of [false, true]) {
    const { pages, serve, elements } = room(2);
    const [ada, bob] = /** @type {[any, any]} */ (pages);
    ada.erasures.make([STROKE], [across(200)]);
    bob.erasures.make([STROKE], [{ from: { x: 90, y: 120 }, to: { x: 510, y: 120 }, radius: 60 }]);
    serve((waiting) => turned && waiting.reverse());
    assert.deepEqual(inked(elements.values()), line(Array.from({ length: 41 }, (_, index) => index)));
  }
});

test("an undo of an erasure brings back what was there, and nobody erases it again (INK6)", () => {
  const { pages, serve, elements } = room(2);
  const [ada] = /** @type {[any, any]} */ (pages);
  ada.erasures.make([STROKE], [across(200)]);
  serve();
  assert.equal(ada.scene.undo(), "done");
  serve();
  assert.deepEqual(inked(elements.values()), line([]));
  assert.equal(elements.size, 1);
});
