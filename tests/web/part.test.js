/** Parts of the page that are loaded when they are needed (rule DOR8). */

import assert from "node:assert/strict";
import { test } from "node:test";

import { loadAhead, Part } from "../../web/ui/part.js";
import { advance, installClock } from "./fakes/clock.js";

installClock();
/** Let promises that are due be kept. @returns {Promise<void>} */
const settled = () => new Promise((resolve) => setImmediate(resolve));

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

test("what is said to be missing stays said when another part is there", async () => {
  const [tools, help] = [partOf(false, true), partOf(true)];
  const notices = noticeBoard();
  await tools.part.use(() => {}, notices);
  await help.part.use(() => {}, notices);
  assert.equal(notices.shown.size, 1);
  void loadAhead([tools.part], notices);
  await advance(0, settled);
  assert.equal(notices.shown.size, 0);
});

test("ahead, one that cannot be loaded is passed over in silence, and tried again in the end", async () => {
  const [absent, there] = [partOf(false, true), partOf(true)];
  const notices = noticeBoard();
  const loading = loadAhead([absent.part, there.part], notices);
  await advance(0, settled);
  assert.deepEqual([absent.counted.loads, there.counted.loads, notices.shown.size], [1, 1, 0]);
  await advance(5_000, settled);
  await loading;
  assert.deepEqual([absent.counted.loads, there.counted.loads], [2, 1]);
});

test("ahead, what never comes is given up", async () => {
  const gone = partOf();
  void loadAhead([gone.part], noticeBoard());
  for (let minute = 0; minute < 60; minute++) await advance(60_000, settled);
  assert.equal(gone.counted.loads, 8);
});
