/** Pointers: which of several count, and what is the hand that holds the pen. */

import { select } from "../../web/tools/modes/select.js";
import assert from "node:assert/strict";
import { test } from "node:test";

import { Fingers, zoomByGestures } from "../../web/tools/navigation.js";
import { PalmRejection } from "../../web/tools/palm.js";
import { Pointer } from "../../web/tools/pointer.js";

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

/** A stage that only pans, and the pointer on it. */
function touchable() {
  const page = /** @type {any} */ (globalThis);
  page.Element ??= class {};
  page.addEventListener ??= () => {};
  const frame = Object.assign(new EventTarget(), { setPointerCapture() {}, toggleAttribute() {}, focus() {} });
  const moved = { x: 0, y: 0 };
  const stage = {
    frame,
    camera: { left: 0, top: 0, scale: 1, fitted: false },
    return: ({ left = 0, top = 0 }) => void Object.assign(moved, { x: left, y: top }),
    panBy: (/** @type {number} */ dx, /** @type {number} */ dy) => void Object.assign(moved, { x: moved.x + dx, y: moved.y + dy }),
    zoomAt() {},
    toScene: (/** @type {number} */ x, /** @type {number} */ y) => ({ x, y }),
    toClient: (/** @type {number} */ x, /** @type {number} */ y) => ({ x, y }),
  };
  const selection = { ids: new Set(), set() {}, clear() {}, has: () => false };
  const context = /** @type {any} */ ({ stage, selection, view: { idOf: () => null, nodeOf: () => undefined }, mode: { current: select } });
  new Pointer(context, /** @type {any} */ ({}), { open() {}, write() {}, put: () => false, copy() {}, menu() {} });
  /** @param {string} type @param {number} pointerId @param {number} clientX @param {number} clientY @param {object} [more] */
  const send = (type, pointerId, clientX, clientY, more) => {
    const event = new Event(`pointer${type}`, { cancelable: true });
    frame.dispatchEvent(Object.assign(event, { pointerId, pointerType: "touch", button: 0, clientX, clientY, ...more }));
  };
  return { moved, send };
}

// report: reading | The canvas jumps when one of two fingers is lifted | A pinch, then one finger lifted and the other moved
// | It goes on to pan from where it is
test("pointer: a finger that is left of two, or of three, goes on to pan (CAN4)", () => {
  const { moved, send } = touchable();
  send("down", 2, 100, 300);
  send("down", 3, 200, 300);
  send("down", 4, 300, 300);
  send("up", 4, 300, 300);
  send("up", 2, 100, 300);
  assert.deepEqual(moved, { x: 0, y: 0 });
  send("move", 3, 200, 340);
  assert.deepEqual(moved, { x: 0, y: 40 });
  send("up", 3, 200, 340);
  send("move", 3, 200, 400);
  assert.deepEqual(moved, { x: 0, y: 40 });
});

test("pointer: a pan that a second finger makes a pinch stays, one that the system takes goes back (CAN4)", () => {
  const { moved, send } = touchable();
  send("down", 2, 100, 300);
  send("move", 2, 100, 360);
  send("down", 3, 200, 300);
  assert.deepEqual(moved, { x: 0, y: 60 });
  send("cancel", 2, 100, 360);
  send("cancel", 3, 200, 300);
  send("down", 5, 100, 300);
  send("move", 5, 150, 300);
  send("cancel", 5, 150, 300);
  assert.deepEqual(moved, { x: 0, y: 0 });
});

test("pointer: of a mouse and a touch the first one counts, of a pen and a touch the pen (CAN4)", () => {
  const { moved, send } = touchable();
  const mouse = { pointerType: "mouse", button: 1 };
  send("down", 1, 0, 0, mouse);
  send("down", 2, 100, 300);
  send("move", 2, 100, 400);
  assert.deepEqual(moved, { x: 0, y: 0 });
  send("move", 1, 30, 0, mouse);
  assert.deepEqual(moved, { x: 30, y: 0 });
  send("up", 1, 30, 0, mouse);
  send("up", 2, 100, 400);
  send("down", 3, 100, 300);
  send("move", 3, 100, 350);
  send("move", 9, 50, 50, { pointerType: "pen", button: -1 });
  assert.deepEqual(moved, { x: 0, y: 0 }, "what the palm did goes back");
  send("move", 3, 100, 400);
  assert.deepEqual(moved, { x: 0, y: 0 });
});
