/** Messages as they are read: by day and author, and a bounded number of them in the page. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { around, bounded, earlier, later, MOST_SHOWN, placeOf, STEP } from "../../web/chat/grouping.js";
import { dayText } from "../../web/text/chat.js";

const NOON = new Date(2026, 4, 5, 12).getTime();
const said = (/** @type {number} */ minutes, author = "a", to = "") => ({ author, to, at: NOON + minutes * 60_000 });

test("chat: messages of one author stand together, unless much time, a day, or another reader lies between", () => {
  const first = (/** @type {ReturnType<typeof said>} */ one, /** @type {ReturnType<typeof said> | undefined} */ before) => placeOf(one, before).isFirst;
  assert.deepEqual(placeOf(said(0), undefined), { isFirst: true, beginsDay: true });
  assert.equal(first(said(4), said(0)), false);
  assert.equal(first(said(6), said(0)), true);
  assert.equal(first(said(1), said(0, "b")), true);
  assert.equal(first(said(1, "a", "b"), said(0)), true, "only to one of them");
  assert.deepEqual(placeOf(said(12 * 60 + 1), said(12 * 60 - 1)), { isFirst: true, beginsDay: true });
});

test("chat: days are named as people say them", () => {
  assert.equal(dayText(NOON, NOON + 3_600_000), "Today");
  assert.equal(dayText(NOON - 86_400_000, NOON), "Yesterday");
  assert.match(dayText(NOON - 5 * 86_400_000, NOON), /April/);
  assert.match(dayText(NOON - 400 * 86_400_000, NOON), /2025/);
});

test("chat: so many messages are in the page at most, wherever it is scrolled to (MAN2)", () => {
  assert.deepEqual(bounded(10, { start: 0, end: 10 }), { start: 0, end: 10 });
  assert.deepEqual(bounded(1_000, { start: 0, end: 1_000 }), { start: 1_000 - MOST_SHOWN, end: 1_000 });
  let range = bounded(1_000, { start: 900, end: 1_000 });
  for (let turn = 0; turn < 30; turn++) {
    const before = range;
    range = earlier(1_000, range);
    assert.ok(range.end - range.start <= MOST_SHOWN && range.start >= 0);
    assert.ok(range.end > before.start || before.start === 0, "what was at the top stays in the page");
  }
  assert.deepEqual(range, { start: 0, end: MOST_SHOWN });
  for (let turn = 0; turn < 30; turn++) range = later(1_000, range);
  assert.deepEqual(range, { start: 1_000 - MOST_SHOWN, end: 1_000 });
  assert.deepEqual(around(1_000, 500), { start: 500 - STEP, end: 500 + STEP });
  assert.deepEqual(around(10, 9), { start: 0, end: 10 });
});
