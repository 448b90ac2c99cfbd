/** Boxes, handles, lines and layers of the canvas tools. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { aligned, distributed } from "../../web/canvas/align.js";
import {
  HANDLES,
  boundsOf,
  handleAt,
  normalDegrees,
  pulledFactor,
  resized,
  rotated,
  scaled,
  turned,
  unionOf,
} from "../../web/canvas/geometry.js";
import { restacked } from "../../web/scene/order.js";
import { snapMove, snapResize } from "../../web/canvas/snap.js";
import { wholeTransform } from "../../web/scene/scene.js";

/** @typedef {import("../../web/canvas/geometry.js").Handle} Handle */

const ALL = /** @type {Handle[]} */ (Object.keys(HANDLES));
/** @type {Record<Handle, Handle>} */
const OPPOSITE = { nw: "se", n: "s", ne: "sw", e: "w", se: "nw", s: "n", sw: "ne", w: "e" };

/**
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {number} height
 * @param {number} [rotation]
 */
const at = (x, y, width, height, rotation = 0) => wholeTransform({ x, y, width, height, rotation });

/**
 * @param {number} one
 * @param {number} other
 * @param {string} [what]
 */
const near = (one, other, what = "") => assert.ok(Math.abs(one - other) < 1e-6, `${what} ${one} is not ${other}`);

/** @param {{x: number, y: number}} one @param {{x: number, y: number}} other @param {string} what */
const samePoint = (one, other, what) => {
  near(one.x, other.x, what);
  near(one.y, other.y, what);
};

test("bounds know about rotation", () => {
  assert.deepEqual(boundsOf({ x: 1, y: 2, width: 30, height: 40 }), { x: 1, y: 2, width: 30, height: 40 });
  const box = boundsOf(at(0, 0, 100, 50, 90));
  near(box.x, 25);
  near(box.y, -25);
  near(box.width, 50);
  near(box.height, 100);
  near(boundsOf(at(0, 0, 10, 10, 45)).width, 10 * Math.SQRT2);
});

test("a union of nothing is nothing", () => {
  assert.equal(unionOf([]), null);
  assert.deepEqual(
    unionOf([at(0, 0, 10, 10), at(20, -5, 10, 10)].map(boundsOf)),
    { x: 0, y: -5, width: 30, height: 15 },
  );
});

test("pulling any handle leaves what is opposite where it is, at any rotation", () => {
  for (const rotation of [0, 30, 90, 137, -60, 180]) {
    for (const handle of ALL) {
      for (const keepAspect of [false, true]) {
        const before = at(40, 60, 200, 120, rotation);
        const from = handleAt(before, handle);
        const out = turned({ x: HANDLES[handle].x * 33, y: HANDLES[handle].y * 21 }, { x: 0, y: 0 }, rotation);
        const box = resized(before, handle, { x: from.x + out.x, y: from.y + out.y }, { keepAspect });
        const after = { ...before, ...box };
        const what = `${handle} at ${rotation}`;
        samePoint(handleAt(after, OPPOSITE[handle]), handleAt(before, OPPOSITE[handle]), what);
        if (keepAspect) near(after.width / after.height, 200 / 120, what);
        else {
          near(after.width, 200 + 33 * Math.abs(HANDLES[handle].x), what);
          near(after.height, 120 + 21 * Math.abs(HANDLES[handle].y), what);
          samePoint(handleAt(after, handle), { x: from.x + out.x, y: from.y + out.y }, what);
        }
      }
    }
  }
});

test("nothing is made smaller than can be taken hold of, or turned inside out", () => {
  for (const handle of ALL) {
    const box = resized(at(0, 0, 200, 100), handle, { x: 100, y: 50 }, { least: 16 });
    const far = resized(at(0, 0, 200, 100), handle, {
      x: 100 - HANDLES[handle].x * 900,
      y: 50 - HANDLES[handle].y * 900,
    });
    assert.ok(box.width >= 16 && box.height >= 16);
    assert.equal(far.width, HANDLES[handle].x ? 16 : 200);
    assert.equal(far.height, HANDLES[handle].y ? 16 : 100);
  }
  const small = resized(at(0, 0, 200, 100), "se", { x: -50, y: -50 }, { keepAspect: true });
  assert.deepEqual(small, { x: 0, y: 0, width: 32, height: 16 });
  const tiny = resized(at(0, 0, 8, 4), "se", { x: -50, y: -50 }, {});
  assert.deepEqual(tiny, { x: 0, y: 0, width: 8, height: 4 }, "what is smaller already stays so");
});

test("a group grows in its proportions about the opposite corner", () => {
  const box = { x: 0, y: 0, width: 100, height: 50 };
  const part = at(50, 0, 50, 50);
  const factor = pulledFactor(box, "se", { x: 200, y: 100 }, [part]);
  near(factor, 2);
  assert.deepEqual(scaled(part, box, "se", factor), { x: 100, y: 0, width: 100, height: 100 });
  assert.deepEqual(scaled(part, box, "nw", factor), { x: 0, y: -50, width: 100, height: 100 });
  near(pulledFactor(box, "se", { x: 1, y: 1 }, [part]), 16 / 50, "the smallest part keeps the least size");
  assert.equal(pulledFactor({ ...box, width: 0 }, "se", { x: 9, y: 9 }, []), 1);
});

test("turning about the middle of a group moves and turns each", () => {
  assert.deepEqual(rotated(at(0, 0, 10, 10), { x: 5, y: 5 }, 90), { x: 0, y: 0, rotation: 90 });
  const place = rotated(at(20, 0, 10, 10, 170), { x: 5, y: 5 }, 90);
  near(place.x, 0);
  near(place.y, 20);
  near(place.rotation, -100);
  assert.deepEqual([-180, 180, 540, -90, 361].map(normalDegrees), [180, 180, 180, -90, 1]);
});

test("what moves snaps to edges and middles of others within reach", () => {
  const others = [{ x: 100, y: 100, width: 60, height: 40 }];
  const snap = snapMove({ x: 104, y: 300, width: 60, height: 10 }, others, 6);
  assert.equal(snap.dx, -4);
  assert.equal(snap.dy, 0);
  assert.equal(snap.guides.length, 3, "left, middle and right line up");
  assert.deepEqual(snap.guides[0], { axis: "x", at: 100, from: 100, to: 310, gap: false });
  const middle = snapMove({ x: 127, y: 117, width: 10, height: 10 }, others, 6);
  assert.deepEqual([middle.dx, middle.dy], [-2, -2], "middle to middle");
  assert.deepEqual(snapMove({ x: 400, y: 400, width: 9, height: 9 }, others, 6), { dx: 0, dy: 0, guides: [] });
  assert.deepEqual(snapMove({ x: 0, y: 0, width: 9, height: 9 }, [], 6), { dx: 0, dy: 0, guides: [] });
});

test("what moves snaps to gaps equal to those of its neighbours", () => {
  const row = [
    { x: 0, y: 0, width: 50, height: 50 },
    { x: 80, y: 0, width: 50, height: 50 },
  ];
  const right = snapMove({ x: 163, y: 11, width: 40, height: 31 }, row, 5);
  assert.equal(right.dx, -3, "30 beside the second, as between the two");
  const gaps = right.guides.filter(({ gap }) => gap);
  assert.deepEqual(gaps.map(({ axis, from, to }) => [axis, from, to]), [["y", 50, 80], ["y", 130, 160]]);
  const left = snapMove({ x: -68, y: 11, width: 40, height: 31 }, row, 5);
  assert.equal(left.dx, -2);
  const wide = [row[0], { x: 200, y: 0, width: 50, height: 50 }].map((box) => /** @type {any} */ (box));
  const between = snapMove({ x: 106, y: 11, width: 41, height: 31 }, wide, 5);
  near(between.dx, -1.5);
  assert.equal(between.guides.filter(({ gap }) => gap).length, 2);
});

test("only the edges that a handle pulls snap", () => {
  const others = [{ x: 100, y: 100, width: 60, height: 40 }];
  const box = { x: 0, y: 0, width: 97, height: 98 };
  assert.deepEqual([snapResize(box, "se", others, 5).dx, snapResize(box, "se", others, 5).dy], [3, 2]);
  assert.deepEqual([snapResize(box, "e", others, 5).dx, snapResize(box, "e", others, 5).dy], [3, 0]);
  const none = snapResize(box, "nw", others, 5);
  assert.deepEqual([none.dx, none.dy, none.guides.length], [0, 0, 0]);
  assert.equal(snapResize(box, "e", others, 5).guides[0]?.at, 100);
});

test("aligning moves each to the line, by what it takes up", () => {
  const items = [
    { id: "a", transform: at(0, 0, 100, 50) },
    { id: "b", transform: at(200, 80, 100, 50, 90) },
    { id: "c", transform: at(40, 10, 20, 20) },
  ];
  for (const how of /** @type {const} */ (["left", "center", "right", "top", "middle", "bottom"])) {
    const around = unionOf(items.map(({ transform }) => boundsOf(transform)));
    const changes = aligned(items, how);
    for (const { id, transform } of items) {
      const box = boundsOf({ ...transform, ...changes.get(id) });
      const [axis, size] = ["left", "center", "right"].includes(how) ? ["x", "width"] : ["y", "height"];
      const part = { left: 0, top: 0, center: 0.5, middle: 0.5, right: 1, bottom: 1 }[how];
      const line = (/** @type {any} */ box) => box[axis] + box[size] * part;
      near(line(box), line(around), `${how} ${id}`);
    }
  }
  assert.equal(aligned(items.slice(0, 1), "left").size, 0);
  assert.equal(aligned([items[0], items[0]].map((item) => /** @type {any} */ (item)), "left").size, 0);
});

test("distributing makes the gaps equal and leaves the ends", () => {
  const items = [
    { id: "b", transform: at(30, 0, 20, 10) },
    { id: "a", transform: at(0, 0, 10, 10) },
    { id: "d", transform: at(190, 0, 10, 10) },
    { id: "c", transform: at(60, 0, 60, 10) },
  ];
  const changes = distributed(items, "x");
  assert.deepEqual([...changes.keys()].sort(), ["b", "c"]);
  const gap = (200 - 10 - 20 - 60 - 10) / 3;
  near(changes.get("b")?.x ?? 0, Math.round((10 + gap) * 10) / 10);
  near(changes.get("c")?.x ?? 0, Math.round((10 + gap + 20 + gap) * 10) / 10);
  assert.equal(distributed(items.slice(0, 2), "x").size, 0);
});

/**
 * @param {[string, number][]} layers
 * @param {Map<string, number>} changes
 * @returns {string} ids from the back to the front
 */
function stack(layers, changes) {
  return layers
    .map(([id, z], born) => ({ id, z: changes.get(id) ?? z, born }))
    .sort((one, other) => one.z - other.z || one.born - other.born)
    .map(({ id }) => id)
    .join("");
}

/**
 * @param {[string, number][]} layers
 * @param {string} ids
 * @param {import("../../web/scene/order.js").Restack} how
 * @param {(one: string, other: string) => boolean} [touch]
 * @returns {[string, number]} the order reached, and how many elements had to change
 */
function restack(layers, ids, how, touch) {
  const elements = layers.map(([id, z_index]) => ({ id, z_index }));
  const changes = restacked(elements, new Set(ids), how, touch);
  return [stack(layers, changes), changes.size];
}

test("to the front and to the back changes those alone", () => {
  /** @type {[string, number][]} */
  const flat = [["a", 0], ["b", 0], ["c", 0], ["d", 0]];
  assert.deepEqual(restack(flat, "b", "front"), ["acdb", 1]);
  assert.deepEqual(restack(flat, "ac", "front"), ["bdac", 2]);
  assert.deepEqual(restack(flat, "c", "back"), ["cabd", 1]);
  assert.deepEqual(restack(flat, "db", "back"), ["bdac", 2]);
  assert.deepEqual(restack(flat, "d", "front"), ["abcd", 0], "it is there");
  assert.deepEqual(restack(flat, "a", "back"), ["abcd", 0]);
  assert.deepEqual(restack(flat, "", "front"), ["abcd", 0]);
});

test("forward and backward pass the next one, or the next one touched", () => {
  /** @type {[string, number][]} */
  const spaced = [["a", 0], ["b", 2], ["c", 4], ["d", 6]];
  assert.deepEqual(restack(spaced, "a", "forward"), ["bacd", 1]);
  assert.deepEqual(restack(spaced, "d", "backward"), ["abdc", 1]);
  assert.deepEqual(restack(spaced, "bc", "forward"), ["adbc", 2]);
  assert.deepEqual(restack(spaced, "d", "forward"), ["abcd", 0]);
  const touchesD = (/** @type {string} */ one, /** @type {string} */ other) => other === "d" && one === "a";
  assert.deepEqual(restack(spaced, "a", "forward", touchesD), ["bcda", 1]);
  assert.deepEqual(restack(spaced, "b", "forward", touchesD), ["abcd", 0], "it touches nothing above");
});

test("where there is no number free, what is above moves up as far as needed", () => {
  /** @type {[string, number][]} */
  const tight = [["c", 3], ["a", 1], ["b", 2], ["d", 9]];
  const [order, changed] = restack(tight, "a", "forward");
  assert.equal(order, "bacd");
  assert.ok(changed <= 2, `${changed} changed`);
  /** @type {[string, number][]} */
  const flat = [["a", 0], ["b", 0], ["c", 0], ["d", 0]];
  assert.equal(restack(flat, "b", "backward")[0], "bacd");
  assert.equal(restack(flat, "c", "forward")[0], "abdc");
});

test("restacking reaches the order wished for in every small stack", () => {
  for (let seed = 0; seed < 3000; seed++) {
    const digits = [...seed.toString(3).padStart(8, "0")].map(Number);
    /** @type {[string, number][]} */
    const layers = [["a", digits[0] ?? 0], ["b", digits[1] ?? 0], ["c", digits[2] ?? 0], ["d", digits[3] ?? 0]];
    const ids = ["a", "b", "c", "d"].filter((_, place) => (digits[4 + place] ?? 0) > 0).join("");
    const before = stack(layers, new Map());
    const rest = [...before].filter((id) => !ids.includes(id)).join("");
    const chosen = [...before].filter((id) => ids.includes(id)).join("");
    assert.equal(restack(layers, ids, "front")[0], rest + chosen);
    assert.equal(restack(layers, ids, "back")[0], chosen + rest);
    for (const how of /** @type {const} */ (["forward", "backward"])) {
      const after = restack(layers, ids, how)[0];
      assert.equal([...after].filter((id) => !ids.includes(id)).join(""), rest, "the others keep their order");
      assert.equal([...after].filter((id) => ids.includes(id)).join(""), chosen);
    }
  }
});
