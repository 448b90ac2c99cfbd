/** Calls between pages: who rings, accepts, declines, is busy; glare, reloads, the call of everybody. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { FakeStream, FakeTrack } from "./fakes/media.js";
import { online, Room } from "./fakes/room.js";
import { FakePeerConnection, rtcIdle } from "./fakes/rtc.js";

/** @typedef {import("./fakes/room.js").Participant} Participant */

/** @returns {{room: Room, ada: Participant, bob: Participant}} of whom `bob` is polite */
function two() {
  const room = new Room();
  const [ada, bob] = /** @type {[Participant, Participant]} */ (room.join("a", "b"));
  return { room, ada, bob };
}

async function connected() {
  const built = two();
  built.ada.signaling.startCall("b");
  await built.room.settle();
  built.bob.signaling.acceptCall("a");
  await built.room.settle();
  assertTalking(built.ada, built.bob);
  return built;
}

/**
 * @param {Participant} one
 * @param {Participant} other
 */
function assertTalking(one, other) {
  for (const [here, there] of [[one, other], [other, one]]) {
    if (!here || !there) return;
    assert.equal(here.signaling.callState(there.peerId), "connected", `${here.peerId} with ${there.peerId}`);
    assert.equal(here.pc(there.peerId).connectionState, "connected");
    assert.deepEqual(here.pc(there.peerId).agreed.slice(0, 2), ["audio sendrecv", "video sendrecv"]);
    const kinds = here.streams.get(`stream ${there.peerId}`)?.getTracks().map(({ kind }) => kind);
    assert.deepEqual(kinds?.sort(), ["audio", "video"]);
  }
}

/** @param {Participant[]} people for whom nothing may be left of a call */
function assertQuiet(...people) {
  for (const { signaling, media, screen, streams } of people) {
    assert.deepEqual(signaling.calls, []);
    assert.equal(screen.stream, null);
    assert.equal(signaling.peerConnections.size, 0);
    assert.equal(media.stream, null, "the devices are off");
    assert.equal(streams.size, 0);
  }
  assert.deepEqual(FakePeerConnection.open, []);
}

// --- one call ----------------------------------------------------------------------------------

test("a call rings until the person accepts it, and then both are seen and heard", async () => {
  const { room, ada, bob } = two();
  assert.equal(ada.signaling.callState("b"), "idle");
  ada.signaling.startCall("b");
  await room.settle();
  assert.equal(ada.signaling.callState("b"), "ringing");
  assert.deepEqual(bob.signaling.calls, [{ peerId: "a", state: "ringing", outgoing: false }]);
  assert.equal(bob.media.stream, null, "nobody's camera goes on because somebody calls");
  assert.equal(bob.signaling.peerConnections.size, 0);
  assert.equal(bob.signaling.inCall, false);
  bob.signaling.acceptCall("a");
  await room.settle();
  assertTalking(ada, bob);
  assert.deepEqual(ada.changes, ["b ringing", "b connecting", "b connected"]);
  assert.deepEqual(bob.changes, ["a ringing", "a connecting", "a connected"]);
});

test("start_call goes before the offer, and all signals of a call bear its name", async () => {
  const { room } = await connected();
  const fromAda = room.log.filter(({ from }) => from === "a").map(({ message }) => message.type);
  assert.deepEqual(fromAda.slice(0, 2), ["start_call", "offer"]);
  const [{ call_id }] = room.sent("start_call");
  for (const type of ["offer", "ice_candidate", "answer"]) {
    for (const message of room.sent(type, "a")) assert.equal(message.call_id, call_id);
  }
  assert.equal(room.sent("answer", "b")[0].offer_id, room.sent("offer", "a")[0].offer_id);
});

test("whoever hangs up, it is over for both, and nothing is left on", async () => {
  for (const who of /** @type {const} */ (["ada", "bob"])) {
    const built = await connected();
    const { room, ada, bob } = built;
    built[who].signaling.endCall(who === "ada" ? "b" : "a");
    await room.settle();
    assertQuiet(ada, bob);
    assert.equal(ada.signaling.callState("b"), "ended");
    assert.ok(ada.changes.includes(who === "ada" ? "b ended hangup by us" : "b ended hangup"));
  }
});

test("a call that is declined says so", async () => {
  const { room, ada, bob } = two();
  ada.signaling.startCall("b");
  await room.settle();
  bob.signaling.declineCall("a");
  await room.settle();
  assert.equal(ada.changes.at(-1), "b ended declined");
  assertQuiet(ada, bob);
});

test("a call that is cancelled rings no more", async () => {
  const { room, ada, bob } = two();
  ada.signaling.startCall("b");
  await room.settle();
  ada.signaling.endCall("b");
  await room.settle();
  assert.equal(bob.changes.at(-1), "a ended hangup");
  assertQuiet(ada, bob);
});

test("nobody answers: it ends by itself", async () => {
  const { room, ada, bob } = two();
  ada.signaling.startCall("b");
  await room.settle();
  await room.pass(46_000);
  assert.equal(ada.changes.at(-1), "b ended timeout by us");
  assertQuiet(ada, bob);
});

test("who has as many calls as it can take is busy", async () => {
  const room = new Room();
  const [ada, bob, cleo] = /** @type {[Participant, Participant, Participant]} */ (room.join("a", "b", "c"));
  bob.signaling.maxCalls = 1;
  ada.signaling.startCall("b");
  await room.settle();
  cleo.signaling.startCall("b");
  await room.settle();
  assert.equal(cleo.changes.at(-1), "b ended busy");
  assert.deepEqual(bob.signaling.calls.map(({ peerId }) => peerId), ["a"]);
});

test("a kiosk accepts by itself", async () => {
  const { room, ada, bob } = two();
  bob.signaling.autoAccept = true;
  ada.signaling.startCall("b");
  await room.settle();
  assertTalking(ada, bob);
});

test("nobody calls itself, nor without a connection to the server", async () => {
  const { room, ada } = two();
  ada.signaling.startCall("a");
  if (ada.connection) ada.connection.state = "resuming";
  ada.signaling.startCall("b");
  await room.settle();
  assert.deepEqual(room.log, []);
});

test("both call at the same time: that is one call, with one offer that counts", async () => {
  const { room, ada, bob } = two();
  ada.signaling.startCall("b");
  bob.signaling.startCall("a");
  const [polite, impolite] = [bob.pc("a"), ada.pc("b")];
  await room.settle();
  assertTalking(ada, bob);
  assert.deepEqual(room.sent("end_call"), []);
  assert.equal(ada.pc("b"), impolite);
  assert.notEqual(bob.pc("a"), polite, "a first offer is not rolled back, which is not safe in browsers");
  assert.equal(FakePeerConnection.open.length, 2);
  ada.signaling.endCall("b");
  await room.settle();
  assertQuiet(ada, bob);
});

test("calling who rings here accepts", async () => {
  const { room, ada, bob } = two();
  ada.signaling.startCall("b");
  await room.settle();
  bob.signaling.startCall("a");
  await room.settle();
  assertTalking(ada, bob);
  assert.equal(room.sent("start_call").length, 1);
});

test("it hangs up while the other accepts: nobody waits for ever", async () => {
  const { room, ada, bob } = two();
  ada.signaling.startCall("b");
  await room.settle();
  ada.signaling.endCall("b");
  bob.signaling.acceptCall("a");
  await room.settle();
  assertQuiet(ada, bob);
});

test("a new call right after the old one is not ended by what is still said about that", async () => {
  const { room, ada, bob } = await connected();
  ada.signaling.endCall("b");
  ada.signaling.startCall("b");
  await room.settle();
  assert.equal(bob.signaling.callState("a"), "ringing");
  const [first] = room.sent("end_call");
  ada.receive({ type: "call_ended", from_peer_id: "b", reason: "hangup", call_id: first.call_id });
  assert.equal(ada.signaling.callState("b"), "ringing");
  bob.signaling.acceptCall("a");
  await room.settle();
  assertTalking(ada, bob);
});

test("an offer of a call that is over here ends it there, and rings no more", async () => {
  const { room, bob } = await connected();
  const [{ call_id }] = room.sent("start_call");
  bob.signaling.endCall("a");
  bob.receive({ type: "relay_offer", from_peer_id: "a", sdp: "v=0", call_id });
  assert.deepEqual(bob.signaling.calls, []);
  assert.equal(room.sent("end_call", "b").length, 2);
});

test("an answer or a candidate of an earlier call does not touch the present one", async () => {
  const { room, ada, bob } = await connected();
  const [{ call_id }] = room.sent("start_call");
  const [answer] = room.sent("answer", "b");
  const candidate = room.sent("ice_candidate", "b").find((message) => message.candidate);
  ada.signaling.endCall("b");
  await room.settle();
  ada.receive({ type: "relay_answer", from_peer_id: "b", sdp: answer.sdp, call_id });
  assert.equal(room.sent("end_call", "a").length, 2, "an answer to a call that is no more ends it there");
  ada.signaling.startCall("b");
  await room.settle();
  ada.receive({ type: "relay_answer", from_peer_id: "b", sdp: answer.sdp, call_id });
  ada.receive({ ...candidate, username_fragment: null, type: "relay_ice_candidate", from_peer_id: "b" });
  await room.settle();
  assert.equal(ada.pc("b").signalingState, "have-local-offer");
  bob.signaling.acceptCall("a");
  await room.settle();
  assertTalking(ada, bob);
  assert.ok(ada.pc("b").candidates.every((one) => one.candidate !== candidate.candidate));
});

test("their hang-up crosses our offer: it ends what the offer has begun there", async () => {
  const { room, ada, bob } = two();
  ada.signaling.startCall("b");
  await room.settle();
  const before = room.sent("end_call").length;
  ada.receive({ type: "call_ended", from_peer_id: "b", reason: "hangup" });
  await room.settle();
  assert.equal(room.sent("end_call", "a").length, before + 1);
  assertQuiet(ada, bob);
});

test("who leaves the session leaves the call", async () => {
  const { room, ada, bob } = await connected();
  room.leave(bob);
  await room.settle();
  assert.equal(ada.changes.at(-1), "b ended left");
  assert.equal(ada.signaling.callState("b"), "idle");
  assert.equal(ada.media.stream, null);
});

test("cleanup ends what there is, and what rings", async () => {
  const room = new Room();
  const [ada, , cleo] = /** @type {[Participant, Participant, Participant]} */ (room.join("a", "b", "c"));
  ada.signaling.startCall("b");
  cleo.signaling.startCall("a");
  await room.settle();
  ada.signaling.leaveCalls();
  assert.deepEqual(ada.signaling.calls.map(({ peerId }) => peerId), ["c"], "what rings here goes on ringing");
  ada.signaling.cleanup();
  await room.settle();
  for (const { signaling } of room.people.values()) assert.deepEqual(signaling.calls, []);
});

// --- other clients -----------------------------------------------------------------------------

test("an offer without start_call rings, and candidates that overtook it are kept", async () => {
  const { room, ada, bob } = two();
  room.loses = ({ message }) => message.type === "start_call";
  ada.signaling.startCall("b");
  bob.receive({ type: "relay_ice_candidate", from_peer_id: "a", candidate: "candidate:early", sdp_mid: "0" });
  await room.settle();
  assert.equal(bob.signaling.callState("a"), "ringing");
  bob.signaling.acceptCall("a");
  await room.settle();
  assertTalking(ada, bob);
  assert.ok(bob.pc("a").candidates.some(({ candidate }) => candidate === "candidate:early"));
});

test("candidates of a call that was over before it rang are forgotten", async () => {
  const { room, ada, bob } = two();
  bob.receive({ type: "relay_ice_candidate", from_peer_id: "a", candidate: "candidate:old", sdp_mid: "0" });
  bob.receive({ type: "call_ended", from_peer_id: "a", reason: "hangup" });
  bob.signaling.autoAccept = true;
  ada.signaling.startCall("b");
  await room.settle();
  assertTalking(ada, bob);
  assert.ok(bob.pc("a").candidates.every(({ candidate }) => candidate !== "candidate:old"));
});

test("a client that leaves the offer to who accepts gets one", async () => {
  const { room, ada, bob } = two();
  bob.receive({ type: "incoming_call", from_peer_id: "a", session_id: "s" });
  bob.signaling.acceptCall("a");
  await room.pass(1_000);
  assert.deepEqual(room.sent("offer", "b"), []);
  ada.signaling.autoAccept = true;
  await room.pass(2_000);
  assertTalking(ada, bob);
});

test("a call of another session does not ring", () => {
  const { bob } = two();
  bob.receive({ type: "incoming_call", from_peer_id: "a", session_id: "other" });
  assert.deepEqual(bob.signaling.calls, []);
});

test("whoever uses the manager as a plain library gets its peer connection", async () => {
  const { room, ada, bob } = two();
  const pc = ada.signaling.getOrCreateConnection("b");
  assert.equal(pc, ada.signaling.peerConnections.get("b"));
  assert.equal(ada.signaling.getOrCreateConnection("b"), pc);
  bob.signaling.autoAccept = true;
  pc.addTransceiver("audio");
  await room.settle();
  assert.equal(bob.pc("a").signalingState, "stable");
});

test("ICE servers that are mistyped do not hinder a call", async () => {
  const { room, ada, bob } = two();
  ada.signaling.configure({ iceServers: [{ urls: "http://mistyped" }] });
  bob.signaling.configure({ iceServers: [{ urls: "stun:one" }] });
  bob.signaling.autoAccept = true;
  ada.signaling.startCall("b");
  await room.settle();
  assertTalking(ada, bob);
  bob.signaling.configure({ iceServers: [{ urls: "stun:renewed" }] });
  assert.deepEqual(bob.pc("a").getConfiguration().iceServers, [{ urls: "stun:renewed" }]);
});

// --- media -------------------------------------------------------------------------------------

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

// --- trouble -----------------------------------------------------------------------------------

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

// --- the call of everybody ---------------------------------------------------------------------

/** @param {string[]} ids */
function many(...ids) {
  const room = new Room();
  return { room, people: room.join(...ids) };
}

/** @param {Participant[]} people who are all connected with each other */
function assertMesh(...people) {
  for (const one of people) for (const other of people) if (one !== other) assertTalking(one, other);
  for (const one of people) assert.equal(one.signaling.calls.length, people.length - 1);
}

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
