/** What moderators and the others do to this page: it stops, is told by whom, and nothing is turned on (JON5). */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Emitter } from "../../web/lib/emitter.js";

Object.assign(globalThis, { document: { visibilityState: "visible", addEventListener() {} } });
const { connectRoomMessages } = await import("../../web/app/roommessages.js");

/** @param {{audio?: boolean, video?: boolean, screen?: boolean, inCall?: boolean}} now what is on */
function page({ audio = false, video = false, screen = false, inCall = true }) {
  /** @type {unknown[]} */
  const done = [];
  class Line extends Emitter {
    /** @param {string} name @param {object} message */
    fire(name, message) {
      this.emit(/** @type {never} */ (name), /** @type {never} */ (message));
    }
  }
  const connection = new Line();
  const wanted = { audio, video };
  connectRoomMessages(/** @type {any} */ ({
    connection,
    media: {
      isWanted: (/** @type {"audio" | "video"} */ kind) => wanted[kind],
      intentions: { set: (/** @type {string} */ kind, /** @type {boolean} */ on) => done.push([kind, on]) },
    },
    screen: { stream: screen ? {} : null, stop: () => done.push("screen stopped") },
    signaling: { inCall },
    notices: { show: (/** @type {string} */ words) => done.push(words) },
    nameOf: () => "Mona",
  }));
  return { done, mute: (/** @type {string} */ kind) => connection.fire("peer_mute", { type: "peer_mute", from_peer_id: "m", kind }) };
}

test("what a moderator has stopped is off, and the person is told by whom (JON5)", () => {
  const { done, mute } = page({ audio: true, video: true, screen: true });
  for (const kind of ["audio", "video", "screen"]) mute(kind);
  assert.deepEqual(done.filter((one) => typeof one !== "string"), [["audio", false], ["video", false]]);
  assert.ok(done.includes("screen stopped"));
  assert.equal(done.filter((one) => String(one).startsWith("Mona ")).length, 3);
});

test("what is off stays off, and nothing is said of it (JON5)", () => {
  for (const now of [{}, { audio: true, video: true, inCall: false }]) {
    const { done, mute } = page(now);
    for (const kind of ["audio", "video", "screen"]) mute(kind);
    assert.deepEqual(done, []);
  }
});
