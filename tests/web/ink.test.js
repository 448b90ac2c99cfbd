/** Ink: the form of strokes, what is sent of them, and their words. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { decodeTrace } from "../../web/canvas/trace.js";
import { carrierOf } from "../../web/tools/ink/carrier.js";
import { inkOf } from "../../web/kinds/parts/strokes.js";
import { describeInk } from "../../web/kinds/ink/describe.js";
import { fitted, formOf } from "../../web/kinds/ink/outline.js";

const samples = JSON.parse(readFileSync(new URL("../samples/ink.json", import.meta.url), "utf8"));

test("a stroke has the form that the samples have (INK8)", () => {
  for (const { name, kind, width, height, form } of samples) {
    const { points, width: brush } = fitted(kind, width, height);
    const made = formOf(points, brush);
    assert.ok(Math.abs(made.width - form.width) < 0.05, name);
    const [numbers, expected] = [made.d, form.d].map((d) => d.match(/-?[\d.]+/g)?.map(Number) ?? []);
    assert.equal(made.d.replace(/[-\d. ]/g, ""), form.d.replace(/[-\d. ]/g, ""), name);
    assert.equal(numbers.length, expected.length, name);
    for (const [at, value] of numbers.entries()) assert.ok(Math.abs(value - expected[at]) < 0.05, `${name}: ${at}`);
  }
});

test("a stroke is said in words: its colour, its form and the brush (INK9)", () => {
  const ring = Array.from({ length: 20 }, (_, at) => [50 + 50 * Math.cos(at / 3), 50 + 50 * Math.sin(at / 3)]);
  assert.equal(describeInk({ type: "Ink", points: ring, color: "#e03131", size: 4 }), "Red ring, pen");
  assert.equal(describeInk({ type: "Ink", points: [[0, 0], [90, 10]], color: "#ffd43b", brush: "marker" }), "Yellow line, marker");
  assert.equal(describeInk({ type: "Ink", points: [[0, 0]], color: "#1e1e1e" }), "Black dot, pen");
  assert.equal(describeInk({ type: "Ink", points: [[0, 0], [9, 0], [0, 9], [9, 9]], color: "hotpink" }), "Coloured stroke, pen");
});

test("what is drawn on a picture, a frame or a tile lies on it, and so does what is drawn on that ink (INK3)", () => {
  const elements = new Map(Object.entries({
    tile: { kind: { type: "Video", stream_id: "peer-1" }, locked: true },
    frame: { kind: { type: "Frame", title: "" } },
    ink: { kind: { type: "Ink", points: [[0, 0]] }, parent: "tile" },
    loose: { kind: { type: "Ink", points: [[0, 0]] } },
    text: { kind: { type: "Text", content: "" } },
  }));
  const on = (id) => carrierOf({ scene: { get: (one) => elements.get(one) } }, id);
  assert.deepEqual(["tile", "frame", "ink", "loose", "text", null].map(on), ["tile", "frame", "tile", null, null, null]);
});

test("black ink is the page's own (INK11)", () => {
  for (const color of ["#1e1e1e", "#000", " #000000", "Black", "", undefined]) {
    assert.deepEqual([inkOf(color), inkOf(color, "var(--ink)")], ["currentColor", "var(--ink)"], color);
  }
});

test("letters of a stranger that are no numbers, or too large ones, draw nothing that is no place", () => {
  for (const letters of ["g".repeat(600) + "BBB", "h".repeat(600) + "BBB", "/".repeat(180) + "HAA", "/".repeat(9) + "BA"]) {
    for (const pressed of [false, true]) {
      const points = decodeTrace("CCC".repeat(2) + letters, { x: 3, y: 4 }, pressed);
      assert.deepEqual(points, decodeTrace("CCC".repeat(2), { x: 3, y: 4 }, pressed), letters.slice(0, 4));
    }
  }
  assert.deepEqual(decodeTrace("+/////D", { x: 0, y: 0 }, false), []);
  assert.deepEqual(decodeTrace("+/////DA", { x: 0, y: 0 }, false), [[(2 ** 31 - 1) / 10, 0]]);
});
