/** The parts of the browser client that know no page: run by `node --test tests/web/`. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Emitter } from "../../web/lib/emitter.js";
import { Roster } from "../../web/people/peers.js";
import { retryDelay } from "../../web/connection/retry.js";
import { SceneState, cameraOf, ownerOf, screenOf } from "../../web/scene/scene.js";

const VIEWPORT = { width: 1280, height: 720 };

/**
 * @param {string} id
 * @param {object} place
 * @returns {any}
 */
const tile = (id, place) => ({
  id,
  kind: { type: "Video", stream_id: cameraOf(id) },
  transform: place,
});

/**
 * @param {string} peer_id
 * @returns {any}
 */
const peer = (peer_id) => ({
  peer_id,
  connected: true,
  in_call: false,
  media: { audio: false, video: false, screen: false },
});

test("the scene follows the changes in order and tells a gap once (SCN1)", () => {
  const scene = new SceneState();
  const change = (/** @type {number} */ revision, id = "a") =>
    /** @type {any} */ ({ type: "element_added", element: tile(id, {}), revision, timestamp: 0 });
  assert.equal(scene.apply(change(1)), "old", "nothing counts before the first snapshot");
  scene.replace({ session_id: "s", viewport: { ...VIEWPORT, zoom: 1, pan_x: 0, pan_y: 0 }, elements: [], revision: 4, timestamp: 0 });
  assert.equal(scene.apply(change(4)), "old");
  assert.equal(scene.apply(change(5)), "applied");
  assert.equal(scene.tileOf("peer-a")?.id, "a");
  assert.equal(scene.apply(change(7, "b")), "gap");
  assert.equal(scene.apply(change(8, "c")), "old", "told once");
  assert.equal(scene.elements.size, 1);
  scene.replace({ session_id: "s", viewport: { ...VIEWPORT, zoom: 1, pan_x: 0, pan_y: 0 }, elements: [], revision: 8, timestamp: 0 });
  assert.equal(scene.apply({ type: "element_removed", id: "a", revision: 9, timestamp: 0 }), "applied");
});

test("several changes told as one are no gap (SCN1)", () => {
  const scene = new SceneState();
  scene.replace({ session_id: "s", viewport: { ...VIEWPORT, zoom: 1, pan_x: 0, pan_y: 0 }, elements: [], revision: 4, timestamp: 0 });
  const change = (/** @type {number} */ revision, /** @type {number} */ follows) =>
    /** @type {any} */ ({ type: "element_added", element: tile("a", {}), revision, follows, timestamp: 0 });
  assert.equal(scene.apply(change(1004, 4)), "applied");
  assert.equal(scene.revision, 1004);
  assert.equal(scene.apply(change(1007, 1005)), "gap");
  assert.equal(scene.apply(change(1005, 1004)), "applied");
});

test("a stream id names its peer", () => {
  assert.deepEqual(ownerOf(cameraOf("x-y")), { peerId: "x-y", source: "camera" });
  assert.deepEqual(ownerOf(screenOf("x-y")), { peerId: "x-y", source: "screen" });
  assert.equal(ownerOf("lobby"), null);
});

test("the roster keeps the order of joining", () => {
  const roster = new Roster();
  roster.replace({ type: "peer_list", session_id: "s", peers: [peer("a"), peer("b")] });
  roster.put(peer("c"));
  roster.put({ ...peer("a"), in_call: true });
  assert.deepEqual(["a", "b", "c", "x"].map((id) => roster.indexOf(id)), [0, 1, 2, 0]);
  roster.remove("a");
  assert.equal(roster.indexOf("c"), 1);
  roster.mediaState({ type: "media_state", from_peer_id: "b", audio: true, video: false, screen: false });
  assert.deepEqual(roster.media("b"), { audio: true, video: false, screen: false });
  assert.equal(roster.media("c"), null, "has said nothing");
});

test("coming back begins at once, then waits longer, up to five seconds", () => {
  assert.equal(retryDelay(0), 0);
  for (let attempt = 1; attempt < 30; attempt++) {
    const delay = retryDelay(attempt);
    assert.ok(delay > 0 && delay <= 5000, `${attempt}: ${delay}`);
  }
});

test("a listener that was taken off hears no more", () => {
  /** @type {Emitter<{news: number}>} */
  const emitter = new Emitter();
  /** @type {number[]} */
  const heard = [];
  const off = emitter.on("news", (number) => heard.push(number));
  emitter.emit("news", 1);
  off();
  emitter.emit("news", 2);
  assert.deepEqual(heard, [1]);
});
