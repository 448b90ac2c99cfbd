/** Parts of the page that are loaded when they are needed (rule DOR8). */

import assert from "node:assert/strict";
import { test } from "node:test";

import { loadAhead, Part } from "../../web/ui/part.js";

/** @type {unknown[]} */
const reported = [];
Object.assign(globalThis, { reportError: (/** @type {unknown} */ error) => reported.push(error) });

/** A part that can be loaded as often as its list says. @param {...boolean} there */
function partOf(...there) {
  const counted = { loads: 0 };
  const part = new Part(async () => {
    counted.loads += 1;
    if (!there[counted.loads - 1]) throw new TypeError("not there");
    return "code";
  });
  return { part, counted };
}

function noticeBoard() {
  /** @type {Map<string, any>} */
  const shown = new Map();
  return {
    shown,
    show: (/** @type {string} */ words, /** @type {any} */ options) => void shown.set(options.key, { words, ...options }),
    hide: (/** @type {string} */ key) => void shown.delete(key),
  };
}

test("a part is loaded once, however often it is needed, also while it is on its way", async () => {
  const { part, counted } = partOf(true);
  const notices = noticeBoard();
  /** @type {string[]} */
  const done = [];
  await Promise.all([1, 2].map(() => part.use((code) => done.push(code), notices)));
  await part.use((code) => done.push(code), notices);
  assert.deepEqual([counted.loads, done, notices.shown.size], [1, ["code", "code", "code"], 0]);
});

test("one that cannot be loaded is said, with a way on, and is tried again at the next press", async () => {
  const { part, counted } = partOf(false, true);
  const notices = noticeBoard();
  /** @type {string[]} */
  const done = [];
  await part.use((code) => done.push(code), notices);
  const notice = notices.shown.get("part");
  assert.deepEqual([notice.problem, notice.stays, typeof notice.action.act, done, reported.length], [true, true, "function", [], 1]);
  await part.use((code) => done.push(code), notices);
  assert.deepEqual([counted.loads, done, notices.shown.size], [2, ["code"], 0]);
});

test("ahead, one that cannot be loaded is passed over in silence, and can still be had", async () => {
  const [missing, there] = [partOf(false, true), partOf(true)];
  await loadAhead([missing.part, there.part]);
  assert.deepEqual([missing.counted.loads, there.counted.loads], [1, 1]);
  assert.equal(await missing.part.load(), "code");
});
