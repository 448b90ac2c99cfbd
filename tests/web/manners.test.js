/** Manners of a call: tones, title and badge, who is told what and when. Without a browser. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { FakeAudioContext, installAudio } from "./fakes/audio.js";
import { FakeStorage } from "./fakes/media.js";

const audio = new FakeAudioContext();
installAudio(audio);
Object.assign(globalThis, { localStorage: new FakeStorage(), sessionStorage: new FakeStorage() });

const { CallArrivals } = await import("../../web/manners/arrivals.js");
const { PageSign, titleOf } = await import("../../web/manners/pagesign.js");
const { Sounds } = await import("../../web/manners/sounds.js");
const { CHIME, RING, RING_SECONDS } = await import("../../web/manners/tones.js");
const { TalkDetector } = await import("../../web/manners/talking.js");

test.beforeEach(() => {
  Object.assign(globalThis, { localStorage: new FakeStorage() });
  audio.reset();
});

test("tones: a ring ends before it is repeated, and nothing is loud", () => {
  for (const { at, seconds, loud } of [...RING, ...CHIME]) {
    assert.ok(at + seconds < RING_SECONDS);
    assert.ok(loud > 0 && loud <= 0.2);
  }
  // Notes that sound at once add up.
  for (const { at } of RING) {
    const sum = RING.filter((one) => one.at <= at && at < one.at + one.seconds).reduce((all, { loud }) => all + loud, 0);
    assert.ok(sum < 1, String(sum));
  }
});

test("ring: it is heard until somebody answers, and then at once no more (MAN6)", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval", "setTimeout"] });
  const sounds = new Sounds(() => true);
  sounds.ring(true);
  sounds.ring(true);
  assert.equal(audio.started.length, RING.length);
  t.mock.timers.tick(RING_SECONDS * 1_000);
  assert.equal(audio.started.length, 2 * RING.length);
  sounds.ring(false);
  assert.equal(audio.outlets[0]?.gain.value, 0);
  t.mock.timers.tick(RING_SECONDS * 5_000);
  assert.deepEqual([audio.started.length, audio.connected], [2 * RING.length, 0]);
});

test("ring: no sound before the person has done something in the page, then at once (MAN6)", async () => {
  let used = false;
  const sounds = new Sounds(() => used);
  sounds.ring(true);
  assert.equal(audio.started.length, 0);
  audio.state = "suspended";
  used = true;
  sounds.wake();
  assert.equal(audio.started.length, 0, "the browser has not let it begin");
  audio.state = "running";
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(audio.started.length, RING.length);
  sounds.ring(false);
});

test("ring: who wants it quiet hears nothing, also later (MAN6)", () => {
  const sounds = new Sounds(() => true);
  sounds.ring(true);
  sounds.setQuiet(true);
  const heard = audio.started.length;
  const later = new Sounds(() => true);
  later.ring(true);
  later.ring(false);
  later.chime();
  assert.deepEqual([later.isQuiet, audio.started.length], [true, heard]);
  later.setQuiet(false);
  later.chime();
  assert.equal(audio.started.length, heard + CHIME.length);
});

test("title and badge: who rings before what is unread, and as they were after that (MAN7)", () => {
  const page = { title: "Canvas" };
  /** @type {number[]} */
  const badges = [];
  const sign = new PageSign(page, { setAppBadge: async (count) => void badges.push(count), clearAppBadge: async () => void badges.push(0) });
  sign.setUnread(2);
  assert.equal(page.title, "(2) Canvas");
  sign.setRinging("Ada");
  assert.match(page.title, /Ada is calling/);
  sign.setRinging("");
  sign.setUnread(0);
  sign.setUnread(0);
  assert.deepEqual([page.title, badges], ["Canvas", [2, 3, 2, 0]]);
  assert.equal(titleOf("Canvas", "", 100), "(99+) Canvas");
  new PageSign(page, {}).setUnread(1);
});

test("chime: for who comes into a small call we are in, not for ourselves, nor for a page loaded anew (MAN8)", () => {
  let now = 0;
  const arrivals = new CallArrivals(() => now);
  const look = (/** @type {boolean} */ inCall, /** @type {string} */ others) => arrivals.look(inCall, [...others]);
  assert.equal(look(false, "ab"), false);
  assert.equal(look(true, "ab"), false, "we came");
  assert.equal(look(true, "abc"), true);
  assert.equal(look(true, "ab"), false);
  now += 5_000;
  assert.equal(look(true, "abc"), false, "a reload");
  look(true, "ab");
  now += 11_000;
  assert.equal(look(true, "abc"), true);
  assert.equal(look(true, "abcde"), true);
  assert.equal(look(true, "abcdef"), false, "seven");
  assert.equal(look(false, ""), false);
  assert.equal(look(true, ""), false);
  assert.equal(look(true, "a"), true, "alone until now");
});

test("speaking while muted: said after speech, not after a cough, and not all the time (MAN9)", () => {
  /** @param {TalkDetector} detector @param {number} from @param {number} ms @param {number} level */
  const hear = (detector, from, ms, level) => {
    let said = 0;
    for (let at = from; at < from + ms; at += 100) said += Number(detector.hear(level, at));
    return said;
  };
  const detector = new TalkDetector();
  assert.equal(hear(detector, 0, 10_000, 0.005), 0, "a room");
  assert.equal(hear(detector, 10_000, 400, 0.2), 0, "a cough");
  assert.equal(hear(detector, 10_400, 3_000, 0.005), 0);
  assert.equal(hear(detector, 13_400, 5_000, 0.1), 1);
  assert.equal(hear(detector, 18_400, 30_000, 0.1), 0, "said already");
  assert.equal(hear(detector, 80_000, 5_000, 0.1), 1);
  assert.equal(hear(new TalkDetector(), 0, 300, 0.2), 0);
});
