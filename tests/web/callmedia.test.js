/** What is sent and shown in a call: cameras, screens, rights, and how large pictures are. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { assertQuiet, assertTalking, connected, two } from "./fakes/calls.js";
import { FakeStream, FakeTrack } from "./fakes/media.js";
import { Room } from "./fakes/room.js";

/** @typedef {import("./fakes/room.js").Participant} Participant */

test("a screen that is shared is seen beside the camera, and goes again", async () => {
  const { room, ada, bob } = await connected();
  ada.screen.share(new FakeStream([new FakeTrack("video")]));
  await room.settle();
  assert.equal(bob.streams.get("screen a")?.getTracks().length, 1);
  assert.deepEqual(ada.pc("b").agreed, ["audio sendrecv", "video sendrecv", "video sendonly"]);
  ada.screen.stop();
  await room.settle();
  assert.ok(!bob.streams.has("screen a"));
  assert.equal(ada.pc("b").agreed[2], "video inactive");
});

test("a screen is shared no longer than the call lasts", async () => {
  const { room, ada, bob } = await connected();
  ada.screen.share(new FakeStream([new FakeTrack("video")]));
  await room.settle();
  bob.signaling.endCall("a");
  await room.settle();
  assertQuiet(ada, bob);
});

test("a screen that was shared before the call is part of it", async () => {
  const { room, ada, bob } = two();
  ada.screen.share(new FakeStream([new FakeTrack("video")]));
  bob.signaling.autoAccept = true;
  ada.signaling.startCall("b");
  await room.settle();
  assert.ok(bob.streams.has("screen a"));
});

test("who may only listen sends nothing and sees all; with the right it is seen", async () => {
  const { room, ada, bob } = two();
  bob.media.publishes = false;
  bob.signaling.autoAccept = true;
  ada.signaling.startCall("b");
  await room.settle();
  assert.deepEqual(bob.pc("a").agreed, ["audio recvonly", "video recvonly"]);
  assert.ok(bob.streams.has("stream a") && !ada.streams.has("stream b"));
  bob.media.publishes = true;
  bob.media.changed();
  await room.settle();
  assertTalking(ada, bob);
});

test("what a peer without the right sends is not shown, and is when it has it", async () => {
  const { ada } = await connected();
  const peer = { ...ada.roster.peers.get("b"), role: "view" };
  ada.receive({ type: "peer_updated", peer });
  assert.ok(!ada.streams.has("stream b"));
  ada.receive({ type: "peer_updated", peer: { ...peer, role: "edit" } });
  assert.ok(ada.streams.has("stream b"));
});

test("more calls make smaller pictures, a preset bounds them", async () => {
  const room = new Room();
  const [ada, ...others] = /** @type {[Participant, ...Participant[]]} */ (room.join("a", "b", "c", "d"));
  for (const { signaling } of others) signaling.autoAccept = true;
  ada.signaling.startCall("b");
  await room.settle();
  assert.equal(ada.media.quality.height, 720);
  for (const { peerId } of others) ada.signaling.startCall(peerId);
  await room.settle();
  assert.equal(ada.media.quality.height, 360);
  for (const id of ["c", "d"]) ada.signaling.endCall(id);
  assert.equal(ada.media.quality.height, 720, "and fewer make larger ones");
  ada.signaling.setPreset("low");
  assert.equal(ada.media.quality.height, 180);
});

test("what is not seen at the other end is not sent", async () => {
  const { room, ada, bob } = await connected();
  const sender = ada.pc("b").getTransceivers().find(({ kind }) => kind === "video")?.sender;
  bob.connection?.send({ type: "view_size", target_peer_id: "a", camera: 0, screen: 0 });
  await room.settle();
  assert.equal(/** @type {any} */ (sender?.parameters.encodings[0]).active, false);
  if (sender) sender.refusal = "InvalidModificationError";
  bob.connection?.send({ type: "view_size", target_peer_id: "a", camera: 360, screen: 0 });
  await room.settle();
  assert.equal(/** @type {any} */ (sender?.parameters.encodings[0]).active, false, "refused");
  await room.pass(200);
  assert.equal(/** @type {any} */ (sender?.parameters.encodings[0]).active, true, "asked again");
});

test("a data channel that somebody opens is closed (rule SIG18)", async () => {
  const { ada } = await connected();
  const before = ada.pc("b");
  let closed = 0;
  before.ondatachannel?.({ channel: { close: () => (closed += 1) } });
  assert.equal(closed, 1);
});

test("tracks of a peer who has lost the right are not heard, whenever they come (rule SIG18)", async () => {
  const { room, ada, bob } = await connected();
  ada.receive({ type: "peer_updated", peer: { ...ada.roster.peers.get("b"), role: "view" } });
  bob.screen.share(new FakeStream([new FakeTrack("video"), new FakeTrack("audio")]));
  await room.settle();
  assert.ok(!ada.streams.has("stream b") && !ada.streams.has("screen b"));
  ada.receive({ type: "peer_list", session_id: "s", peers: [...ada.roster.peers.values()] });
  await room.settle();
  assert.ok(!ada.streams.has("stream b") && !ada.streams.has("screen b"));
  bob.signaling.endCall("a");
  await room.settle();
  bob.signaling.startCall("a");
  await room.settle();
  ada.signaling.acceptCall("b");
  await room.settle();
  assert.ok(!ada.streams.has("stream b") && !ada.streams.has("screen b"), "nor in the next call");
});

test("nothing is received of a peer who has lost the right, and all again when it has it (rule SIG18)", async () => {
  const { room, ada, bob } = await connected();
  const peer = /** @type {any} */ (ada.roster.peers.get("b"));
  for (const [role, agreed] of [["view", "sendonly"], ["edit", "sendrecv"], ["view", "sendonly"], ["edit", "sendrecv"]]) {
    ada.receive({ type: "peer_updated", peer: { ...peer, role } });
    await room.settle();
    assert.deepEqual(ada.pc("b").agreed, [`audio ${agreed}`, `video ${agreed}`], role);
    assert.equal(ada.streams.has("stream b"), role === "edit");
    assert.ok(bob.streams.has("stream a"), "who may only watch sees on");
  }
});

test("a call with who may only watch is offered and answered without asking for media (rule SIG18)", async () => {
  for (const [caller, callee] of /** @type {const} */ ([["ada", "bob"], ["bob", "ada"]])) {
    const built = two();
    const { room, ada, bob } = built;
    ada.receive({ type: "peer_updated", peer: { .../** @type {any} */ (ada.roster.peers.get("b")), role: "view" } });
    built[callee].signaling.autoAccept = true;
    built[caller].signaling.startCall(built[callee].peerId); // Bob sends, whatever his role
    await room.settle();
    assert.deepEqual(ada.pc("b").agreed, ["audio sendonly", "video sendonly"]);
    assert.ok(!ada.streams.has("stream b") && bob.streams.has("stream a"));
  }
});
