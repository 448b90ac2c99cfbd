/** The call of the canvas: a mesh that grows, shrinks and mends itself (SIG10, JON1, JON2, JON3). */

import assert from "node:assert/strict";
import { test } from "node:test";

import { assertMesh, assertQuiet, assertTalking, many, two } from "./fakes/calls.js";

/** @typedef {import("./fakes/room.js").Participant} Participant */

/** Time in which those who joined at the same time have met. */
const TOGETHER_MS = 500;

test("who calls everybody rings all, and who accepts is connected with all", async () => {
  const { room, people } = many("a", "b", "c");
  const [ada, bob, cleo] = /** @type {[Participant, Participant, Participant]} */ (people);
  ada.signaling.ringAll();
  await room.settle();
  assert.ok(ada.signaling.inGroup && ada.signaling.inCall);
  assert.deepEqual([bob, cleo].map(({ signaling }) => signaling.callState("a")), ["ringing", "ringing"]);
  bob.signaling.acceptCall("a");
  cleo.signaling.acceptCall("a");
  await room.pass(TOGETHER_MS);
  assertMesh(ada, bob, cleo);
  assert.ok(room.sent("start_call").every(({ group }) => group === true));
});

test("who joins the call accepts all of it that rings", async () => {
  for (const how of /** @type {const} */ (["joins", "accepts one"])) {
    const { room, people } = many("a", "b", "c");
    const [ada, bob, cleo] = /** @type {[Participant, Participant, Participant]} */ (people);
    ada.signaling.ringAll();
    bob.signaling.ringAll();
    await room.settle();
    assertTalking(ada, bob);
    assert.deepEqual(cleo.signaling.calls.map(({ state }) => state), ["ringing", "ringing"]);
    if (how === "joins") cleo.signaling.joinCall();
    else cleo.signaling.acceptCall("b");
    await room.settle();
    assertMesh(ada, bob, cleo);
  }
});

test("joining rings nobody, and who joins is connected with all who have (JON1)", async () => {
  const { room, people } = many("c", "a", "d", "b");
  for (const one of people) {
    one.signaling.joinCall();
    await room.settle();
  }
  assertMesh(...people);
  const { people: others, room: quiet } = many("a", "b", "c");
  const [ada, bob, cleo] = /** @type {[Participant, Participant, Participant]} */ (others);
  ada.signaling.joinCall();
  bob.signaling.joinCall();
  await quiet.pass(TOGETHER_MS);
  assertTalking(ada, bob);
  assert.deepEqual(cleo.changes, [], "nothing rings where nobody has joined");
});

test("who joins calls those who have joined, whatever its id, before they are told of it (SIG10)", async () => {
  for (const newcomer of ["a", "d"]) {
    const { room, people } = many("a", "b", "c", "d");
    const late = /** @type {Participant} */ (room.people.get(newcomer));
    const members = people.filter((one) => one !== late);
    for (const { signaling } of members) {
      signaling.joinCall();
      await room.settle();
    }
    for (const one of members) {
      const { receive } = one;
      one.receive = (/** @type {any} */ message) => {
        if (message.type !== "peer_updated") receive.call(one, message); // the server tells of many changes at once, later
      };
    }
    late.signaling.joinCall();
    await room.settle();
    assertMesh(...people);
    const calls = room.sent("start_call").length;
    await room.pass(5_000);
    assert.equal(room.sent("start_call").length, calls, "and nobody calls once more");
  }
});

test("of two who join at the same time the one with the smaller id calls, a little later (SIG10)", async () => {
  const { room, people } = many("a", "b");
  for (const { signaling } of people) signaling.joinCall();
  await room.settle();
  assert.deepEqual(room.sent("start_call"), []);
  await room.pass(TOGETHER_MS);
  assertMesh(...people);
  assert.deepEqual(room.log.filter(({ message }) => message.type === "start_call").map(({ from }) => from), ["a"]);
});

test("who is rung into a call that is on and accepts is connected with all in it (JON1)", async () => {
  const { room, people } = many("a", "b", "c");
  const [ada, bob, cleo] = /** @type {[Participant, Participant, Participant]} */ (people);
  ada.signaling.joinCall();
  bob.signaling.joinCall();
  await room.pass(TOGETHER_MS);
  bob.signaling.ring("c");
  await room.settle();
  assert.deepEqual(cleo.signaling.calls.map(({ peerId, state }) => [peerId, state]), [["b", "ringing"]]);
  cleo.signaling.acceptCall("b");
  await room.settle();
  assertMesh(...people);
  cleo.signaling.leaveCall();
  await room.settle();
  assertMesh(ada, bob);
  assertIdle(cleo);
});

test("whoever rings somebody who is in a call joins that call, and nobody is asked", async () => {
  for (const [caller, ...members] of [["c", "a", "b"], ["a", "b", "c"]]) {
    const { room, people } = many(...[caller, ...members].map(String));
    for (const { signaling } of people.slice(1)) signaling.joinCall();
    await room.pass(TOGETHER_MS);
    people[0]?.signaling.ring(String(members[0]));
    await room.settle();
    assertMesh(...people);
  }
});

test("a phone call is over for both when one hangs up, whoever rang (JON2)", async () => {
  for (const how of /** @type {const} */ (["hangs up", "leaves", "is rung and hangs up", "closes the page"])) {
    const { room, ada, bob } = two();
    ada.signaling.ring("b");
    await room.settle();
    bob.signaling.acceptCall("a");
    await room.settle();
    assertTalking(ada, bob);
    if (how === "hangs up") ada.signaling.hangUp("b");
    else if (how === "leaves") ada.signaling.leaveCall();
    else if (how === "is rung and hangs up") bob.signaling.hangUp("a");
    else room.leave(bob);
    await room.pass(5_000);
    assertIdle(ada);
    if (how !== "closes the page") assertIdle(bob);
  }
});

test("a ring that comes to nothing leaves nobody in the call", async () => {
  for (const how of /** @type {const} */ (["declined", "cancelled", "unanswered", "failed"])) {
    const { room, ada, bob } = two();
    room.connects = how !== "failed";
    ada.signaling.ring("b");
    await room.settle();
    if (how === "declined") bob.signaling.declineCall("a");
    else if (how === "cancelled") ada.signaling.hangUp("b");
    else if (how === "failed") bob.signaling.acceptCall("a");
    await room.pass(60_000);
    assertIdle(ada, bob);
    assert.deepEqual(room.sent("group_call", "a").map(({ joined }) => joined), [true, false], how);
  }
});

test("who pressed Join stays when the others go, who was rung goes with the last of them", async () => {
  const { room, people } = many("a", "b", "c");
  const [ada, bob, cleo] = /** @type {[Participant, Participant, Participant]} */ (people);
  ada.signaling.joinCall();
  ada.signaling.ring("b");
  await room.settle();
  bob.signaling.acceptCall("a");
  cleo.signaling.joinCall();
  await room.pass(TOGETHER_MS);
  assertMesh(...people);
  cleo.signaling.leaveCall();
  await room.settle();
  assertMesh(ada, bob);
  ada.signaling.leaveCall();
  await room.settle();
  assertIdle(ada, bob);
  for (const one of [ada, bob]) one.signaling.joinCall();
  await room.settle();
  bob.signaling.leaveCall();
  await room.pass(5_000);
  assert.ok(ada.signaling.inGroup && ada.media.stream, "Join waits for others");
});

test("who was rung and then presses Join stays", async () => {
  const { room, ada, bob } = two();
  ada.signaling.ring("b");
  await room.settle();
  bob.signaling.acceptCall("a");
  await room.settle();
  bob.signaling.joinCall();
  ada.signaling.hangUp("b");
  await room.settle();
  assert.ok(bob.signaling.inGroup && bob.media.stream);
  assertIdle(ada);
});

test("hanging up beside a name is there only where nobody else's line breaks (JON3)", async () => {
  const { room, people } = many("a", "b", "c");
  const [ada, bob, cleo] = /** @type {[Participant, Participant, Participant]} */ (people);
  ada.signaling.ring("b");
  await room.settle();
  assert.ok(ada.signaling.mayHangUp("b"), "a ring can be cancelled");
  bob.signaling.acceptCall("a");
  await room.settle();
  assert.ok(ada.signaling.mayHangUp("b"), "the two are alone in it");
  cleo.signaling.joinCall();
  await room.settle();
  assert.deepEqual(["b", "c"].map((id) => ada.signaling.mayHangUp(id)), [false, false]);
  ada.signaling.hangUp("b");
  await room.settle();
  assertMesh(...people);
  const { ada: one, bob: other, room: quiet } = two();
  one.signaling.startCall("b");
  await quiet.settle();
  other.signaling.acceptCall("a");
  await quiet.settle();
  assert.ok(one.signaling.mayHangUp("b"), "a call of two");
});

test("a call of two goes on as part of it when both join, over the same connection (JON1)", async () => {
  const { room, people } = many("a", "b", "c");
  const [ada, bob, cleo] = /** @type {[Participant, Participant, Participant]} */ (people);
  ada.signaling.startCall("b");
  await room.settle();
  bob.signaling.acceptCall("a");
  await room.settle();
  const before = [ada.pc("b"), bob.pc("a")];
  ada.signaling.joinCall();
  cleo.signaling.joinCall();
  await room.pass(TOGETHER_MS);
  assert.equal(bob.signaling.inGroup, false, "a call of two is none of the canvas's");
  assertTalking(ada, bob);
  assertTalking(ada, cleo);
  bob.signaling.joinCall();
  await room.pass(5_000);
  assertMesh(...people);
  assert.deepEqual([ada.pc("b"), bob.pc("a")], before, "no second connection was made");
  ada.signaling.leaveCall();
  await room.settle();
  assertIdle(ada);
  assertMesh(bob, cleo);
});

test("a call of two rings on its own beside the call of the canvas", async () => {
  const { room, people } = many("a", "b", "c");
  const [ada, bob, cleo] = /** @type {[Participant, Participant, Participant]} */ (people);
  ada.signaling.ring("b");
  await room.settle();
  bob.signaling.acceptCall("a");
  cleo.signaling.startCall("a");
  await room.settle();
  assert.equal(ada.signaling.callState("c"), "ringing", "it is asked for");
  ada.signaling.acceptCall("c");
  await room.settle();
  assertTalking(ada, cleo);
  bob.signaling.hangUp("a");
  await room.settle();
  assert.equal(ada.signaling.inGroup, false, "that phone call is over");
  assertTalking(ada, cleo);
});

test("everybody rings everybody at once, and it is one call", async () => {
  const { room, people } = many("a", "b", "c");
  for (const one of people) for (const other of people) if (one !== other) one.signaling.ring(other.peerId);
  await room.pass(5_000);
  assertMesh(...people);
});

test("who leaves the call leaves it with all, and may come again", async () => {
  const { room, people } = many("a", "b", "c");
  const [ada, bob, cleo] = /** @type {[Participant, Participant, Participant]} */ (people);
  for (const { signaling } of people) signaling.joinCall();
  await room.pass(TOGETHER_MS);
  assertMesh(...people);
  for (const one of people) {
    one.signaling.leaveCall();
    await room.settle();
    assertMesh(...people.filter((other) => other !== one));
    assertIdle(one);
    one.signaling.joinCall();
    await room.settle();
    assertMesh(ada, bob, cleo);
  }
});

test("who comes again before the others have heard of the leaving is connected all the same", async () => {
  const { room, people } = many("a", "b");
  const [ada, bob] = /** @type {[Participant, Participant]} */ (people);
  for (const { signaling } of people) signaling.joinCall();
  await room.pass(TOGETHER_MS);
  const { receive } = ada;
  ada.receive = (/** @type {any} */ message) => {
    if (message.type !== "peer_updated") receive.call(ada, message); // the server tells a crowd what is so in the end
  };
  bob.signaling.leaveCall();
  await room.settle();
  bob.signaling.joinCall();
  await room.pass(5_000);
  assertMesh(ada, bob);
});

test("who is alone in the call has its camera on, until it leaves", async () => {
  const { room, people } = many("a");
  const [ada] = /** @type {[Participant]} */ (people);
  ada.signaling.joinCall();
  assert.ok(ada.signaling.inCall && ada.media.stream);
  ada.signaling.leaveCall();
  await room.settle();
  assertQuiet(ada);
  assert.deepEqual(room.sent("group_call").map(({ joined }) => joined), [true, false]);
});

test("a line of the mesh that breaks is made again", async () => {
  const { room, people } = many("a", "b");
  const [ada, bob] = /** @type {[Participant, Participant]} */ (people);
  for (const { signaling } of people) signaling.joinCall();
  await room.pass(TOGETHER_MS);
  for (const [one, other] of /** @type {const} */ ([[ada, "b"], [bob, "a"]])) {
    one.signaling.endCall(other, "failed");
    await room.pass(2_000);
    assertMesh(ada, bob);
  }
});

test("one that a program ended is not, unless the other side asks for it", async () => {
  for (const [who, other] of [["a", "b"], ["b", "a"]].map((pair) => pair.map(String))) {
    const { room, people } = many("a", "b");
    for (const { signaling } of people) signaling.joinCall();
    await room.pass(TOGETHER_MS);
    const one = /** @type {Participant} */ (room.people.get(String(who)));
    one.signaling.endCall(String(other));
    await room.pass(5_000);
    assert.equal(one.signaling.callState(String(other)), "ringing", "the other one asks, once");
    one.signaling.declineCall(String(other));
    await room.pass(100_000);
    assert.deepEqual(people.map(({ signaling }) => signaling.calls), [[], []]);
    assert.ok(people.every(({ signaling }) => signaling.inGroup), "both stay in the call");
    one.signaling.ring(String(other));
    await room.settle();
    if (one.signaling.callState(String(other)) === "ringing") room.people.get(String(other))?.signaling.acceptCall(String(who));
    await room.settle();
    assertMesh(...people);
  }
});

test("the call has as many places as one page can have calls", async () => {
  const { room, people } = many("a", "b", "c", "d");
  for (const { signaling } of people) signaling.maxCalls = 2;
  for (const { signaling } of people) {
    signaling.joinCall();
    await room.settle();
  }
  const [ada, bob, cleo, dan] = /** @type {[Participant, Participant, Participant, Participant]} */ (people);
  assertMesh(ada, bob, cleo);
  assert.ok(dan.signaling.isGroupFull && !dan.signaling.inGroup);
  assertIdle(dan);
  ada.signaling.ring("d");
  await room.settle();
  assert.equal(dan.signaling.callState("a"), "idle", "nobody is rung for whom there is no place");
  cleo.signaling.leaveCall();
  await room.settle();
  dan.signaling.joinCall();
  await room.settle();
  assertMesh(ada, bob, dan);
});

test("two that take the last place at once: nobody is called again and again", async () => {
  const { room, people } = many("a", "b", "c");
  for (const { signaling } of people) signaling.maxCalls = 1;
  for (const { signaling } of people) signaling.joinCall();
  await room.pass(10_000);
  const { length } = room.sent("start_call");
  await room.pass(60_000);
  assert.equal(room.sent("start_call").length, length);
});

test("pictures are as small as the call of the canvas will need, before all are connected", async () => {
  const { room, people } = many("a", "b", "c", "d");
  const [ada] = /** @type {[Participant]} */ (people);
  ada.signaling.joinCall();
  ada.receive({ type: "peer_updated", peer: { ...ada.peer, peer_id: "b", group_call: true, connected: false } });
  assert.equal(ada.media.quality.height, 720);
  for (const peer_id of ["b", "c", "d"]) {
    ada.receive({ type: "peer_updated", peer: { ...ada.peer, peer_id, group_call: true, connected: false } });
  }
  assert.equal(ada.media.quality.height, 360);
});

test("a page that is reloaded is in the call again, as it came into it", async () => {
  const { room, people } = many("a", "b", "c");
  const [ada, bob, cleo] = /** @type {[Participant, Participant, Participant]} */ (people);
  ada.signaling.ring("b");
  await room.settle();
  bob.signaling.acceptCall("a");
  cleo.signaling.joinCall();
  await room.settle();
  for (const one of people) {
    const entry = one === cleo ? "joined" : "phone";
    assert.equal(one.signaling.savedGroup, entry);
    one.reload();
    assert.equal(one.signaling.savedGroup, entry);
    await room.pass(5_000);
    assertMesh(...people);
  }
  cleo.signaling.leaveCall();
  ada.signaling.leaveCall();
  await room.pass(5_000);
  assertIdle(...people);
});

test("a phone call that was over before the page was there again is not taken up", async () => {
  for (const how of /** @type {const} */ (["hung up", "gone", "ringing"])) {
    const { room, ada, bob } = two();
    ada.signaling.ring("b");
    await room.settle();
    if (how !== "ringing") bob.signaling.acceptCall("a");
    await room.settle();
    room.loses = ({ message }) => message.type === "end_call"; // while the page is loading
    if (how === "gone") room.people.delete("b");
    else if (how === "hung up") bob.signaling.leaveCall();
    await room.settle();
    room.loses = () => false;
    ada.reload();
    if (how === "ringing") bob.signaling.declineCall("a");
    await room.pass(50_000);
    assertIdle(ada);
    assert.equal(ada.signaling.savedGroup, null);
    assert.equal(ada.inGroup, false, "and the server knows");
  }
});

test("when the server has forgotten, it is told who is in the call", async () => {
  const { room, people } = many("a", "b");
  const [ada] = /** @type {[Participant]} */ (people);
  for (const { signaling } of people) signaling.joinCall();
  await room.pass(TOGETHER_MS);
  const { length } = room.sent("group_call", "a");
  ada.connection?.fire("lost", null);
  assert.equal(room.sent("group_call", "a").length, length + 1);
});

/** @param {Participant[]} people who are in no call, with their devices off */
function assertIdle(...people) {
  for (const { signaling, media } of people) {
    assert.deepEqual([signaling.calls, signaling.inGroup, media.stream], [[], false, null]);
  }
}
