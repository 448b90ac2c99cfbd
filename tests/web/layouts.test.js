/** Layouts: who is seen, who is shown where, and where tiles go. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { arrangedSlot, freeSlot, proportioned, tileOrder } from "../../web/canvas/freeslot.js";
import { holds, overlap } from "../../web/canvas/geometry.js";
import { membersOf, stagedOf } from "../../web/layouts/members.js";
import { fitOf, packed, paged } from "../../web/layouts/packing.js";
import { SpeakerChoice } from "../../web/layouts/speaker.js";
import { isSeen, shownShare } from "../../web/layouts/visibility.js";
import { wholeTransform } from "../../web/scene/scene.js";

const VIEWPORT = { width: 1280, height: 720 };
const FRAME = { x: 0, y: 0, ...VIEWPORT };
const LANDSCAPE = 16 / 9;
const PORTRAIT = 9 / 16;

/**
 * @param {string} stream_id
 * @param {any} transform
 * @returns {any}
 */
const tile = (stream_id, transform) => ({ id: stream_id, kind: { type: "Video", stream_id }, transform });

/** @param {any} transform @returns {any} */
const note = (transform) => ({ id: "note", kind: { type: "Note", content: "" }, transform });

/** @param {number} count */
const names = (count) => Array.from({ length: count }, (_, n) => `peer-${n}`);

/** @param {any[]} boxes */
function assertApart(boxes) {
  for (const [n, one] of boxes.entries()) {
    for (const other of boxes.slice(n + 1)) assert.ok(!overlap(one, other), `${JSON.stringify(one)} ${JSON.stringify(other)}`);
  }
}

test("a tile is seen that is large enough, in the free part of the window and not covered (LAY1)", () => {
  const at = (/** @type {any} */ place) => wholeTransform(place);
  const here = at({ x: 100, y: 100, width: 320, height: 180 });
  assert.equal(shownShare(here, FRAME, []), 1);
  assert.equal(shownShare(at({ ...here, x: -320 }), FRAME, []), 0);
  assert.equal(shownShare(at({ ...here, x: -160 }), FRAME, []), 0.5);
  assert.equal(shownShare(here, FRAME, [at({ x: 0, y: 0, width: 1000, height: 1000 })]), 0);
  assert.ok(shownShare(here, FRAME, [at({ x: 100, y: 100, width: 160, height: 180, rotation: 90 })]) > 0.4);
  assert.equal(shownShare(here, FRAME, [at({ x: 100, y: 100, width: 80, height: 180 }), at({ x: 340, y: 100, width: 80, height: 180 })]), 0.5);
  assert.ok(isSeen(here, 1, 1, false));
  assert.ok(!isSeen(here, 0.3, 1, true), "96 pixels show nobody");
  assert.ok(isSeen(here, 0.4, 1, true));
  assert.ok(!isSeen(here, 0.4, 1, false), "it comes back a little later than it went");
  assert.ok(!isSeen(here, 1, 0.49, true));
  assert.ok(isSeen(here, 1, 0.5, true));
  assert.ok(!isSeen(here, 1, 0.5, false));
  assert.ok(isSeen(at({ ...here, width: 180, height: 320 }), 0.5, 1, false), "the longer side counts");
});

test("the strip has who is not seen, in a steady order, and each layout its people (LAY1)", () => {
  const room = { streams: ["peer-a", "peer-b", "peer-c"], screens: [], staged: null, speaker: "peer-b" };
  const isSeen = (/** @type {string} */ streamId) => streamId === "peer-b";
  const show = (/** @type {any} */ part) => membersOf({ ...room, isSeen, ...part });
  assert.deepEqual(show({ layout: "canvas" }), { main: null, cells: [], strip: ["peer-a", "peer-c"] });
  assert.deepEqual(show({ layout: "strip" }).strip, room.streams);
  assert.deepEqual(show({ layout: "speaker" }), { main: "peer-b", cells: [], strip: ["peer-a", "peer-c"] });
  assert.deepEqual(show({ layout: "grid" }), { main: null, cells: room.streams, strip: [] });
  for (const layout of ["canvas", "strip", "speaker", "grid"]) {
    const staged = show({ layout, screens: ["screen-a"], staged: "screen-a", isSeen: (/** @type {string} */ id) => id === "screen-a" });
    assert.deepEqual([staged.main, staged.strip], ["screen-a", room.streams], `${layout}: the people of a shared screen`);
  }
  assert.equal(show({ layout: "speaker", staged: "peer-c" }).main, "peer-c");
  assert.equal(show({ layout: "speaker", streams: [], speaker: null }).main, null);
});

test("a pinned stream has the stage, else the latest screen that was not put away (LAY4)", () => {
  const streams = ["peer-a", "peer-b"];
  assert.equal(stagedOf(null, [], new Set(), streams), null);
  assert.equal(stagedOf(null, ["screen-a", "screen-b"], new Set(), streams), "screen-b");
  assert.equal(stagedOf(null, ["screen-a", "screen-b"], new Set(["screen-b"]), streams), "screen-a");
  assert.equal(stagedOf("peer-b", ["screen-a"], new Set(), streams), "peer-b");
  assert.equal(stagedOf("peer-gone", ["screen-a"], new Set(["screen-a"]), streams), null);
});

test("who talks is held for two seconds, and stays when nobody talks (LAY3)", () => {
  const choice = new SpeakerChoice();
  const look = (/** @type {number} */ time, /** @type {string} */ talking, others = "abc") =>
    choice.look({ others: [...others], isTalking: (id) => talking.includes(id), time });
  assert.deepEqual(look(0, ""), { peerId: "a", again: null });
  assert.equal(look(100, "b").peerId, "b", "who was there only because nobody talked gives way at once");
  assert.deepEqual(look(1_100, "c"), { peerId: "b", again: 1_000 });
  assert.equal(look(1_200, "bc").peerId, "b");
  assert.equal(look(2_100, "c").peerId, "c");
  assert.equal(look(9_000, "").peerId, "c");
  assert.equal(look(9_100, "ab").peerId, "a");
  assert.equal(look(9_200, "", "bc").peerId, "b", "who left is shown no more");
  assert.equal(look(9_300, "", "").peerId, null);
});

test("pictures are packed as large as they go, in pages where not all fit", () => {
  const wide = (/** @type {number} */ count) => Array.from({ length: count }, () => LANDSCAPE);
  const columns = (/** @type {number} */ count, box = { width: 1400, height: 760 }) => packed(wide(count), box, 8).columns;
  assert.deepEqual([1, 2, 3, 4, 5, 6, 9, 16].map((count) => columns(count)), [1, 2, 2, 2, 3, 3, 3, 4]);
  assert.deepEqual([1, 2, 3, 4, 6].map((count) => columns(count, { width: 374, height: 640 })), [1, 1, 1, 1, 2]);
  const { width, height } = packed([PORTRAIT, PORTRAIT], { width: 1400, height: 760 }, 8);
  assert.ok(width < height * 1.4, "two phones side by side, no wider than they are");
  for (const count of [1, 2, 5, 16, 17, 40]) {
    const page = paged(wide(count), { width: 374, height: 560 }, 8);
    assert.ok(page.width >= 120 && page.perPage <= 16);
    assert.ok(page.perPage * page.pages >= count);
    assert.ok(page.rows * page.height + 8 * (page.rows - 1) <= 561);
  }
  assert.equal(paged(wide(17), { width: 1400, height: 760 }, 8).pages, 2);
  assert.equal(paged(wide(3), { width: 90, height: 60 }, 8).perPage, 1);
});

test("a picture is cut at its sides, never at the forehead", () => {
  assert.equal(fitOf(LANDSCAPE, LANDSCAPE), "cover");
  assert.equal(fitOf(LANDSCAPE, 4 / 3), "cover");
  assert.equal(fitOf(LANDSCAPE, 3 / 4), "contain");
  assert.equal(fitOf(PORTRAIT, LANDSCAPE), "contain");
  assert.equal(fitOf(4 / 3, LANDSCAPE), "contain");
});

test("everybody who adds a tile at the same moment gets a place of its own, in sight, in its own proportions (LAY2)", () => {
  for (const count of [1, 2, 3, 4, 5, 9, 12, 16]) {
    const streams = names(count);
    const aspects = streams.map((_, n) => [LANDSCAPE, PORTRAIT, 4 / 3][n % 3] ?? 1);
    const places = streams.map((own, n) => freeSlot({ own, streams, aspect: aspects[n] ?? 1 }, [], VIEWPORT));
    assertApart(places);
    for (const [n, box] of places.entries()) {
      assert.ok(holds(FRAME, box), `${count}: ${JSON.stringify(box)}`);
      assert.ok(Math.abs(box.width / box.height / (aspects[n] ?? 1) - 1) < 0.02);
    }
  }
  const { width, height } = freeSlot({ own: "peer-0", streams: names(1), aspect: LANDSCAPE }, [], VIEWPORT);
  assert.ok(width * height > 0.8 * 1280 * 720, "the first one fills an empty canvas");
});

test("tiles that nobody has moved make room for the next one (LAY2)", () => {
  /** @type {Map<string, any>} */
  const places = new Map();
  const elements = () => [...places].map(([own, transform]) => tile(own, transform));
  for (const own of names(7)) {
    const streams = [...places.keys(), own];
    places.set(own, freeSlot({ own, streams, aspect: LANDSCAPE }, elements(), VIEWPORT));
    // Each of them hears of the others one after the other.
    for (const other of streams) {
      const slot = arrangedSlot({ own: other, aspect: other === "peer-1" ? PORTRAIT : LANDSCAPE }, elements(), VIEWPORT);
      assert.ok(slot, `${other} of ${streams.length}`);
      places.set(other, slot);
    }
    assertApart([...places.values()]);
  }
  const streams = names(7);
  const before = elements();
  assert.equal(arrangedSlot({ own: "peer-0", aspect: LANDSCAPE }, [...before, note({ x: 5000 })], VIEWPORT), null);
  before[3].transform = { ...before[3].transform, x: before[3].transform.x + 30 };
  assert.equal(arrangedSlot({ own: "peer-0", aspect: LANDSCAPE }, before, VIEWPORT), null, "somebody has moved one");
});

test("beside other elements a tile takes the largest free place, and a full canvas grows downwards (LAY2)", () => {
  const board = [note({ x: 0, y: 0, width: 700, height: 720 })];
  const streams = names(3);
  const places = streams.map((own) => freeSlot({ own, streams, aspect: LANDSCAPE }, board, VIEWPORT));
  assertApart([...places, board[0].transform]);
  for (const box of places) assert.ok(holds(FRAME, box));
  const full = [note({ x: 0, y: 0, width: 1280, height: 720 })];
  for (let n = 0; n < 30; n++) {
    const own = `peer-${n}`;
    full.push(tile(own, freeSlot({ own, streams: [own], aspect: LANDSCAPE }, full, VIEWPORT)));
  }
  assertApart(full.map(({ transform }) => transform));
  const waiting = names(3).map((own) => freeSlot({ own, streams: names(3), aspect: 1 }, [note({ x: 0, y: 0, width: 1280, height: 720 })], VIEWPORT));
  assertApart(waiting);
});

test("tiles are ordered as their people came, screens after cameras", () => {
  const wanted = new Set(["peer-b", "peer-a", "screen-a"]);
  assert.deepEqual(tileOrder(["b", "a", "c"], (streamId) => wanted.has(streamId)), ["peer-b", "peer-a", "screen-a"]);
});

test("a picture that is turned turns its tile, about the same middle (LAY2)", () => {
  const at = { x: 100, y: 100, width: 320, height: 180 };
  assert.equal(proportioned(at, LANDSCAPE), null);
  const turned = proportioned(at, PORTRAIT);
  assert.deepEqual(turned, { x: 170, y: 30, width: 180, height: 320 });
});
