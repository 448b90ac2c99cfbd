/** What there is of a scene: all of it in sight, and what is not. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { boxToFit, outOfSight } from "../../web/canvas/extent.js";

const box = (/** @type {number} */ x, /** @type {number} */ y, width = 100, height = 50) => ({ x, y, width, height });
const most = { width: 25_000, height: 14_000 };

test("fit: around all there is; of nothing, nothing (CAN5)", () => {
  assert.equal(boxToFit([], most), null);
  assert.deepEqual(boxToFit([box(10, 20, 3, 2)], most), box(10, 20, 3, 2));
  assert.deepEqual(boxToFit([box(-500, 0), box(900, 400)], most), box(-500, 0, 1_500, 450));
});

// report: found | "Fit" shows an empty middle where one element is far away | Three elements, and one at 1,000,000 | The three are
// shown, and a sign at the edge points to the other
test("fit: of what cannot be seen at once, the most that can", () => {
  const near = [box(0, 0), box(300, 0), box(0, 600)];
  assert.deepEqual(boxToFit([box(1e6, 1e6), ...near], most), box(0, 0, 400, 650));
  assert.deepEqual(boxToFit([box(0, 0, 1e6, 10)], most), box(0, 0, 1e6, 10), "larger than can be seen");
  const far = [box(0, 0), box(1e6, 0)];
  assert.deepEqual(boxToFit(far, most), box(0, 0), "one of two");
  const many = Array.from({ length: 5_000 }, (_, place) => box(place * 1_000, 0));
  const shown = boxToFit(many, most);
  assert.ok(shown && shown.width <= most.width && shown.width > 20_000);
});

test("out of sight: how many on which side, and which is nearest (CAN5)", () => {
  const sight = box(0, 0, 1_000, 600);
  const boxes = [box(10, 10), box(2_000, 0), box(1_100, 100), box(-500, 700), box(0, -9_000), box(990, 590)];
  const { seen, beyond } = outOfSight(boxes, sight);
  assert.equal(seen, 2);
  assert.deepEqual({ ...beyond.right, way: 0 }, { count: 2, nearest: box(1_100, 100), way: 0 });
  assert.equal(beyond.left?.count, 1);
  assert.equal(beyond.up?.count, 1);
  assert.equal(beyond.down, undefined);
  assert.deepEqual(outOfSight([], sight), { seen: 0, beyond: {} });
});
