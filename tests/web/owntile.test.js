/** The tile of one's own camera, when the server cannot take it now. */

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { OwnTile } from "../../web/people/owntile.js";
import { SceneState } from "../../web/scene/scene.js";
import { Emitter } from "../../web/lib/emitter.js";

// report: lost | One's own camera never comes onto the canvas, or a shared screen never goes | The server cannot store (`storage_failed`, `rate_limited`) while the tile is added or removed | It is tried again after growing pauses
test("a tile that is refused for now is added and removed again later (EDT6)", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    /** @type {any[]} */
    const sent = [];
    const connection = Object.assign(new Emitter(), { peerId: "p", send: (/** @type {any} */ message) => sent.push(message) });
    const signaling = Object.assign(new Emitter(), { inCall: true });
    const roster = { peers: new Map([["p", { in_call: true, media: {} }]]) };
    const scene = new SceneState();
    scene.replace(/** @type {any} */ ({ viewport: {}, elements: [], revision: 0 }));
    const subject = { streamIdOf: () => "screen-p", isWanted: () => wanted, isOver: () => !wanted, aspect: () => 1.6 };
    let wanted = true;
    const tile = new OwnTile(/** @type {any} */ ({ connection, signaling, roster, scene }), subject);
    const hear = (/** @type {any} */ message) => connection.emit(/** @type {never} */ ("message"), /** @type {never} */ (message));
    const refuse = () => hear({ type: "error", code: "storage_failed", message: "", message_id: sent.at(-1).message_id });
    tile.show();
    refuse();
    mock.timers.tick(1_000);
    refuse();
    tile.show();
    assert.equal(sent.length, 2, "not before the pause is over");
    mock.timers.tick(2_000);
    assert.deepEqual([sent.length, sent[2].element.kind.stream_id], [3, "screen-p"]);
    scene.replace(/** @type {any} */ ({ viewport: {}, elements: [{ ...sent[2].element, id: "t" }], revision: 1 }));
    hear({ type: "ack", message_id: sent[2].message_id, result: { id: "t" } });
    wanted = false;
    tile.show();
    refuse();
    mock.timers.tick(1_000);
    assert.deepEqual(sent.slice(3).map(({ type, id }) => [type, id]), [["remove_element", "t"], ["remove_element", "t"]]);
  } finally {
    mock.timers.reset();
  }
});

test("the tile follows the proportions of its picture, once each, and goes to its slot (LAY2)", () => {
  /** @type {any[]} */
  const sent = [];
  const connection = Object.assign(new Emitter(), { peerId: "p", send: (/** @type {any} */ message) => sent.push(message) });
  const signaling = Object.assign(new Emitter(), { inCall: true });
  const roster = { peers: new Map([["p", { in_call: true, media: {} }], ["q", { in_call: true, media: {} }]]) };
  const scene = new SceneState();
  const show = (/** @type {any[]} */ ...elements) => {
    scene.replace(/** @type {any} */ ({ viewport: {}, elements, revision: 0 }));
    tile.show();
  };
  let aspect = 16 / 9;
  const subject = { streamIdOf: (/** @type {string} */ id) => `peer-${id}`, isWanted: () => true, isOver: () => false, aspect: () => aspect };
  const tile = new OwnTile(/** @type {any} */ ({ connection, signaling, roster, scene }), subject);
  const at = { x: 900, y: 40, width: 320, height: 180, rotation: 0, z_index: 3 };
  const own = { id: "t", kind: { type: "Video", stream_id: "peer-p" }, transform: at };
  const note = { id: "n", kind: { type: "Note", content: "" }, transform: { x: 0, y: 0 } };
  show(own, note);
  assert.equal(sent.length, 0, "somebody has arranged this canvas");
  aspect = 9 / 16;
  tile.show();
  tile.show();
  assert.deepEqual(sent.map(({ type, id, changes }) => [type, id, changes]), [
    ["update_element", "t", { transform: { x: 970, y: -30, width: 180, height: 320 } }],
  ]);
  connection.emit(/** @type {never} */ ("message"), /** @type {never} */ ({ type: "error", code: "forbidden", message_id: sent[0].message_id }));
  tile.show();
  assert.equal(sent.length, 1, "what was refused is not asked for again");
  show({ ...own, transform: { x: 240, y: 32, width: 369, height: 656 } }, { ...own, id: "u", kind: { type: "Video", stream_id: "peer-q" }, transform: { x: 57, y: 32, width: 1166, height: 656 } });
  assert.equal(sent.length, 1, "not in a slot: it was moved");
  show({ ...own, transform: { x: 456, y: 32, width: 369, height: 656 } }, { ...own, id: "u", kind: { type: "Video", stream_id: "peer-q" }, transform: { x: 57, y: 32, width: 1166, height: 656 } });
  assert.deepEqual(sent[1].changes.transform, { x: 146, y: 32, width: 369, height: 656 }, "there are two now");
});
