/** Shapes: outlines as the export has them, and room for words. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { heightFor, outlineOf, pathOf, polygonOf, roomIn } from "../../web/kinds/shape/outline.js";
import { describeKind, kinds } from "../../web/kinds/kinds.js";
import { SHAPES } from "../../web/kinds/parts/palette.js";

/** @type {{shape: typeof SHAPES[number], width: number, height: number, polygon: [number, number][], room: number[]}[]} */
const samples = JSON.parse(readFileSync(new URL("../samples/shapes.json", import.meta.url), "utf8"));

test("shapes: outline and room for words are those of the export (rule SHP1)", () => {
  assert.deepEqual([...new Set(samples.map(({ shape }) => shape))], [...SHAPES]);
  for (const { shape, width, height, polygon, room } of samples) {
    const own = polygonOf(outlineOf(shape, width, height));
    assert.equal(own.length, polygon.length, shape);
    for (const [place, [x, y]] of polygon.entries()) {
      assert.ok(Math.hypot((own[place]?.x ?? 0) - x, (own[place]?.y ?? 0) - y) < 0.01, `${shape} ${place}`);
    }
    for (const [place, value] of Object.values(roomIn(shape, width, height)).entries()) assert.ok(Math.abs(value - (room[place] ?? 0)) < 0.01, shape);
  }
});

test("shapes: an outline fills the box of its element", () => {
  for (const shape of SHAPES) {
    const points = polygonOf(outlineOf(shape, 200, 100));
    const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
    const box = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)].map((value) => Math.round(value) || 0);
    assert.deepEqual(box, [0, 200, 0, 100], shape);
    assert.match(pathOf(outlineOf(shape, 200, 100)), /^M[\d. LCMe-]+Z$/);
  }
});

test("shapes: one is high enough for its words (rule SHP2)", () => {
  for (const shape of SHAPES) {
    for (const words of [20, 100, 400]) {
      assert.ok(roomIn(shape, 400, heightFor(shape, words)).height >= words - 1, `${shape} ${words}`);
    }
  }
});

test("shapes: one is what it is, and what is written in it (rule SHP5)", () => {
  assert.equal(describeKind({ type: "Shape", shape: "diamond", text: "ok?" }), "Diamond: ok?");
  assert.equal(describeKind({ type: "Shape", shape: "cloud" }), "Cloud");
  const between = kinds.Arrow.describeWith;
  /** @type {import("../../web/types/messages.js").Arrow} */
  const arrow = { type: "Arrow", start: { x: 0, y: 0, element: "a" }, end: { x: 0, y: 0, element: "b" }, label: "yes" };
  const names = /** @type {Record<string, string>} */ ({ a: "Plan", b: "Build" });
  assert.equal(between?.(arrow, (id) => names[id] ?? ""), "Arrow from “Plan” to “Build”: yes");
  assert.equal(between?.({ ...arrow, start: { x: 0, y: 0 }, label: "" }, (id) => names[id] ?? ""), "Arrow to “Build”");
});
