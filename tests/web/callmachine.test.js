/** Random calls between three pages: whatever they do, in the end all agree about who talks with whom. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { assertQuiet } from "./fakes/calls.js";
import { Room } from "./fakes/room.js";
import { FakePeerConnection, rtcIdle } from "./fakes/rtc.js";

/** @typedef {import("./fakes/room.js").Participant} Participant */

/** So many seeds; `RUNS=3000` plays more. */
const RUNS = Number(process.env["RUNS"] ?? 60);
const STEPS = 25;
const IDS = ["a", "b", "c"];

/**
 * @param {number} seed
 * @returns {() => number} numbers from 0 to 1, the same again for the same seed (mulberry32)
 */
function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** @param {Participant} one where these calls ring */
const ringing = (one) => one.signaling.calls.filter(({ state, outgoing }) => state === "ringing" && !outgoing);

/** @type {Record<string, (one: Participant, peerId: string, room: Room) => unknown>} */
const ACTIONS = {
  call: ({ signaling }, peerId) => signaling.startCall(peerId),
  "call again": ({ signaling }, peerId) => signaling.startCall(peerId),
  accept: ({ signaling }, peerId) => signaling.acceptCall(peerId),
  "accept again": ({ signaling }, peerId) => signaling.acceptCall(peerId),
  decline: (one, peerId) => ringing(one).some((call) => call.peerId === peerId) && one.signaling.declineCall(peerId),
  "hang up": ({ signaling }, peerId) => signaling.hangUp(peerId),
  // A program may end any call; within the call of the canvas the two are then apart, as it wants.
  end: ({ signaling }, peerId) => signaling.mayHangUp(peerId) && !signaling.inGroup && signaling.endCall(peerId),
  join: ({ signaling }) => signaling.joinCall(),
  "join again": ({ signaling }) => signaling.joinCall(),
  ring: ({ signaling }, peerId) => signaling.ring(peerId),
  "ring all": ({ signaling }) => signaling.ringAll(),
  leave: ({ signaling }) => signaling.leaveCall(),
  // A reload forgets what rings here: whoever calls then waits until it times out.
  reload: (one) => ringing(one).length > 0 || one.reload(),
  restart: (one, peerId) => one.pc(peerId)?.restartIce(),
  "be forgotten": (one, _peerId, room) => {
    one.connection?.fire("lost", null);
    room.sendList(one);
  },
  break: (one, peerId) => one.pc(peerId)?.become("failed"),
  settle: (_one, _peerId, room) => room.settle(),
  wait: (_one, _peerId, room) => room.pass(1_500),
};

/** @param {number} seed */
async function run(seed) {
  const random = randomFrom(seed);
  const pick = (/** @type {string[]} */ from) => /** @type {string} */ (from[Math.floor(random() * from.length)]);
  const room = new Room();
  const people = room.join(...IDS);
  /** @type {string[]} */
  const steps = [];
  for (let step = 0; step < STEPS; step++) {
    const [id, other, what] = [pick(IDS), pick(IDS), pick(Object.keys(ACTIONS))];
    if (id === other) continue;
    steps.push(`${id} ${what} ${other}`);
    await ACTIONS[what]?.(/** @type {Participant} */ (room.people.get(id)), other, room);
    if (random() < 0.5) await rtcIdle();
  }
  const story = `seed ${seed}: ${steps.join(", ")}`;
  await room.pass(3_000);
  assertAgreed(people, ["ringing", "connected"], story);
  await room.pass(200_000);
  assertAgreed(people, ["connected"], story);
  return { room, people, story };
}

/**
 * @param {Participant[]} people
 * @param {string[]} states in which calls may be by now
 * @param {string} story
 */
function assertAgreed(people, states, story) {
  for (const one of people) {
    for (const other of people) {
      if (one === other) continue;
      const call = one.signaling.calls.find(({ peerId }) => peerId === other.peerId);
      const there = other.signaling.calls.find(({ peerId }) => peerId === one.peerId);
      assert.equal(call?.state, there?.state, `${one.peerId} with ${other.peerId}; ${story}`);
      assert.ok(!call || states.includes(call.state), `${one.peerId} with ${other.peerId} ${call?.state}; ${story}`);
    }
  }
}

/**
 * Everybody who has joined is connected to everybody (rule JON1), and nobody is left over from a phone call (rule JON2).
 *
 * @param {Participant[]} people
 * @param {string} story
 */
function assertOneCall(people, story) {
  const members = people.filter(({ signaling }) => signaling.inGroup);
  assert.deepEqual(people.filter(({ inGroup }) => inGroup), members, `the server knows who is in it; ${story}`);
  for (const one of members) {
    for (const other of members) {
      if (one === other) continue;
      assert.equal(one.signaling.callState(other.peerId), "connected", `${one.peerId} with ${other.peerId}, both in it; ${story}`);
    }
    assert.ok(one.signaling.savedGroup === "joined" || members.length > 1, `${one.peerId} is left over; ${story}`);
  }
}

for (let seed = 1; seed <= RUNS; seed++) {
  test(`calls of seed ${seed}`, async () => {
    const { room, people, story } = await run(seed);
    for (const one of people) {
      assert.equal(one.media.stream !== null, one.signaling.inCall, `camera of ${one.peerId}; ${story}`);
    }
    assertOneCall(people, story);
    const ends = people.flatMap(({ signaling }) => signaling.calls).length;
    assert.equal(FakePeerConnection.open.length, ends, `connections left over; ${story}`);
    for (const { signaling } of people) signaling.cleanup();
    await room.pass(5_000);
    assertQuiet(...people);
  });
}
