/** Which pointers of a crowd are drawn. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { MAX_DRAWN, RESTING_MS, roomFor } from "../../web/canvas/drawnpointers.js";

test("a few tens of pointers are drawn; who moves stays, who rests gives way (CRW5)", () => {
  /** @type {Map<string, {movedAt: number}>} */
  const drawn = new Map();
  for (let number = 0; number < MAX_DRAWN; number += 1) {
    assert.deepEqual(roomFor(drawn, number), { hasRoom: true, resting: null });
    drawn.set(`peer-${number}`, { movedAt: number });
  }
  assert.deepEqual(roomFor(drawn, RESTING_MS), { hasRoom: false, resting: null }, "all of them move");
  assert.deepEqual(roomFor(drawn, RESTING_MS + 1), { hasRoom: true, resting: "peer-0" });
});
