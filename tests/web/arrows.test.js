/** Arrows: where they touch what they end at, the way around it, and what edits of elements mean for them. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Followers } from "../../web/canvas/followers.js";
import { aimsOf, carried, followedBy } from "../../web/kinds/arrow/aims.js";
import { copiedKind, withArrows } from "../../web/kinds/arrow/edits.js";
import { arrowPath, bendThrough, GAP } from "../../web/kinds/arrow/path.js";
import { boxOf, crossings, isInside, outlineIn } from "../../web/kinds/arrow/polygons.js";
import { alongArrows, nextBox } from "../../web/tools/diagrams/next.js";
import { drawnBox } from "../../web/tools/modes/shape.js";
import { stepped } from "../../web/tools/modes/arrow.js";
import { SHAPES } from "../../web/kinds/parts/palette.js";
import { wholeTransform } from "../../web/scene/scene.js";

/** @import {Point} from "../../web/canvas/geometry.js" */
/** @import {Shown} from "../../web/kinds/definition.js" */
/** @import {Arrow, Element as SceneElement} from "../../web/types/messages.js" */

const STORIES = 3000;

/** Numbers that only look like chance, so that a story can be told again. @param {number} seed */
function chance(seed) {
  let state = seed;
  return (/** @type {number} */ low, /** @type {number} */ high) => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return low + ((high - low) * state) / 2 ** 32;
  };
}

/** @param {ReturnType<typeof chance>} any @returns {Shown} */
function anyShape(any) {
  const shape = SHAPES[Math.floor(any(0, SHAPES.length))] ?? "rectangle";
  const turn = any(0, 1) < 0.5 ? 0 : any(-180, 180);
  const at = { x: any(-800, 800), y: any(-800, 800), width: any(20, 300), height: any(20, 300), rotation: turn };
  return { kind: { type: "Shape", shape }, at: wholeTransform(at) };
}

/** @param {Point} point @param {Point[]} polygon the distance of a point from the line around it */
function distanceTo(point, polygon) {
  let least = Infinity;
  for (const [place, to] of polygon.entries()) {
    const from = polygon[(place + polygon.length - 1) % polygon.length] ?? to;
    const [dx, dy] = [to.x - from.x, to.y - from.y];
    const far = dx * dx + dy * dy;
    const part = far === 0 ? 0 : Math.max(0, Math.min(1, ((point.x - from.x) * dx + (point.y - from.y) * dy) / far));
    least = Math.min(least, Math.hypot(from.x + dx * part - point.x, from.y + dy * part - point.y));
  }
  return least;
}

const END = { x: 0, y: 0 };
/** @param {Partial<Arrow>} [look] @returns {Arrow} */
const arrowOf = (look = {}) => ({ type: "Arrow", start: { ...END, element: "a" }, end: { ...END, element: "b" }, ...look });

/** @param {ReturnType<typeof chance>} any @returns {Arrow["curve"]} */
function anyCurve(any) {
  const curves = /** @type {const} */ (["straight", "curved", "routed"]);
  return any(0, 1) < 0.25 ? any(-1, 1) : curves[Math.floor(any(0, 3))];
}

test("arrows: an end on an element lies on its outline, within the gap, whatever becomes of both (rule ARW1)", () => {
  const any = chance(1);
  for (let story = 0; story < STORIES; story++) {
    const shown = { a: anyShape(any), b: anyShape(any) };
    const arrow = arrowOf({ curve: anyCurve(any) });
    const { start, end } = aimsOf(arrow, (id) => shown[/** @type {"a" | "b"} */ (id)]);
    const { points } = arrowPath(arrow, start, end);
    const [first, last] = [points[0] ?? END, points.at(-1) ?? END];
    assert.ok(distanceTo(first, start.polygon ?? []) <= GAP + 0.02, JSON.stringify({ story, arrow, shown }));
    assert.ok(distanceTo(last, end.polygon ?? []) <= GAP + 0.02, JSON.stringify({ story, arrow, shown }));
  }
});

test("arrows: one between two that are apart goes through neither (rule ARW1)", () => {
  const any = chance(2);
  let tried = 0;
  for (let story = 0; story < STORIES; story++) {
    const [a, b] = [anyShape(any), anyShape(any)];
    const outlines = [outlineIn(a.kind, a.at), outlineIn(b.kind, b.at)];
    const [one, other] = outlines.map(boxOf);
    if (!one || !other || Math.max(one.x - other.x - other.width, other.x - one.x - one.width, one.y - other.y - other.height, other.y - one.y - one.height) < 5) continue;
    tried++;
    const arrow = arrowOf({ curve: anyCurve(any) });
    const { start, end } = aimsOf(arrow, (id) => ({ a, b })[id]);
    const { points } = arrowPath(arrow, start, end);
    for (const polygon of outlines) {
      for (const point of points) {
        assert.ok(!isInside(point, polygon) || distanceTo(point, polygon) < 0.05, JSON.stringify({ story, arrow, a, b, point }));
      }
      for (let place = 1; place < points.length; place++) {
        const met = crossings(points[place - 1] ?? END, points[place] ?? END, polygon);
        assert.ok(met.length < 2, JSON.stringify({ story, arrow, a, b }));
      }
    }
  }
  assert.ok(tried > STORIES / 3);
});

test("arrows: a routed one has level and upright parts alone (rule ARW2)", () => {
  const any = chance(3);
  for (let story = 0; story < 500; story++) {
    const [a, b] = [anyShape(any), anyShape(any)];
    const [one, other] = [a, b].map(({ kind, at }) => boxOf(outlineIn(kind, at)));
    if (!one || !other || Math.max(one.x - other.x - other.width, other.x - one.x - one.width, one.y - other.y - other.height, other.y - one.y - one.height) < 4) continue;
    const arrow = arrowOf({ curve: "routed" });
    const { start, end } = aimsOf(arrow, (id) => ({ a, b })[id]);
    const { points } = arrowPath(arrow, start, end);
    // Between its rounded corners, each of which is short.
    for (let place = 1; place < points.length; place++) {
      const [from, to] = [points[place - 1] ?? END, points[place] ?? END];
      const isStraight = Math.abs(from.x - to.x) < 0.02 || Math.abs(from.y - to.y) < 0.02;
      assert.ok(isStraight || Math.hypot(from.x - to.x, from.y - to.y) < 14, JSON.stringify({ story, a, b, from, to }));
    }
  }
});

test("arrows: one that is bent by hand has its middle where the hand was", () => {
  const [start, end, middle] = [{ x: 0, y: 0 }, { x: 100, y: 0 }, { x: 50, y: 30 }];
  assert.equal(bendThrough(start, end, middle), 0.3, "to the right of who goes along it");
  const free = (/** @type {Point} */ point) => ({ point, polygon: null, element: null });
  const { points } = arrowPath({ curve: 0.3, heads: "none" }, free(start), free(end));
  assert.ok(points.some(({ x, y }) => Math.hypot(x - 50, y - 30) < 0.01));
  assert.equal(bendThrough(start, start, middle), 0);
});

test("arrows: one from an element to itself goes out and comes in again", () => {
  const a = anyShape(chance(4));
  const { start, end } = aimsOf(arrowOf({ end: { ...END, element: "a" } }), () => a);
  const { points, heads } = arrowPath({}, start, end);
  assert.equal(heads.length, 1);
  for (const point of points) assert.ok(!isInside(point, start.polygon ?? []));
});

test("arrows: both sides draw the same line (rule ARW5)", () => {
  /** @type {{shapes: Record<string, Shown>, arrow: Arrow, path: {points: number[][], heads: number[][][], middle: number[]}}[]} */
  const samples = JSON.parse(readFileSync(new URL("../samples/arrows.json", import.meta.url), "utf8"));
  assert.ok(samples.length > 30);
  const plain = ({ x = 0, y = 0 }) => [x, y];
  for (const { shapes, arrow, path } of samples) {
    const { start, end } = aimsOf(arrow, (id) => shapes[id]);
    const { points, heads, middle } = arrowPath(arrow, start, end);
    const drawn = [...points, ...heads.flat(), middle].map(plain);
    const expected = [...path.points, ...path.heads.flat(), path.middle];
    assert.equal(drawn.length, expected.length, JSON.stringify(arrow));
    for (const [place, [x = 0, y = 0]] of expected.entries()) {
      const [ownX = 0, ownY = 0] = drawn[place] ?? [];
      assert.ok(Math.abs(ownX - x) < 0.01 && Math.abs(ownY - y) < 0.01, JSON.stringify({ arrow, place, expected: [x, y], drawn: [ownX, ownY] }));
    }
  }
});

// --- edits -----------------------------------------------------------------------------------------

/** @param {SceneElement[]} elements */
const sceneOf = (...elements) => ({ get: (/** @type {string} */ id) => elements.find((one) => one.id === id), elements: () => elements });
/** @type {SceneElement} */
const BOX = { id: "a", kind: { type: "Shape" }, transform: { x: 0, y: 0, width: 100, height: 100 } };
/** @type {SceneElement} */
const ARROW = {
  id: "arrow",
  kind: { type: "Arrow", start: { x: 50, y: 50, element: "a" }, end: { x: 300, y: 50 } },
  transform: { x: 50, y: 50, width: 250, height: 0 },
};

test("arrows: one that is moved takes its free end along (rule ARW3)", () => {
  const [moved] = withArrows([{ op: "update", id: "arrow", changes: { transform: { x: 60, y: 90 } } }], sceneOf(BOX, ARROW));
  assert.deepEqual(moved?.op === "update" && moved.changes, {
    transform: { x: 60, y: 90, width: 250, height: 0, rotation: 0 },
    kind: { start: { x: 60, y: 90 }, end: { x: 310, y: 90 } },
  });
  const other = /** @type {const} */ ({ op: "update", id: "arrow", changes: { transform: { z_index: 7 } } });
  assert.deepEqual(withArrows([other], sceneOf(BOX, ARROW)), [other]);
  const whole = /** @type {const} */ ({ op: "update", id: "arrow", changes: { transform: { x: 1 }, kind: { end: { x: 1, y: 2 } } } });
  assert.deepEqual(withArrows([whole], sceneOf(BOX, ARROW)), [whole], "who says both is right");
});

test("arrows: turned or resized, an arrow becomes another one between its ends (rule ARW3)", () => {
  const from = wholeTransform({ x: 0, y: 0, width: 100, height: 0 });
  const { x, y } = carried(from, { ...from, rotation: 90 })({ x: 0, y: 0 });
  assert.deepEqual([Math.round(x), Math.round(y)], [50, -50]);
  assert.deepEqual(carried(from, { ...from, width: 200 })({ x: 100, y: 0 }), { x: 200, y: 0 });
});

test("arrows: what an arrow ends at is removed: that end stays where it was (rule ARW4)", () => {
  const operations = withArrows([{ op: "remove", id: "a" }], sceneOf(BOX, ARROW));
  assert.deepEqual(operations, [
    { op: "update", id: "arrow", changes: { kind: { start: { x: 105, y: 50, element: null } }, transform: { x: 105, y: 50, width: 195, height: 0, rotation: 0 } } },
    { op: "remove", id: "a" },
  ]);
  const locked = { ...ARROW, locked: true };
  assert.equal(withArrows([{ op: "remove", id: "a" }], sceneOf(BOX, locked)).length, 1, "what is locked cannot be changed");
  assert.equal(withArrows([{ op: "remove", id: "a" }, { op: "remove", id: "arrow" }], sceneOf(BOX, ARROW)).length, 2);
});

test("arrows: a copy goes from copy to copy, and is free where it went to something else (rule ARW4)", () => {
  /** @type {Arrow} */
  const arrow = { type: "Arrow", start: { x: 1, y: 2, element: "a" }, end: { x: 3, y: 4, element: "b" }, label: "yes" };
  assert.deepEqual(copiedKind(arrow, new Map([["a", "copy"]]), 10, 20), {
    ...arrow, start: { x: 11, y: 22, element: "copy" }, end: { x: 13, y: 24 },
  });
  assert.equal(copiedKind(BOX.kind, new Map(), 1, 1), BOX.kind);
});

test("arrows: what goes with a parent is removed as well, but for a tile", () => {
  const child = { ...BOX, parent: "group" };
  /** @type {SceneElement} */
  const group = { id: "group", kind: { type: "Group" }, transform: {} };
  assert.equal(withArrows([{ op: "remove", id: "group" }], sceneOf(group, child, ARROW)).length, 2);
  /** @type {SceneElement} */
  const tile = { ...child, kind: { type: "Video", stream_id: "peer-x" } };
  assert.equal(withArrows([{ op: "remove", id: "group" }], sceneOf(group, tile, ARROW)).length, 1);
});

test("arrows: one follows no arrow, nor what is not there", () => {
  const other = () => ({ kind: arrowOf(), at: wholeTransform() });
  assert.deepEqual(aimsOf(arrowOf(), other).start, { point: END, polygon: null, element: null });
  assert.deepEqual(aimsOf(arrowOf(), () => undefined).end.element, null);
  assert.deepEqual(followedBy(arrowOf()), ["a", "b"]);
});

test("arrows: who follows whom is known by both", () => {
  const followers = new Followers();
  followers.set("arrow", ["a", "b"]);
  followers.set("other", ["b"]);
  assert.deepEqual([...followers.of("b")], ["arrow", "other"]);
  followers.set("arrow", ["a"]);
  followers.set("other", []);
  assert.deepEqual([...followers.of("b")], []);
  assert.deepEqual([...followers.of("a")], ["arrow"]);
});

// --- tools -----------------------------------------------------------------------------------------

test("diagrams: the next shape is straight on, else aside of what is there (rule SHP6)", () => {
  const box = { x: 0, y: 0, width: 100, height: 60 };
  const first = nextBox(box, "right", [box]);
  assert.deepEqual(first, { x: 200, y: 0, width: 100, height: 60 });
  const second = nextBox(box, "right", [box, first]);
  assert.deepEqual(second, { x: 200, y: 100, width: 100, height: 60 });
  assert.deepEqual(nextBox(box, "right", [box, first, second]), { x: 200, y: -100, width: 100, height: 60 });
  assert.deepEqual(nextBox(box, "up", []), { x: 0, y: -160, width: 100, height: 60 });
});

test("diagrams: Shift draws a square and Alt from the middle; a line goes in eight directions (rule SHP6)", () => {
  const [from, to] = [{ x: 10, y: 10 }, { x: 40, y: 20 }];
  assert.deepEqual(drawnBox(from, to, { square: false, fromMiddle: false }), { x: 10, y: 10, width: 30, height: 10 });
  assert.deepEqual(drawnBox(from, to, { square: true, fromMiddle: false }), { x: 10, y: 10, width: 30, height: 30 });
  assert.deepEqual(drawnBox(from, to, { square: false, fromMiddle: true }), { x: -20, y: 0, width: 60, height: 20 });
  const { x, y } = stepped({ x: 0, y: 0 }, { x: 100, y: 20 });
  assert.deepEqual([Math.round(x), Math.round(y)], [102, 0]);
});

test("diagrams: Tab goes along the arrows from shape to shape, and Shift and Tab back (rule SHP6)", () => {
  /** @type {SceneElement} */
  const other = { ...BOX, id: "b" };
  const arrow = { ...ARROW, kind: arrowOf() };
  assert.equal(alongArrows([BOX, arrow, other], "a", false), "b");
  assert.equal(alongArrows([BOX, arrow, other], "b", true), "a");
  assert.equal(alongArrows([BOX, arrow, other], "b", false), null);
  assert.equal(alongArrows([BOX, arrow], "a", false), null, "what is not there");
});
