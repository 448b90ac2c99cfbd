/** The panels beside the canvas, as far as they know no page. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Pointing } from "../../web/canvas/pointing.js";
import { OptimisticScene } from "../../web/scene/optimisticscene.js";
import { Previews } from "../../web/scene/previews.js";
import { historySteps } from "../../web/panels/history/steps.js";
import { inOrder } from "../../web/panels/elements/order.js";
import { after } from "../../web/scene/historyscene.js";
import { Replay } from "../../web/panels/history/replay.js";
import { SceneView } from "../../web/scene/sceneview.js";
import { HistoryFailure, Timeline } from "../../web/panels/history/timeline.js";
import { SceneState } from "../../web/scene/scene.js";

/** @import {Entry} from "../../web/scene/historyscene.js" */

/**
 * @param {string} id
 * @param {object} [transform]
 * @param {object} [kind]
 * @returns {any}
 */
const element = (id, transform = {}, kind = { type: "Text", content: id }) => ({ id, kind, transform });

/**
 * @param {number} revision
 * @param {object} change
 * @param {object} [more]
 * @returns {any}
 */
const entry = (revision, change, more = {}) => ({
  revision, timestamp: revision * 1000, change, peer_id: "ada", display_name: "Ada", ...more,
});
const add = (/** @type {string} */ id) => ({ op: "add", element: element(id) });
const move = (/** @type {string} */ id, /** @type {number} */ x) => ({ op: "update", id, changes: { transform: { x } } });

/**
 * A history as the server has it.
 *
 * @param {number} count of changes
 * @returns {Entry[]} oldest first; the odd ones add, the even ones move what was added
 */
const history = (count) =>
  Array.from({ length: count }, (_, n) => entry(n + 1, n % 2 ? move(`e${n - 1}`, n) : add(`e${n}`)));

/**
 * A server that has a history and answers as docs/PROTOCOL.md says.
 *
 * @param {Entry[]} entries oldest first
 */
function server(entries) {
  const asked = /** @type {string[]} */ ([]);
  const answer = (/** @type {URL} */ { pathname, searchParams: wish }) => {
    const revision = entries.at(-1)?.revision ?? 0;
    if (pathname.endsWith("/history")) {
      const before = Number(wish.get("before") ?? Number.POSITIVE_INFINITY);
      const older = entries.filter((one) => one.revision < before).reverse();
      return { success: true, revision, first_revision: 0, entries: older.slice(0, Number(wish.get("limit"))) };
    }
    const wanted = Number(wish.get("revision"));
    if (wanted > revision) return null;
    const elements = after(new Map(), entries.filter((one) => one.revision <= wanted));
    return { success: true, scene: { elements: [...elements.values()], revision: wanted } };
  };
  const fetcher = async (/** @type {string} */ address) => {
    asked.push(address);
    const found = answer(new URL(address, "http://x"));
    return { ok: found !== null, json: async () => found ?? { success: false, code: "revision_not_found" } };
  };
  return { asked, fetcher: /** @type {any} */ (fetcher) };
}

test("the history is read in pieces, and every moment of it can be made", async () => {
  const entries = history(500);
  const { asked, fetcher } = server(entries);
  const timeline = new Timeline("s", fetcher);
  await timeline.refresh();
  assert.equal(timeline.entries.length, 200);
  assert.equal(timeline.revision, 500);
  assert.equal(timeline.complete, false);
  await timeline.readEarlier();
  await timeline.readEarlier();
  assert.equal(timeline.complete, true);
  assert.deepEqual(timeline.entries.map(({ revision }) => revision), entries.map(({ revision }) => revision));
  asked.length = 0;
  for (const revision of [0, 1, 77, 78, 300, 301, 78, 500]) {
    const wanted = after(new Map(), entries.filter((one) => one.revision <= revision));
    assert.deepEqual([...(await timeline.sceneAt(revision))], [...wanted], `${revision}`);
  }
  assert.equal(asked.length, 1, "what follows a known scene is not fetched");
  assert.equal(timeline.entryAt(77)?.revision, 77);
  assert.equal(timeline.entryAfter(500), undefined);
});

test("what is new is read up to what is known, without a gap", async () => {
  const entries = history(100);
  const { asked, fetcher } = server(entries);
  const timeline = new Timeline("s", fetcher);
  await timeline.refresh();
  entries.push(...history(600).slice(100));
  asked.length = 0;
  await timeline.refresh();
  assert.deepEqual(timeline.entries.map(({ revision }) => revision), entries.map(({ revision }) => revision));
  assert.ok(asked.length > 2, "in several pieces");
  await timeline.refresh();
  assert.equal(timeline.entries.length, 600, "nothing twice");
});

// report: reading | After a backup was restored, the history in an open page was a mixture of two pasts. |
// 100 changes are known, the server has 40 of them and 80 of its own | The history is read anew: changes are the same only where their times are, too.
test("a history of another past replaces what is known", async () => {
  for (const length of [20, 40, 120]) {
    const entries = history(100);
    const { fetcher } = server(entries);
    const timeline = new Timeline("s", fetcher);
    await timeline.refresh();
    await timeline.sceneAt(90);
    const other = history(length).map((entry) => (entry.revision > 40 ? { ...entry, timestamp: entry.timestamp + 1 } : entry));
    entries.splice(0, entries.length, ...other);
    await timeline.refresh();
    assert.deepEqual(timeline.entries.map(({ timestamp }) => timestamp), other.map(({ timestamp }) => timestamp));
    assert.equal(timeline.revision, length);
    if (length === 120) {
      assert.deepEqual([...(await timeline.sceneAt(90))], [...after(new Map(), other.slice(0, 90))]);
    }
  }
});

test("what the server refuses is told by its code", async () => {
  const { fetcher } = server(history(3));
  const timeline = new Timeline("s", fetcher);
  await assert.rejects(timeline.sceneAt(9), new HistoryFailure("revision_not_found"));
  const away = new Timeline("s", /** @type {any} */ (async () => Promise.reject(new TypeError("away"))));
  await assert.rejects(away.refresh(), new HistoryFailure("unreachable"));
});

test("a cleared or restored scene counts as a whole", () => {
  const scene = after(new Map(), [
    entry(1, add("a")),
    entry(2, { op: "replace", elements: [] }),
    entry(3, { op: "replace", elements: [element("a")], restored: 1 }),
    entry(4, { op: "update", id: "a", changes: { kind: { content: "b" } } }),
    entry(5, { op: "remove", id: "gone" }),
  ]);
  assert.deepEqual([...scene.values()], [element("a", {}, { type: "Text", content: "b" })]);
});

test("a step is what one person did for a while", () => {
  const steps = historySteps(
    [
      entry(1, add("a")),
      entry(2, move("a", 1)),
      entry(3, move("b", 2)),
      entry(4, move("a", 3)),
      entry(5, move("a", 4), { peer_id: "bob", display_name: "Bob" }),
      entry(6, move("a", 5), { peer_id: "bob", display_name: "Bob", timestamp: 100_000 }),
      entry(7, { op: "update", id: "a", changes: { kind: { content: "x" } } }),
      entry(8, { op: "update", id: "b", changes: { kind: { content: "y" } } }),
      entry(9, { op: "replace", elements: [] }, { peer_id: null, display_name: null }),
      entry(10, { op: "replace", elements: [element("a")], restored: 7 }),
      entry(11, move("a", 5)),
      entry(12, move("a", 6), { server: "South" }),
      entry(13, move("a", 7), { server: "South" }),
    ],
    (id) => (id === "b" ? element("b").kind : undefined),
  );
  assert.deepEqual(
    steps.map(({ first, last, name, deed, ids, restored }) => [first, last, name, deed, ids.join(), restored]),
    [
      [1, 1, "Ada", "added", "a", null],
      [2, 4, "Ada", "moved", "a,b", null],
      [5, 5, "Bob", "moved", "a", null],
      [6, 6, "Bob", "moved", "a", null],
      [7, 7, "Ada", "edited", "a", null],
      [8, 8, "Ada", "edited", "b", null],
      [9, 9, "", "cleared", "", null],
      [10, 10, "Ada", "restored", "", 7],
      [11, 11, "Ada", "moved", "a", null],
      [12, 13, "Ada", "moved", "a", null],
    ],
  );
  assert.deepEqual(steps.slice(-2).map(({ server }) => server), ["", "South"]);
  assert.equal(/** @type {any} */ (steps[5]?.kind)?.content, "b", "what came before the history is asked for");
});

test("reading goes line by line, stacking from the front", () => {
  const box = (/** @type {number} */ x, /** @type {number} */ y, z_index = 0) => ({ x, y, width: 100, height: 40, z_index });
  const elements = [
    element("right", box(300, 8)),
    element("below", box(0, 100, 2)),
    element("left", box(0, 12, 1)),
    element("middle", box(150, 0)),
  ];
  assert.deepEqual(inOrder(elements, "reading"), ["left", "middle", "right", "below"]);
  assert.deepEqual(inOrder(elements, "stacking"), ["below", "left", "middle", "right"]);
});

/** @returns {{draft: OptimisticScene, shown: SceneView, previews: Previews, news: string[]}} */
function canvas() {
  const draft = new OptimisticScene(new SceneState(), { send: () => {} });
  const previews = new Previews();
  const shown = new SceneView(draft, previews);
  /** @type {string[]} */
  const news = [];
  shown.on("changed", ({ ids }) => news.push([...ids].join()));
  shown.on("replaced", () => news.push("replaced"));
  return { draft, shown, previews, news };
}

/** @param {any[]} elements */
const scene = (elements, revision = 1) =>
  /** @type {any} */ ({ type: "scene_update", scene: { session_id: "s", viewport: {}, elements, revision, timestamp: 0 } });

test("in the past cameras stay as they are now, and nothing else of now is shown", () => {
  const { draft, shown, previews, news } = canvas();
  const tile = element("tile", { x: 5 }, { type: "Video", stream_id: "peer-ada" });
  const old = element("old-tile", {}, { type: "Video", stream_id: "peer-ada" });
  const gone = element("gone", {}, { type: "Video", stream_id: "peer-bob" });
  draft.receive(scene([element("now"), tile]));
  assert.deepEqual(news, ["replaced"]);
  shown.look(new Map([old, gone, element("then")].map((one) => [one.id, one])));
  assert.deepEqual([...shown.elements()].map(({ id }) => id), ["gone", "then", "tile"]);
  previews.take({ type: "peer_preview", from_peer_id: "bob", elements: [{ id: "then", transform: { x: 1 } }] });
  assert.equal(shown.previews.get("then"), undefined);
  news.length = 0;
  draft.receive({ type: "element_added", element: element("later"), revision: 2, timestamp: 0 });
  draft.receive({ type: "element_updated", element: { ...tile, transform: { x: 9 } }, revision: 3, timestamp: 0 });
  assert.deepEqual(news, ["tile"], "the present goes on unseen, but for cameras");
  shown.look(new Map([["then", element("then", { x: 3 })]]));
  assert.deepEqual(news, ["tile", "then,gone"]);
  shown.look(null);
  assert.equal(news.at(-1), "replaced");
  assert.deepEqual([...shown.elements()].map(({ id }) => id), ["now", "tile", "later"]);
  assert.deepEqual(shown.previews.get("then"), { x: 1 });
});

test("the film runs to the present, and the last moment asked for is the one shown", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { fetcher } = server(history(6));
  const timeline = new Timeline("s", fetcher);
  await timeline.refresh();
  /** @type {(number | null)[]} */
  const looked = [];
  const replay = new Replay(timeline, { look: (elements) => void looked.push(elements?.size ?? null) });
  replay.goTo(2);
  replay.goTo(5);
  await settled();
  assert.deepEqual(looked, [3], "only the last");
  replay.toNow();
  looked.length = 0;
  replay.play();
  for (let step = 0; step < 9; step++) {
    await settled();
    t.mock.timers.tick(1000);
  }
  assert.deepEqual(looked, [0, 1, 1, 2, 2, 3, 3, null]);
  assert.equal(replay.playing, false);
});

test("a moment that cannot be read leads back to now", async () => {
  const { fetcher } = server(history(3));
  const timeline = new Timeline("s", fetcher);
  await timeline.refresh();
  timeline.revision = 9; // the server has lost what it told of
  const replay = new Replay(timeline, { look: () => {} });
  const failed = new Promise((resolve) => replay.on("failed", resolve));
  replay.goTo(8);
  assert.equal(/** @type {Error} */ (await failed).message, "revision_not_found");
  assert.equal(replay.revision, null);
});

test("a pointer is told of twenty times a second, and its last place always", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let now = 0;
  /** @type {number[]} */
  const told = [];
  const pointing = new Pointing((x) => told.push(x), () => now);
  for (let x = 0; x < 100; x++) {
    pointing.at(x, 0);
    now += 10;
    t.mock.timers.tick(10);
  }
  t.mock.timers.tick(50);
  assert.equal(told.at(-1), 99);
  assert.ok(told.length <= 21, `${told.length} in a second`);
  const { length } = told;
  pointing.at(99, 0);
  t.mock.timers.tick(100);
  assert.equal(told.length, length, "standing still is nothing new");
});

/** Wait for promises that wait for each other. */
async function settled() {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}
