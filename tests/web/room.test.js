/** The frame of the page, as far as it needs no page: what bars leave free, how the dock folds, how sheets close. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { freeBox } from "../../web/canvas/freebox.js";
import { foldFor, isInDock } from "../../web/room/fold.js";
import { barAt } from "../../web/tools/beside.js";
import { keyboardHeight } from "../../web/ui/keyboard.js";
import { closes } from "../../web/ui/swipe.js";

const frame = { x: 0, y: 0, width: 1000, height: 700 };
/**
 * @param {import("../../web/canvas/freebox.js").Edge} edge
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {number} height
 */
const bar = (edge, x, y, width, height) => ({ edge, x, y, width, height });

test("free: without bars it is the whole frame (rule SHL1)", () => {
  assert.deepEqual(freeBox(frame, []), frame);
});

test("free: each bar takes the side of its edge, and the largest of a side counts (rule SHL1)", () => {
  const bars = [
    bar("bottom", 200, 630, 600, 58),
    bar("bottom", 12, 650, 160, 40),
    bar("right", 700, 0, 300, 700),
    bar("left", 0, 100, 60, 300),
    bar("top", 0, 0, 1000, 40),
  ];
  assert.deepEqual(freeBox(frame, bars), { x: 60, y: 40, width: 640, height: 590 });
});

test("free: a bar beside the frame takes nothing, also one that only touches it (rule SHL1)", () => {
  const beside = [bar("right", 1000, 0, 340, 700), bar("bottom", 0, 700, 1000, 56), bar("top", 0, -52, 1000, 52), bar("left", -60, 0, 60, 700)];
  assert.deepEqual(freeBox(frame, beside), frame);
});

test("free: bars that would leave next to nothing of a side take nothing of it (rule SHL1)", () => {
  const bars = [bar("bottom", 0, 139, 1000, 561), bar("left", 0, 0, 100, 700)];
  assert.deepEqual(freeBox(frame, bars), { x: 100, y: 0, width: 900, height: 700 });
});

test("free: where not all fit, the larger ones count and the smaller ones do not (rule SHL1)", () => {
  const bars = [bar("left", 0, 0, 120, 54), bar("right", 300, 0, 700, 700)];
  assert.deepEqual(freeBox(frame, bars), { x: 0, y: 0, width: 300, height: 700 });
});

test("free: it is counted from the corner of the frame", () => {
  assert.deepEqual(freeBox({ x: 10, y: 20, width: 500, height: 500 }, [bar("top", 10, 20, 500, 50)]), { x: 10, y: 70, width: 500, height: 450 });
});

const widths = { always: 160, wide: 240, seldom: 96, tools: 340, more: 48, add: 48 };
const all = 160 + 240 + 96 + 340 + 42;

test("dock: it folds what is seldom wanted first, then the tools, then the rest (rules SHL2, HND1)", () => {
  assert.equal(foldFor(all, widths), "none");
  assert.equal(foldFor(all - 1, widths), "seldom");
  assert.equal(foldFor(160 + 240 + 48 + 340 + 42, widths), "seldom");
  // The tools stay in sight in a row of their own as long as it fits.
  assert.equal(foldFor(160 + 240 + 48 + 340 + 41, widths), "rows");
  assert.equal(foldFor(160 + 240 + 96 + 18, widths), "rows");
  assert.equal(foldFor(160 + 240 + 96 + 17, widths), "rows-seldom");
  const many = { ...widths, tools: 600 };
  assert.equal(foldFor(600 + 18, many), "rows");
  assert.equal(foldFor(600 + 17, many), "tools");
  assert.equal(foldFor(160 + 240 + 48 + 48 + 42, many), "tools");
  assert.equal(foldFor(160 + 240 + 48 + 48 + 41, many), "all");
});

test("dock: where nothing is seldom wanted, no button leads to nothing (rule SHL2)", () => {
  const plain = { ...widths, seldom: 0 };
  assert.equal(foldFor(all - 97, plain), "rows");
  assert.equal(foldFor(160 + 240 + 48 + 42, { ...plain, tools: 600 }), "tools");
});

test("dock: what must always be there is in it however narrow it is (rule SHL3)", () => {
  for (const fold of /** @type {const} */ (["none", "seldom", "rows", "rows-seldom", "tools", "all"])) assert.ok(isInDock(fold, "always"));
  const folds = /** @type {const} */ (["none", "rows", "seldom", "rows-seldom", "tools", "all"]);
  assert.deepEqual(folds.map((fold) => isInDock(fold, "wide")), [true, true, true, true, true, false]);
  assert.deepEqual(folds.map((fold) => isInDock(fold, "seldom")), [true, true, false, false, false, false]);
});

test("sheet: a long or a quick push down closes it, a short one does not, nor one up (rule SHL4)", () => {
  assert.ok(closes(80, 1000));
  assert.ok(closes(30, 40));
  assert.ok(!closes(30, 400));
  assert.ok(!closes(8, 1));
  assert.ok(!closes(-200, 100));
});

test("keyboard: what it covers of the page counts, what the browser's own bars cover does not, nor magnifying (rule SHL5)", () => {
  assert.equal(keyboardHeight(844, { height: 508, offsetTop: 0, scale: 1 }), 336);
  assert.equal(keyboardHeight(844, { height: 508, offsetTop: 100, scale: 1 }), 236);
  assert.equal(keyboardHeight(844, { height: 790, offsetTop: 0, scale: 1 }), 0);
  assert.equal(keyboardHeight(844, { height: 422, offsetTop: 0, scale: 2 }), 0);
});

test("style bar: above what is selected, else below it, always inside what is free", () => {
  const free = { x: 0, y: 0, width: 1000, height: 600 };
  const size = { width: 300, height: 44 };
  assert.deepEqual(barAt({ x: 400, y: 300, width: 100, height: 50 }, size, free), { x: 300, y: 212 });
  assert.deepEqual(barAt({ x: 400, y: 40, width: 100, height: 50 }, size, free), { x: 300, y: 108 });
  assert.deepEqual(barAt({ x: -50, y: 300, width: 100, height: 50 }, size, free), { x: 8, y: 212 });
  assert.deepEqual(barAt({ x: 950, y: 300, width: 100, height: 50 }, size, free), { x: 692, y: 212 });
  const filling = barAt({ x: -100, y: -100, width: 1200, height: 800 }, size, free);
  assert.deepEqual(filling, { x: 350, y: 8 });
});
