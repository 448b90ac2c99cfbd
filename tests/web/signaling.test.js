/** Calls of two pages: who rings, accepts, declines, is busy; glare; clients that are not this page. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { assertQuiet, assertTalking, connected, two } from "./fakes/calls.js";
import { FakeStream, FakeTrack } from "./fakes/media.js";
import { Room } from "./fakes/room.js";
import { FakePeerConnection } from "./fakes/rtc.js";

/** @typedef {import("./fakes/room.js").Participant} Participant */

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

// report: on | The canvas was opened in another window, or the person was removed, and the old window goes on sending |
// a connection that the server has closed for good, in a call, in that of everybody, with a screen | all ends here, and
// nothing is left on
test("a page that was sent away sends nothing any more", async () => {
  const { room, ada, bob } = await connected();
  ada.signaling.joinCall();
  ada.screen.share(/** @type {any} */ (new FakeStream([new FakeTrack("video")])));
  await room.settle();
  ada.connection.state = "closed";
  ada.connection.fire("state", "closed");
  assert.deepEqual([ada.media.stream, ada.screen.stream, ada.signaling.inCall], [null, null, false]);
  assert.equal(ada.signaling.peerConnections.size, 0);
  bob.signaling.cleanup();
  await room.settle();
  assertQuiet(ada, bob);
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
  ada.signaling.leaveCall();
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
