/** Pages in calls with each other, and what has to be true of them. */

import assert from "node:assert/strict";

import { Room } from "./room.js";
import { FakePeerConnection } from "./rtc.js";

/** @typedef {import("./room.js").Participant} Participant */

/** @returns {{room: Room, ada: Participant, bob: Participant}} of whom `bob` is polite */
export function two() {
  const room = new Room();
  const [ada, bob] = /** @type {[Participant, Participant]} */ (room.join("a", "b"));
  return { room, ada, bob };
}

export async function connected() {
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
export function assertTalking(one, other) {
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
export function assertQuiet(...people) {
  for (const { signaling, media, screen, streams } of people) {
    assert.deepEqual(signaling.calls, []);
    assert.equal(screen.stream, null);
    assert.equal(signaling.peerConnections.size, 0);
    assert.equal(media.stream, null, "the devices are off");
    assert.equal(streams.size, 0);
  }
  assert.deepEqual(FakePeerConnection.open, []);
}

/** @param {string[]} ids */
export function many(...ids) {
  const room = new Room();
  return { room, people: room.join(...ids) };
}

/** @param {Participant[]} people who are all connected with each other */
export function assertMesh(...people) {
  for (const one of people) for (const other of people) if (one !== other) assertTalking(one, other);
  for (const one of people) assert.equal(one.signaling.calls.length, people.length - 1);
}
