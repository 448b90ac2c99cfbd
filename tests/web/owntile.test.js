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
    const roster = { peers: new Map([["p", {}]]), indexOf: () => 0 };
    const scene = new SceneState();
    scene.replace(/** @type {any} */ ({ viewport: {}, elements: [], revision: 0 }));
    const subject = { streamIdOf: () => "screen-p", isWanted: () => wanted, isOver: () => !wanted };
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
