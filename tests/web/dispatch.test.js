/** Messages of the server, handled by type. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { createHandlers, dispatch } from "../../web/app/dispatch.js";
import { Roster } from "../../web/people/peers.js";

/** @param {{boardTakes?: boolean}} [options] */
function build({ boardTakes = false } = {}) {
  /** @type {unknown[][]} */
  const calls = [];
  /** @param {string} name */
  const note = (name) => (/** @type {unknown[]} */ ...values) => void calls.push([name, ...values]);
  const signaling = new Proxy({ calls: [] }, {
    get: (target, name) => Reflect.get(target, name) ?? note(String(name)),
  });
  const handlers = createHandlers(/** @type {any} */ ({
    roster: new Roster(),
    signaling,
    board: {
      receive: (/** @type {{type: string}} */ { type }) => {
        note("board")(type);
        return boardTakes;
      },
    },
    diagnoses: { receive: note("diagnoses") },
    assigned: note("assigned"),
    refused: note("refused"),
  }));
  const send = (/** @type {any} */ message) => dispatch(handlers, message);
  return { calls, send };
}

test("an error that the board has taken is told to nobody else", () => {
  const error = { type: "error", code: "scene_full", message: "" };
  const other = build();
  other.send(error);
  assert.deepEqual(other.calls, [["board", "error"], ["refused", error]]);
  const own = build({ boardTakes: true });
  own.send(error);
  assert.deepEqual(own.calls, [["board", "error"]]);
});

test("who leaves goes from the board and from the calls", () => {
  const { calls, send } = build();
  send({ type: "peer_left", peer_id: "p", session_id: "s", reason: "left" });
  assert.deepEqual(calls, [["board", "peer_left"], ["handlePeerLeft", "p"]]);
});

test("a candidate without a medium is for the first one, and is not rendered", () => {
  const { calls, send } = build();
  assert.equal(send({ type: "relay_ice_candidate", from_peer_id: "p", candidate: "x", call_id: "c" }), false);
  const candidate = { candidate: "x", sdpMid: null, sdpMLineIndex: 0, usernameFragment: null };
  assert.deepEqual(calls, [["handleIceCandidate", "p", candidate, { callId: "c", offerId: "", group: false }]]);
  send({ type: "relay_ice_candidate", from_peer_id: "p", candidate: "" });
  assert.equal(/** @type {any} */ (calls[1])[2].sdpMLineIndex, null, "end-of-candidates is for all of them");
});

test("types that this client does not know are ignored", () => {
  const { calls, send } = build();
  for (const type of ["something_new", "constructor", "__proto__"]) assert.equal(send({ type }), false);
  assert.deepEqual(calls, []);
});
