/** What others have selected and where they write, as the page knows and says it. */

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { elementNotes } from "../../web/canvas/elementnotes.js";
import { OwnMarks } from "../../web/canvas/ownmarks.js";
import { PeerMarks } from "../../web/scene/peermarks.js";

/** @param {string} from_peer_id @param {string[]} ids */
const selection = (from_peer_id, ...ids) => /** @type {const} */ ({ type: "peer_selection", from_peer_id, ids });
/** @param {string} from_peer_id @param {string} [id] */
const typing = (from_peer_id, id) => /** @type {const} */ ({ type: "peer_typing", from_peer_id, ...(id && { id }) });

test("marks of others: the latest counts, first those who did something last, and none of who has left (rules TOG1, TOG9)", () => {
  const marks = new PeerMarks();
  let changes = 0;
  marks.on("changed", () => (changes += 1));
  marks.take(selection("ada", "x", "y"));
  marks.take(selection("bob", "x"));
  marks.take(typing("ada", "x"));
  assert.deepEqual([...marks.all()].map(({ peerId, id, isTyping }) => `${peerId} ${id} ${isTyping}`), ["ada x true", "bob x false", "ada y false"]);
  assert.deepEqual(marks.at("x").map(({ peerId }) => peerId), ["ada", "bob"]);
  marks.take(selection("ada"));
  marks.take(typing("ada"));
  marks.forget("eve");
  assert.deepEqual([changes, marks.at("y"), marks.size], [5, [], 1]);
  marks.forget("bob");
  assert.equal(marks.size, 0);
});

test("marks of others: a sign of typing that is not repeated ends (rule TOG2)", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const marks = new PeerMarks();
    marks.take(typing("ada", "x"));
    mock.timers.tick(7_000);
    marks.take(typing("ada", "x"));
    mock.timers.tick(7_000);
    assert.equal(marks.size, 1);
    mock.timers.tick(1_000);
    assert.equal(marks.size, 0);
  } finally {
    mock.timers.reset();
  }
});

test("own selection: it is sent as it is at last, and again on a new connection (rule TOG1)", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    /** @type {string[][]} */
    const sent = [];
    let isOpen = true;
    const own = new OwnMarks((ids) => {
      if (isOpen) sent.push(ids);
      return isOpen;
    });
    own.select(["a"]);
    own.select(["a", "b"]);
    mock.timers.tick(200);
    own.select(["a", "b"]);
    mock.timers.tick(200);
    assert.deepEqual(sent, [["a", "b"]]);
    isOpen = false;
    own.select([]);
    mock.timers.tick(200);
    own.select(Array.from({ length: 200 }, (_, number) => `e${number}`));
    mock.timers.tick(200);
    isOpen = true;
    own.again();
    assert.deepEqual([sent.length, sent[1]?.length], [2, 100]);
    own.select([]);
    mock.timers.tick(200);
    own.again();
    assert.deepEqual(sent.slice(2), [[]], "nothing needs no repeating");
  } finally {
    mock.timers.reset();
  }
});

test("an element says who made it and who is at it (rule TOG10)", () => {
  const element = /** @type {any} */ ({ id: "x", kind: { type: "Note", content: "" }, author: "Ada\u202e" });
  const marks = [{ peerId: "b", id: "x", isTyping: true }, { peerId: "c", id: "x", isTyping: false }];
  assert.equal(elementNotes(element, marks, (peerId) => ({ b: "Bob", c: "Cem" })[peerId] ?? ""), "Bob is typing… · selected by Cem · by Ada");
  assert.equal(elementNotes({ ...element, author: undefined }, [], () => ""), "");
});
