/** The call of everybody: a mesh that grows, shrinks and mends itself (SIG10). */

import assert from "node:assert/strict";
import { test } from "node:test";

import { assertMesh, assertQuiet, assertTalking, many } from "./fakes/calls.js";

/** @typedef {import("./fakes/room.js").Participant} Participant */

test("who starts the call of everybody rings all, and who joins is connected with all", async () => {
  const { room, people } = many("a", "b", "c");
  const [ada, bob, cleo] = /** @type {[Participant, Participant, Participant]} */ (people);
  ada.signaling.joinGroup();
  await room.settle();
  assert.ok(ada.signaling.inGroup && ada.signaling.inCall);
  assert.deepEqual([bob, cleo].map(({ signaling }) => signaling.callState("a")), ["ringing", "ringing"]);
  bob.signaling.acceptCall("a");
  cleo.signaling.acceptCall("a");
  await room.settle();
  assertMesh(ada, bob, cleo);
  assert.ok(room.sent("start_call").every(({ group }) => group === true));
});

test("who joins the call of everybody accepts all of it that rings", async () => {
  for (const how of /** @type {const} */ (["joins", "accepts one"])) {
    const { room, people } = many("a", "b", "c");
    const [ada, bob, cleo] = /** @type {[Participant, Participant, Participant]} */ (people);
    ada.signaling.joinGroup();
    bob.signaling.joinGroup();
    await room.settle();
    assertTalking(ada, bob);
    assert.deepEqual(cleo.signaling.calls.map(({ state }) => state), ["ringing", "ringing"]);
    if (how === "joins") cleo.signaling.joinGroup();
    else cleo.signaling.acceptCall("b");
    await room.settle();
    assertMesh(ada, bob, cleo);
  }
});

test("who joins a call that is on rings nobody who is not in it", async () => {
  const { room, people } = many("a", "b", "c");
  const [ada, bob, cleo] = /** @type {[Participant, Participant, Participant]} */ (people);
  ada.signaling.joinGroup();
  await room.settle();
  for (const { signaling } of [bob, cleo]) signaling.declineCall("a");
  await room.settle();
  bob.signaling.joinGroup();
  await room.settle();
  assertTalking(ada, bob);
  assert.deepEqual(cleo.signaling.calls, []);
});

test("who leaves the call of everybody leaves it with all, and may come again", async () => {
  const { room, people } = many("a", "b", "c");
  const [ada, bob, cleo] = /** @type {[Participant, Participant, Participant]} */ (people);
  for (const { signaling } of people) signaling.joinGroup();
  await room.settle();
  assertMesh(...people);
  cleo.signaling.leaveCalls();
  await room.settle();
  assertMesh(ada, bob);
  assert.equal(cleo.media.stream, null);
  cleo.signaling.joinGroup();
  await room.pass(2_000);
  assertMesh(ada, bob, cleo);
});

test("who is alone in the call of everybody has its camera on, until it leaves", async () => {
  const { room, people } = many("a");
  const [ada] = /** @type {[Participant]} */ (people);
  ada.signaling.joinGroup();
  assert.ok(ada.signaling.inCall && ada.media.stream);
  ada.signaling.leaveCalls();
  await room.settle();
  assertQuiet(ada);
  assert.deepEqual(room.sent("group_call").map(({ joined }) => joined), [true, false]);
});

test("a call of the mesh that fails is made again; one that a person ended is not", async () => {
  const { room, people } = many("a", "b");
  const [ada, bob] = /** @type {[Participant, Participant]} */ (people);
  for (const { signaling } of people) signaling.joinGroup();
  await room.settle();
  ada.signaling.endCall("b", "failed");
  await room.pass(2_000);
  assertMesh(ada, bob);
  ada.signaling.endCall("b");
  await room.pass(5_000);
  assert.deepEqual([ada, bob].map(({ signaling }) => signaling.calls), [[], []]);
  assert.ok(ada.signaling.inGroup, "it stays in the call");
});

test("pictures are as small as the call of everybody will need, before all are connected", async () => {
  const { room, people } = many("a", "b", "c", "d");
  const [ada] = /** @type {[Participant]} */ (people);
  ada.signaling.joinGroup();
  await room.settle();
  for (const id of ["b", "c", "d"]) ada.signaling.endCall(id);
  assert.equal(ada.media.quality.height, 720);
  for (const peer_id of ["b", "c", "d"]) {
    ada.receive({ type: "peer_updated", peer: { ...ada.peer, peer_id, group_call: true, connected: false } });
  }
  assert.equal(ada.media.quality.height, 360);
});

test("a page that is reloaded is in the call of everybody again", async () => {
  const { room, people } = many("a", "b", "c");
  for (const { signaling } of people) signaling.joinGroup();
  await room.settle();
  for (const one of people) {
    one.reload();
    assert.ok(one.signaling.savedGroup);
    await room.pass(2_000);
    assertMesh(...people);
    assert.ok(one.signaling.inGroup);
  }
});

test("when the server has forgotten, it is told who is in the call of everybody", async () => {
  const { room, people } = many("a", "b");
  const [ada] = /** @type {[Participant]} */ (people);
  for (const { signaling } of people) signaling.joinGroup();
  await room.settle();
  const { length } = room.sent("group_call", "a");
  ada.connection?.fire("lost", null);
  assert.equal(room.sent("group_call", "a").length, length + 1);
});
