/** What the client keeps and counts (RES1), and what follows for its calls. Run by `node --test`. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { SendQueue } from "../../web/connection/sendqueue.js";
import { PendingCandidates } from "../../web/calls/pendingcandidates.js";
import { EndedCalls } from "../../web/calls/ended.js";
import { Group } from "../../web/calls/group.js";
import { Roster } from "../../web/people/peers.js";
import { MANY_CALLS, sendingQuality } from "../../web/calls/quality.js";
import { CallRestore } from "../../web/calls/callrestore.js";

/**
 * @param {number} number
 * @returns {any}
 */
const edit = (number) => ({ type: "remove_element", id: `e${number}` });
/** @type {any} */
const cursor = { type: "cursor", x: 1, y: 2 };
/** @type {any} */
const offer = { type: "offer", target_peer_id: "p", sdp: "v=0" };
/** @type {any} */
const hangUp = { type: "end_call", target_peer_id: "p" };

/** @param {string[]} texts */
const idsOf = (texts) => texts.map((text) => JSON.parse(text).id ?? JSON.parse(text).type);

test("what waits goes out once, in order", () => {
  const queue = new SendQueue();
  [1, 2, 3].forEach((number) => queue.push(edit(number)));
  assert.deepEqual(idsOf(queue.take()), ["e1", "e2", "e3"]);
  assert.deepEqual(queue.take(), []);
  assert.equal(queue.inDoubt, 3);
});

test("after a recovery exactly what had not arrived goes out again, then what waited", () => {
  const queue = new SendQueue();
  [1, 2, 3, 4].forEach((number) => queue.push(edit(number)));
  queue.take();
  queue.push(edit(5));
  queue.cut();
  queue.recovered(2);
  assert.deepEqual(idsOf(queue.take()), ["e3", "e4", "e5"]);
  queue.arrived(1);
  queue.cut();
  queue.recovered(1);
  assert.deepEqual(idsOf(queue.take()), ["e4", "e5"], "counted anew from the recovery");
});

test("pointers and pings count when they were written, and are not worth waiting for", () => {
  const queue = new SendQueue();
  queue.push(edit(1));
  queue.push(cursor);
  queue.push(edit(2));
  queue.take();
  queue.push(cursor);
  queue.cut();
  queue.recovered(2);
  assert.deepEqual(idsOf(queue.take()), ["e2"]);
});

test("another name on a live connection moves the place that is counted from", () => {
  const queue = new SendQueue();
  queue.push(edit(1));
  queue.push(/** @type {any} */ ({ type: "subscribe", session_id: "s" }));
  queue.push(edit(2));
  queue.take();
  queue.received = 9;
  queue.subscribed();
  assert.equal(queue.received, 0);
  assert.equal(queue.inDoubt, 1);
  queue.recovered(0);
  assert.deepEqual(idsOf(queue.take()), ["e2"]);
});

test("after a gap signals are not sent again, nor edits, which their maker makes again", () => {
  const queue = new SendQueue();
  [edit(1), offer, hangUp].forEach((message) => queue.push(message));
  queue.take();
  [edit(2), offer, hangUp].forEach((message) => queue.push(message));
  queue.cut();
  queue.lost();
  assert.deepEqual(idsOf(queue.take()), ["end_call", "end_call"]);
});

test("what waits is bounded, and it is said when something is lost", () => {
  const queue = new SendQueue();
  assert.ok(queue.push(cursor));
  let kept = 0;
  while (queue.push(edit(kept))) kept += 1;
  assert.equal(kept, 1000, "a pointer gives way");
  assert.ok(queue.push(cursor), "one that is dropped was none to keep");
  queue.take();
  queue.arrived(10);
  assert.ok(queue.push(edit(0)));
  let large = 0;
  while (queue.push(/** @type {any} */ ({ ...offer, sdp: "x".repeat(1_000_000) }))) large += 1;
  assert.equal(large, 7, "by length, too");
});

/**
 * @param {string} peer_id
 * @param {object} [more]
 * @returns {any}
 */
const peer = (peer_id, more) => ({ peer_id, connected: true, in_call: false, media: {}, ...more });

test("of two that have joined the one with the smaller id calls, once", () => {
  const group = new Group();
  const members = [peer("a", { group_call: true }), peer("c", { group_call: true }), peer("d")];
  const nobody = () => false;
  group.follow(members, "b");
  assert.deepEqual(group.missing("b", members, nobody), [], "not joined");
  group.join("joined");
  assert.deepEqual(group.missing("b", members, nobody), ["c"]);
  assert.deepEqual(group.missing("b", members, (id) => id === "c"), []);
  assert.deepEqual(group.missing("b", members, nobody, true), ["a", "c"]);
  assert.equal(group.size, 2);
  group.part("c");
  assert.deepEqual(group.missing("b", members, nobody), [], "hung up by a person");
  group.follow([peer("c")], "b");
  group.follow(members, "b");
  assert.deepEqual(group.missing("b", members, nobody), ["c"], "it joined anew");
  assert.deepEqual(group.missing("b", [peer("c", { group_call: true, connected: false })], nobody), []);
});

test("the more calls, the smaller the pictures", () => {
  const sizes = [1, 3, MANY_CALLS + 1].map((calls) => sendingQuality(calls));
  for (const [one, more] of [[sizes[0], sizes[1]], [sizes[1], sizes[2]]]) {
    assert.ok(one && more && one.height > more.height && one.maxBitrate > more.maxBitrate);
    assert.ok(one.framerate > more.framerate);
  }
});

test("who finds the other offers, who is found waits for it", () => {
  const returning = new CallRestore();
  returning.lost(["a", "b"]);
  assert.deepEqual(returning.seen([peer("a")], true), { restore: [], offer: ["a"], offerLater: [] });
  assert.ok(returning.settle("a"));
  assert.deepEqual(returning.seen([peer("b", { connected: false })], false).offerLater, []);
  assert.deepEqual(returning.seen([peer("b")], false).offerLater, ["b"]);
  assert.ok(returning.settle("b"));
  assert.ok(!returning.settle("b"), "it was offered meanwhile");
});

test("calls of an earlier page are taken up when their peers are here", () => {
  const returning = new CallRestore();
  const saved = { peerId: "a", callId: "c", ringing: false, group: false };
  returning.saved = [saved, { ...saved, peerId: "gone" }, { ...saved, peerId: "ended" }];
  returning.settle("ended");
  assert.deepEqual(returning.seen([peer("a")], true).restore, [saved]);
  assert.deepEqual(returning.saved, []);
});

test("names of ended calls are remembered, the latest of them", () => {
  const ended = new EndedCalls();
  ended.add("p", ["first"]);
  assert.ok(ended.hasPeer("p") && ended.hasName("first") && !ended.hasName(""));
  for (let number = 0; number < 100; number++) ended.addName(`n${number}`);
  assert.ok(!ended.hasName("first") && ended.hasName("n99"));
  ended.forget("p");
  assert.ok(!ended.hasPeer("p"));
});

test("candidates that came early are kept, within bounds", () => {
  const early = new PendingCandidates();
  for (let number = 0; number < 100; number++) early.keep("p", { candidate: String(number) });
  assert.equal(early.take("p").length, 32);
  assert.deepEqual(early.take("p"), []);
  for (let number = 0; number < 100; number++) early.keep(`p${number}`, { candidate: "" });
  assert.equal(early.take("p99").length, 0);
});

test("with whom a call is up is not struck off the list of a server that has just started", () => {
  const roster = new Roster();
  roster.replace(/** @type {any} */ ({ peers: [peer("a"), peer("b")] }));
  roster.replace(/** @type {any} */ ({ peers: [] }), ["a"]);
  assert.deepEqual([...roster.peers.keys()], ["a"]);
  assert.equal(roster.peers.get("a")?.connected, false);
  roster.put(peer("a"));
  roster.expectNoMore("a");
  assert.ok(roster.peers.has("a"), "it is back by itself");
  roster.replace(/** @type {any} */ ({ peers: [] }), ["a"]);
  roster.expectNoMore("a");
  assert.equal(roster.peers.size, 0);
});
