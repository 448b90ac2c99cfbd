/** Elements that have a parent, as the page shows them before the server answers. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { carried, motionOf } from "../../web/scene/carrying.js";
import { OptimisticScene } from "../../web/scene/optimisticscene.js";
import { SceneState } from "../../web/scene/scene.js";

/** @type {any[]} */
const samples = JSON.parse(readFileSync(new URL("../samples/carrying.json", import.meta.url), "utf8"));

for (const { name, scales, before, after, kind, transform, changes } of samples) {
  test(`a child is carried as the server carries it: ${name}`, () => {
    const motion = motionOf(before, after, scales);
    assert.deepEqual(motion && carried({ id: "c", kind, transform }, motion), changes);
  });
}

const PLACE = { x: 0, y: 0, width: 100, height: 100, rotation: 0, z_index: 0 };
const one = (/** @type {string} */ id, /** @type {any} */ parts = {}, x = 0, kind = { type: "Text", content: id }) =>
  /** @type {any} */ ({ id, kind, transform: { ...PLACE, x }, ...parts });
const move = (/** @type {string} */ id, /** @type {any} */ transform) => /** @type {any} */ ({ op: "update", id, changes: { transform } });
const remove = (/** @type {string} */ id) => /** @type {any} */ ({ op: "remove", id });

/** A frame with a label and a tile in it, ink on the tile, and a loose text. */
const FRAMED = [
  one("frame", {}, 0, /** @type {any} */ ({ type: "Frame", title: "" })),
  one("label", { parent: "frame" }, 10),
  one("tile", { parent: "frame" }, 20, /** @type {any} */ ({ type: "Video", stream_id: "peer-a" })),
  one("ink", { parent: "tile" }, 30, /** @type {any} */ ({ type: "Ink", points: [[0, 0]] })),
  one("loose", {}, 500),
];

/** A page and what it sent. @param {any[]} elements */
function pageWith(elements = FRAMED) {
  /** @type {any[]} */
  const sent = [];
  const scene = new SceneState();
  const draft = new OptimisticScene(scene, { send: (message) => sent.push(message) });
  draft.receive(/** @type {any} */ ({ type: "scene_update", scene: { viewport: {}, elements, revision: 1, timestamp: 1 } }));
  draft.setOnline(true);
  const shown = () => Object.fromEntries([...draft.elements()].map(({ id, transform, parent }) => [id, [transform.x, parent]]));
  /** @type {string[]} */
  const refused = [];
  draft.on("refused", ({ code }) => refused.push(code));
  return { draft, sent, shown, scene, refused };
}

test("a frame that is moved takes along what is in it, at once and with one operation (STR5)", () => {
  const { draft, sent, shown } = pageWith();
  /** @type {string[][]} */
  const changed = [];
  draft.on("changed", ({ ids }) => changed.push([...ids].sort()));
  draft.edit([move("frame", { x: 100 })]);
  assert.deepEqual(shown(), { frame: [100, undefined], label: [110, "frame"], tile: [120, "frame"], ink: [130, "tile"], loose: [500, undefined] });
  assert.deepEqual(changed, [["frame", "ink", "label", "tile"]]);
  assert.deepEqual(sent.map(({ type, id }) => [type, id]), [["update_element", "frame"]]);
});

test("what was carried is the server's once that has answered", () => {
  const { draft, sent, shown } = pageWith();
  draft.edit([move("frame", { x: 100 })]);
  const label = one("label", { parent: "frame" }, 77);
  draft.receive(/** @type {any} */ ({ type: "element_updated", element: label, revision: 2, timestamp: 2 }));
  assert.equal(shown()["label"]?.[0], 110, "not yet");
  draft.receive(/** @type {any} */ ({ type: "ack", message_id: sent[0].message_id, success: true, result: { revision: 2 } }));
  assert.deepEqual(shown(), { frame: [0, undefined], label: [77, "frame"], tile: [20, "frame"], ink: [30, "tile"], loose: [500, undefined] });
});

test("an element whose place the same edit says is left alone, in whatever order", () => {
  for (const turned of [false, true]) {
    const { draft, shown } = pageWith();
    const both = [move("frame", { x: 100 }), move("tile", { x: 21 })];
    draft.edit(turned ? both.reverse() : both);
    assert.deepEqual(shown(), { frame: [100, undefined], label: [110, "frame"], tile: [21, "frame"], ink: [31, "tile"], loose: [500, undefined] });
  }
});

test("an edit that carries goes as a message of its own", () => {
  const { draft, sent } = pageWith();
  draft.setOnline(false);
  draft.edit([move("loose", { x: 1 })]);
  draft.edit([move("frame", { x: 100 })]);
  draft.edit([move("label", { rotation: 10 })]);
  draft.edit([move("loose", { x: 2 })]);
  draft.setOnline(true);
  for (let count = 0; count < 3; count += 1) {
    const { message_id } = sent.at(-1);
    draft.receive(/** @type {any} */ ({ type: "ack", message_id, success: true, result: { revision: 2 } }));
    draft.receive(/** @type {any} */ ({ type: "sync_result", message_id, failed_operations: [], synced_count: 1, conflict_count: 0, timestamp: 1 }));
  }
  assert.deepEqual(sent.map(({ id, operations }) => id ?? operations.map((/** @type {any} */ each) => each.id)), ["loose", "frame", ["label", "loose"]]);
});

test("undo brings a moved frame back with all in it, and redo moves it again", () => {
  const { draft, shown } = pageWith();
  const before = shown();
  draft.edit([move("frame", { x: 100, rotation: 90 })]);
  const after = shown();
  assert.equal(draft.undo(), "done");
  assert.deepEqual(shown(), before);
  assert.equal(draft.redo(), "done");
  assert.deepEqual(shown(), after);
});

test("what is in a frame goes with it, tiles are freed, and one step brings all back (STR5)", () => {
  const { draft, sent, shown } = pageWith();
  const before = shown();
  draft.edit([remove("frame"), remove("label")]);
  assert.deepEqual(shown(), { tile: [20, undefined], ink: [30, "tile"], loose: [500, undefined] });
  assert.deepEqual(sent.map(({ type, id }) => [type, id]), [["remove_element", "frame"]]);
  assert.equal(draft.undo(), "done");
  assert.deepEqual(shown(), before);
  assert.equal(draft.redo(), "done");
  assert.deepEqual(Object.keys(shown()).sort(), ["ink", "loose", "tile"]);
  assert.equal(draft.undo(), "done");
  assert.deepEqual(shown(), before);
});

test("what is locked is refused here, and carried and removed with its parent", () => {
  const { draft, sent, shown, refused } = pageWith(FRAMED.map((each) => (each.id === "label" ? { ...each, locked: true } : each)));
  draft.edit([move("label", { x: 1 })]);
  draft.edit([remove("label")]);
  assert.deepEqual([sent, refused], [[], ["element_locked", "element_locked"]]);
  draft.edit([move("frame", { x: 100 })]);
  assert.equal(shown()["label"]?.[0], 110);
  draft.edit([remove("frame")]);
  assert.equal(shown()["label"], undefined);
  draft.undo();
  assert.equal(draft.get("label")?.locked, true);
  draft.redo();
  assert.deepEqual(refused, ["element_locked", "element_locked"], "it goes with its frame");
});

test("a group and its undo: the parents are as they were", () => {
  const { draft, shown } = pageWith();
  const before = shown();
  draft.edit([
    { op: "add", element: one("group", {}, 0, /** @type {any} */ ({ type: "Group" })) },
    .../** @type {any[]} */ (["label", "loose"].map((id) => ({ op: "update", id, changes: { parent: "group" } }))),
  ]);
  assert.deepEqual([...draft.childrenOf("group")], ["label", "loose"]);
  draft.undo();
  assert.deepEqual(shown(), before);
  assert.deepEqual([...draft.childrenOf("frame")].sort(), ["label", "tile"]);
});

test("parents that go round in a circle harm nobody", () => {
  const { draft, shown } = pageWith([one("a", { parent: "b" }), one("b", { parent: "a" }), one("c", { parent: "nowhere" })]);
  draft.edit([move("a", { x: 10 })]);
  assert.equal(shown()["b"]?.[0], 10);
  draft.edit([remove("a"), remove("c")]);
  assert.deepEqual(shown(), {});
});
