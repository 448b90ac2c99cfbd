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
  const roster = new Roster();
  const handlers = createHandlers(/** @type {any} */ ({
    connection: { peerId: "own" },
    roster,
    signaling,
    board: {
      receive: (/** @type {{type: string}} */ { type }) => {
        note("board")(type);
        return boardTakes;
      },
    },
    chat: { receive: (/** @type {{message_id?: string}} */ { message_id }) => message_id === "of the chat" },
    diagnoses: { receive: note("diagnoses") },
    assigned: note("assigned"),
    refused: note("refused"),
  }));
  const send = (/** @type {any} */ message) => dispatch(handlers, message);
  return { calls, send, roster };
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

test("an answer that is for the chat is told to nobody else", () => {
  const { calls, send } = build();
  send({ type: "ack", message_id: "of the chat" });
  send({ type: "error", code: "forbidden", message: "", message_id: "of the chat" });
  assert.deepEqual(calls, []);
  send({ type: "ack", message_id: "of an edit" });
  assert.deepEqual(calls, [["board", "ack"]]);
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

test("differences of the roster: who has left, then who joins, at the end (CRW1)", () => {
  const { calls, send, roster } = build();
  const peer = (/** @type {string} */ peer_id, more = {}) => (
    { peer_id, connected: true, in_call: false, media: { audio: false, video: false, screen: false }, ...more }
  );
  send({ type: "peer_list", session_id: "s", revision: 4, peers: [peer("a"), peer("b"), peer("own")] });
  calls.length = 0;
  const shown = send({
    type: "roster_changes",
    session_id: "s",
    revision: 5,
    left: [{ peer_id: "a", reason: "left" }, { peer_id: "own", reason: "left" }],
    joined: [peer("c"), peer("own")],
    updated: [peer("b", { connected: false })],
    media: [{ peer_id: "b", audio: true, video: false, screen: false }],
  });
  assert.equal(shown, true);
  assert.deepEqual([...roster.peers.keys()], ["b", "c", "own"]);
  assert.equal(roster.peers.get("b")?.connected, false);
  assert.deepEqual(roster.media("b"), { audio: true, video: false, screen: false });
  assert.deepEqual(calls.slice(0, 2), [["board", "peer_left"], ["handlePeerLeft", "a"]], "oneself is there");
  assert.equal(calls.filter(([name]) => name === "handlePeers").length, 1, "once for all");
});

test("many pointers at a time, but one's own (CRW4)", () => {
  const { calls, send } = build();
  assert.equal(send({ type: "pointers", pointers: [["a", 1, 2], ["own", 3, 4], ["b", 5, 6]] }), false);
  assert.deepEqual(calls, [["board", "peer_cursor"], ["board", "peer_cursor"]]);
});
