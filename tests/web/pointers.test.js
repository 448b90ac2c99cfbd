/** Pointers: which of several count, and what is the hand that holds the pen. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Fingers, zoomByGestures } from "../../web/tools/navigation.js";
import { PalmRejection } from "../../web/tools/palm.js";

/** @import {Stage} from "../../web/canvas/stage.js" */

const pen = (timeStamp = 0, pointerId = 1) => ({ pointerId, pointerType: "pen", timeStamp });
const touch = (timeStamp = 0, pointerId = 7) => ({ pointerId, pointerType: "touch", timeStamp });

test("palm: a touch while a pen is down is the hand, however long it stays (CAN4)", () => {
  const palm = new PalmRejection();
  palm.begins(pen(0));
  assert.ok(palm.begins(touch(20_000)));
  palm.ends(pen(20_100));
  palm.leaves(pen(20_100));
  assert.ok(palm.isPalm(touch(60_000)), "until it is lifted");
  palm.ends(touch(60_100));
  assert.ok(!palm.begins(touch(61_000)), "the same id again");
});

// report: reading | A palm that comes down between two strokes of the pen draws or moves things | A touch 300 ms after the pen
// was lifted, one while it hovers, one a second later | The first two are ignored, the last one counts
test("palm: near a pen, and shortly after it (CAN4)", () => {
  const palm = new PalmRejection();
  palm.near(pen(1_000));
  assert.ok(palm.begins(touch(3_000, 8)), "it hovers");
  palm.leaves(pen(3_000));
  assert.ok(palm.begins(touch(3_300)));
  assert.ok(!palm.begins(touch(4_000, 9)));
});

test("palm: a pen that was never seen to leave does not keep fingers off for ever", () => {
  const palm = new PalmRejection();
  palm.near(pen(0));
  assert.ok(!palm.begins(touch(6_000)));
});

test("palm: mice and pens are no hands, and touches without a pen are fingers", () => {
  const palm = new PalmRejection();
  assert.ok(!palm.begins(touch(0)));
  palm.begins(pen(10));
  assert.ok(!palm.begins({ ...pen(20), pointerType: "mouse" }));
  assert.ok(!palm.isPalm({}), "a click by a key");
  palm.reject([7]);
  assert.ok(palm.isPalm(touch(30)));
});

test("palm: what is remembered is bounded", () => {
  const palm = new PalmRejection();
  palm.reject(Array.from({ length: 1_000 }, (_, id) => id + 100));
  assert.ok(!palm.isPalm({ pointerId: 100 }));
  assert.ok(palm.isPalm({ pointerId: 1_099 }));
});

// report: found | A pinch on the touchpad zooms the page in Safari, not the canvas | gesturestart and gesturechange with scale 2
// | The canvas is twice as large; fingers on a screen are not counted twice
test("fingers: a pinch on a touchpad as Safari reports it", () => {
  /** @type {unknown[]} */
  const zooms = [];
  const frame = new EventTarget();
  let touched = false;
  const stage = /** @type {Stage} */ (/** @type {unknown} */ ({ frame, zoomAt: (/** @type {unknown[]} */ ...at) => void zooms.push(at) }));
  zoomByGestures(stage, () => touched);
  const gesture = (/** @type {string} */ type, /** @type {number} */ scale) => {
    const event = Object.assign(new Event(type, { cancelable: true }), { scale, clientX: 10, clientY: 20 });
    frame.dispatchEvent(event);
    assert.ok(event.defaultPrevented);
  };
  gesture("gesturestart", 1);
  gesture("gesturechange", 1.5);
  gesture("gesturechange", 3);
  assert.deepEqual(zooms, [[1.5, 10, 20], [2, 10, 20]]);
  touched = true;
  gesture("gesturechange", 4);
  assert.equal(zooms.length, 2);
});

test("fingers: the one that is left of two is known, with its place", () => {
  const fingers = new Fingers({ panBy() {}, zoomAt() {} });
  for (const pointerId of [1, 2, 3]) fingers.put({ pointerId, clientX: 10 * pointerId, clientY: 0 });
  assert.equal(fingers.only, null);
  fingers.pinch({ pointerId: 3, clientX: 90, clientY: 5 });
  fingers.lift({ pointerId: 1 });
  fingers.lift({ pointerId: 2 });
  assert.deepEqual(fingers.only, { pointer: 3, at: { x: 90, y: 5 } });
  fingers.clear();
  assert.equal(fingers.only, null);
});
