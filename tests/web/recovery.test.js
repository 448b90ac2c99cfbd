/** When the media path of a call is restarted. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { advance, installClock, resetClock, running } from "./fakes/clock.js";
import { FakePeerConnection, installRtc, rtcIdle } from "./fakes/rtc.js";

installClock();
installRtc();
const { Recovery } = await import("../../web/calls/recovery.js");

/** @param {boolean} polite */
function build(polite) {
  const pc = new FakePeerConnection();
  const recovery = new Recovery(/** @type {any} */ (pc), polite, () => pc.restartIce());
  pc.onconnectionstatechange = () => recovery.follow();
  return { pc, recovery };
}

/** @param {number} ms */
const pass = (ms) => advance(ms, rtcIdle);

test.beforeEach(async () => {
  resetClock();
  await pass(10_000); // some time after the page was loaded
});

test("a path that failed is restarted at once, by the impolite side first", async () => {
  const [impolite, polite] = [build(false), build(true)];
  for (const { pc } of [impolite, polite]) pc.become("failed");
  await pass(1_000);
  assert.equal(impolite.pc.restarts, 1);
  assert.equal(polite.pc.restarts, 0);
  await pass(1_000);
  assert.equal(polite.pc.restarts, 1, "the other side did not");
});

test("it is restarted again and again, with pauses that grow to a bound", async () => {
  const { pc } = build(false);
  pc.become("failed");
  await pass(60_000);
  const first = pc.restarts;
  assert.ok(first >= 4 && first <= 8, String(first));
  await pass(60_000);
  assert.ok(pc.restarts - first >= 4, "it never gives up");
});

test("a restart that worked ends it, and the next trouble is met at once again", async () => {
  const { pc } = build(false);
  pc.become("failed");
  await pass(30_000);
  pc.become("connected");
  const { restarts } = pc;
  await pass(60_000);
  assert.equal(pc.restarts, restarts);
  pc.become("failed");
  await pass(1);
  assert.equal(pc.restarts, restarts + 1);
});

test("a path that is disconnected is left alone while bytes come", async () => {
  const { pc } = build(false);
  pc.become("disconnected");
  await rtcIdle();
  for (let second = 0; second < 20; second++) {
    pc.bytesReceived += 100;
    await pass(1_000);
  }
  assert.equal(pc.restarts, 0);
  await pass(7_000);
  assert.ok(pc.restarts > 0, "and is restarted when none come");
});

test("a path that mends itself is not restarted", async () => {
  const { pc } = build(false);
  pc.become("disconnected");
  await pass(2_000);
  pc.become("connected");
  await pass(10_000);
  assert.equal(pc.restarts, 0);
});

test("when the network is back a failed path is tried at once, and not twice in a row", async () => {
  const { pc, recovery } = build(false);
  pc.become("failed");
  await pass(20_000);
  const { restarts } = pc;
  await pass(4_000);
  const waited = pc.restarts;
  recovery.nudge();
  await pass(1);
  assert.ok(pc.restarts > waited || waited > restarts);
  const nudged = pc.restarts;
  recovery.nudge();
  await pass(1);
  assert.equal(pc.restarts, nudged);
});

test("when the network is back a path that seems well is restarted if nothing comes through it", async () => {
  const { pc, recovery } = build(false);
  pc.become("connected");
  recovery.nudge();
  await rtcIdle();
  await pass(4_000);
  assert.equal(pc.restarts, 1);
  const other = build(false);
  other.pc.become("connected");
  other.recovery.nudge();
  await rtcIdle();
  other.pc.bytesReceived += 1;
  await pass(4_000);
  assert.equal(other.pc.restarts, 0);
});

test("nothing runs on after it is closed, nor for a connection that is closed", async () => {
  const { pc, recovery } = build(false);
  pc.become("failed");
  recovery.close();
  await pass(60_000);
  assert.equal(pc.restarts, 0);
  assert.equal(running(), 0);
  const other = build(true);
  other.pc.become("failed");
  other.pc.close();
  await pass(60_000);
  assert.equal(other.pc.restarts, 0);
});
