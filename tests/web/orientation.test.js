/** Turns of models stay what they are when they are written in another way. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { orientation } from "../../web/kinds/model/orientation.js";

/** @typedef {number[][]} Matrix */

/**
 * @param {Matrix} one
 * @param {Matrix} other
 * @returns {Matrix}
 */
const times = (one, other) =>
  one.map((row) => other.map((_, j) => row.reduce((sum, value, k) => sum + value * (other[k]?.[j] ?? 0), 0)));

/** @param {number} a */
const aboutX = (a) => [[1, 0, 0], [0, Math.cos(a), -Math.sin(a)], [0, Math.sin(a), Math.cos(a)]];
/** @param {number} a */
const aboutY = (a) => [[Math.cos(a), 0, Math.sin(a)], [0, 1, 0], [-Math.sin(a), 0, Math.cos(a)]];
/** @param {number} a */
const aboutZ = (a) => [[Math.cos(a), -Math.sin(a), 0], [Math.sin(a), Math.cos(a), 0], [0, 0, 1]];

test("an orientation is the same turn as the rotation", () => {
  const angles = [0, 0.3, -1.2, Math.PI / 2, -Math.PI / 2, 2.8, 7];
  for (const x of angles) {
    for (const y of angles) {
      for (const z of angles) {
        const wanted = times(times(aboutX(x), aboutY(y)), aboutZ(z));
        const [roll = NaN, pitch = NaN, yaw = NaN] = orientation([x, y, z]).split(" ").map(Number.parseFloat);
        const got = times(times(aboutY(yaw), aboutX(pitch)), aboutZ(roll));
        for (const [i, row] of wanted.entries()) {
          for (const [j, value] of row.entries()) {
            assert.ok(Math.abs(value - (got[i]?.[j] ?? NaN)) < 1e-3, `${x} ${y} ${z}: ${i} ${j}`);
          }
        }
      }
    }
  }
});

test("no turn is no turn", () => {
  assert.equal(orientation([0, 0, 0]), "0rad 0rad 0rad");
});
