/** Calls in trouble: paths that die, servers that forget, pages that are reloaded. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { assertQuiet, assertTalking, connected, two } from "./fakes/calls.js";
import { FakeStream, FakeTrack } from "./fakes/media.js";
import { online } from "./fakes/room.js";
import { FakePeerConnection, rtcIdle } from "./fakes/rtc.js";

test("a path that dies is found again in the same call", async () => {
  const { room, ada, bob } = await connected();
  room.connects = false;
  for (const pc of [ada.pc("b"), bob.pc("a")]) pc.become("failed");
  assert.equal(ada.signaling.callState("b"), "reconnecting");
  assert.ok(ada.connection && ada.connection.wakes > 0, "the socket may be dead as well");
  await room.pass(1);
  room.connects = true;
  await room.settle();
  assertTalking(ada, bob);
  assert.equal(ada.pc("b").restarts, 1);
  assert.equal(FakePeerConnection.open.length, 2, "by the same connections");
});

test("a path that never comes about ends the call, and says how far it had got", async () => {
  const { room, ada, bob } = two();
  room.connects = false;
  bob.signaling.autoAccept = true;
  ada.signaling.startCall("b");
  await room.settle();
  await room.pass(15_000);
  assert.deepEqual(room.sent("call_report", "a"), [
    { type: "call_report", target_peer_id: "b", gathered: ["host"], turn_refused: false },
  ]);
  await room.pass(10_000);
  assert.ok(ada.changes.at(-1)?.startsWith("b ended failed"));
  assertQuiet(ada, bob);
});

test("a path that does not come back ends the call after the time that the server keeps a place", async () => {
  const { room, ada, bob } = await connected();
  room.connects = false;
  for (const pc of [ada.pc("b"), bob.pc("a")]) pc.become("failed");
  await room.pass(125_000);
  assert.equal(ada.signaling.callState("b"), "reconnecting");
  await room.pass(10_000);
  assertQuiet(ada, bob);
});

for (const [what, act] of /** @type {[string, (one: Participant) => void][]} */ ([
  ["network", () => online()],
  ["server", ({ connection }) => connection?.fire("state", "open")],
])) {
  test(`when the ${what} is back a path that failed is tried at once`, async () => {
    const { room, ada, bob } = await connected();
    room.connects = false;
    for (const pc of [ada.pc("b"), bob.pc("a")]) pc.become("failed");
    const { restarts } = ada.pc("b");
    while (ada.pc("b").restarts < restarts + 5) await room.pass(500);
    await room.pass(4_000);
    assert.equal(ada.pc("b").restarts, restarts + 5, "it pauses");
    act(ada);
    await room.pass(0);
    assert.equal(ada.pc("b").restarts, restarts + 6);
  });
}

test("a call survives that the server forgets it", async () => {
  const { room, ada, bob } = await connected();
  const offers = room.sent("offer").length;
  for (const one of [ada, bob]) {
    one.connection?.fire("lost", null);
    room.sendList(one);
  }
  await room.pass(2_000);
  assert.ok(room.sent("offer").length > offers, "it is offered again");
  assertTalking(ada, bob);
});

test("who was found missing is offered the call when it is back, unless it offers first", async () => {
  const { room, ada, bob } = await connected();
  const offers = () => room.sent("offer", "a").length;
  const back = () => ada.receive({ type: "peer_updated", peer: { ...bob.peer, connected: true } });
  for (const [expected, offersFirst] of /** @type {const} */ ([[1, false], [0, true]])) {
    ada.connection?.fire("lost", null);
    ada.receive({ type: "peer_list", peers: [ada.peer, { ...bob.peer, connected: false }] });
    const before = offers();
    back();
    if (offersFirst) bob.pc("a").restartIce();
    await room.settle();
    assert.equal(offers(), before, "it is given the time");
    await room.pass(1_100);
    assert.equal(offers(), before + expected);
    assertTalking(ada, bob);
  }
});

test("a call that had not connected when the server forgot it looks for another path", async () => {
  const { room, ada, bob } = two();
  room.connects = false;
  bob.signaling.autoAccept = true;
  ada.signaling.startCall("b");
  await room.settle();
  ada.connection?.fire("lost", null);
  room.sendList(ada);
  assert.equal(ada.pc("b").restarts, 1);
  room.connects = true;
  await room.settle();
  assertTalking(ada, bob);
});

test("who comes back as somebody else has no calls", async () => {
  const { room, ada } = await connected();
  if (ada.connection) ada.connection.peerId = "z";
  ada.connection?.fire("lost", null);
  await room.settle();
  assert.deepEqual(ada.signaling.calls, []);
  assert.equal(ada.changes.at(-1), "b ended lost");
});

for (const who of /** @type {const} */ (["ada", "bob"])) {
  test(`a page that is reloaded goes on with its call (${who})`, async () => {
    const built = await connected();
    const { room, ada, bob } = built;
    built[who].reload();
    assert.equal(built[who].signaling.callState(who === "ada" ? "b" : "a"), "reconnecting");
    await room.settle();
    assertTalking(ada, bob);
    assert.deepEqual(room.sent("end_call"), []);
    assert.equal(FakePeerConnection.open.length, 2, "what was with the earlier page is closed");
  });
}

test("a page is reloaded while the other one looks for another path", async () => {
  for (const who of /** @type {const} */ (["ada", "bob"])) {
    const built = await connected();
    const { room, ada, bob } = built;
    built[who === "ada" ? "bob" : "ada"].pc(who === "ada" ? "a" : "b").restartIce();
    await rtcIdle();
    built[who].reload();
    await room.pass(2_000);
    assertTalking(ada, bob);
  }
});

test("a screen is not shared any more after a reload", async () => {
  const { room, ada, bob } = await connected();
  ada.screen.share(new FakeStream([new FakeTrack("video")]));
  await room.settle();
  ada.reload();
  await room.settle();
  assertTalking(ada, bob);
  assert.ok(!bob.streams.has("screen a"));
});

test("a page that is reloaded again before it knows who is here still finds its call", async () => {
  const { room, ada, bob } = await connected();
  const before = ada.signaling.savedCalls;
  const { sendList } = room;
  room.sendList = () => {};
  ada.reload();
  assert.deepEqual(ada.signaling.savedCalls, before);
  room.sendList = sendList;
  ada.reload();
  await room.settle();
  assertTalking(ada, bob);
});

test("a page is reloaded when it has accepted and not answered yet", async () => {
  const { room, ada, bob } = two();
  ada.signaling.startCall("b");
  await room.settle();
  bob.signaling.acceptCall("a");
  bob.reload();
  await room.settle();
  assert.equal(ada.signaling.callState("b"), "ringing", "our offer stands, and nobody knows it");
  await room.pass(2_100);
  assertTalking(ada, bob);
});

test("both pages are reloaded at the same time", async () => {
  const { room, ada, bob } = await connected();
  ada.reload();
  bob.reload();
  await room.pass(2_000);
  assertTalking(ada, bob);
});

test("a page that is reloaded while it calls goes on calling", async () => {
  const { room, ada, bob } = two();
  ada.signaling.startCall("b");
  await room.settle();
  ada.reload();
  await room.settle();
  assert.deepEqual([ada, bob].map(({ signaling }) => signaling.calls[0]?.state), ["ringing", "ringing"]);
  bob.signaling.acceptCall("a");
  await room.settle();
  assertTalking(ada, bob);
});

test("a call with somebody who has left meanwhile is not taken up", async () => {
  const { room, ada, bob } = await connected();
  room.people.delete("b");
  void bob;
  ada.reload();
  await room.settle();
  assert.deepEqual(ada.signaling.calls, []);
  assert.deepEqual(ada.signaling.savedCalls, []);
});

test("a call that was declined rings no more where the page is reloaded before the caller's next offer comes", async () => {
  const { room, ada, bob } = two();
  ada.signaling.startCall("b");
  await room.settle();
  ada.connection?.fire("lost", null); // the server may have forgotten the call: it is offered again
  room.sendList(ada);
  await rtcIdle();
  bob.signaling.declineCall("a");
  bob.reload();
  await room.settle();
  assert.deepEqual([ada, bob].map(({ signaling }) => signaling.calls), [[], []]);
});
