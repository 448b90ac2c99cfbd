/** Manners of a call: tones, title and badge, who is told what and when. Without a browser. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { FakeAudioContext, installAudio } from "./fakes/audio.js";
import { FakeStorage, FakeStream, FakeTrack } from "./fakes/media.js";

const audio = new FakeAudioContext();
installAudio(audio);
Object.assign(globalThis, { localStorage: new FakeStorage(), sessionStorage: new FakeStorage(), MediaStream: FakeStream });

const { Choices } = await import("../../web/devices/choices.js");
const { CallArrivals } = await import("../../web/manners/arrivals.js");
const { HoldToTalk } = await import("../../web/manners/holdtotalk.js");
const { MutedMeter } = await import("../../web/manners/mutedmeter.js");
const { Notifications } = await import("../../web/manners/notifications.js");
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
  const sounds = new Sounds(new Choices(), () => true);
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
  const sounds = new Sounds(new Choices(), () => used);
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
  const choices = new Choices();
  const sounds = new Sounds(choices, () => true);
  sounds.ring(true);
  choices.set("quiet", true);
  const heard = audio.started.length;
  const afterwards = new Choices();
  const later = new Sounds(afterwards, () => true);
  later.ring(true);
  later.ring(false);
  later.chime();
  assert.equal(audio.started.length, heard);
  afterwards.set("quiet", false);
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

/** A key, as far as it is looked at. @param {string} type @param {Record<string, unknown>} [more] */
const key = (type, more = {}) => Object.assign(new Event(type, { cancelable: true }), { code: "Space", key: " ", ...more });

test("hold to talk: from the key down to the key up, once, and only who is muted in a call (MAN10)", () => {
  const page = new EventTarget();
  let mayTalk = true;
  /** @type {boolean[]} */
  const talks = [];
  const hold = new HoldToTalk(page, { mayTalk: () => mayTalk, talk: (on) => talks.push(on) });
  const down = key("keydown");
  page.dispatchEvent(down);
  assert.equal(down.defaultPrevented, true, "the page does not scroll");
  page.dispatchEvent(key("keydown", { repeat: true }));
  page.dispatchEvent(key("keyup", { code: "KeyA" }));
  page.dispatchEvent(key("keyup"));
  page.dispatchEvent(key("keyup"));
  assert.deepEqual(talks.splice(0), [true, false]);
  page.dispatchEvent(key("keydown"));
  hold.release();
  assert.deepEqual(talks.splice(0), [true, false], "the window has lost the focus");
  for (const more of [{ ctrlKey: true }, { metaKey: true }, { altKey: true }, { repeat: true }, { isComposing: true }, { code: "KeyA" }]) {
    page.dispatchEvent(key("keydown", more));
  }
  const taken = key("keydown");
  taken.preventDefault();
  page.dispatchEvent(taken);
  mayTalk = false;
  page.dispatchEvent(key("keydown"));
  assert.deepEqual(talks, []);
});

test("notifications: offered once, shown to who does not look, gone when it is over (MAN13)", async () => {
  /** @type {any[]} */
  const shown = [];
  class FakeNotification {
    static permission = "default";
    static async requestPermission() {
      return (FakeNotification.permission = "granted");
    }
    /** @param {string} title @param {any} options */
    constructor(title, options) {
      Object.assign(this, { title, ...options, closed: false });
      shown.push(this);
    }
    close() {
      Object.assign(this, { closed: true });
    }
  }
  let isLookedAt = false;
  const notifier = /** @type {any} */ (FakeNotification);
  const notifications = new Notifications(notifier, () => isLookedAt);
  notifications.show("x", "before it is allowed");
  assert.deepEqual([shown.length, notifications.isToBeOffered], [0, true]);
  notifications.noteOffer();
  assert.equal(notifications.isToBeOffered, false);
  assert.equal(new Notifications(notifier, () => false).isToBeOffered, false, "in a later page neither");
  assert.equal(await notifications.ask(), true);
  notifications.show("ring-a", "Ada is calling", { stays: true });
  notifications.show("chat", "Bob mentioned you", { body: "hello" });
  isLookedAt = true;
  notifications.show("chat", "is seen anyway");
  assert.deepEqual(shown.map(({ title, tag, requireInteraction }) => [title, tag, requireInteraction]), [["Ada is calling", "ring-a", true], ["Bob mentioned you", "chat", false]]);
  notifications.hideAll((tag) => tag === "chat");
  notifications.hide("ring-a");
  notifications.hide("ring-a");
  assert.deepEqual(shown.map(({ closed }) => closed), [true, true]);
});

test("notifications: a browser that has none, or takes none from pages, is no trouble (MAN13)", async () => {
  const none = new Notifications(undefined, () => false);
  none.show("x", "y");
  assert.deepEqual([none.state, none.isToBeOffered, await none.ask()], ["off", false, false]);
  const refusing = /** @type {any} */ (class {
    static permission = "granted";
    constructor() {
      throw new TypeError("Illegal constructor. Use ServiceWorkerRegistration.showNotification() instead.");
    }
  });
  new Notifications(refusing, () => false).show("x", "y");
});

test("a microphone that is muted is measured by a copy, which goes with it (MAN9)", (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  /** @type {any[]} */
  const copies = [];
  const track = Object.assign(new FakeTrack("audio"), {
    clone() {
      const copy = new FakeTrack("audio");
      copies.push(copy);
      return copy;
    },
  });
  const media = Object.assign(new EventTarget(), {
    muted: false,
    /** @type {FakeTrack | null} */ present: track,
    track: () => media.present,
    isOn: () => !media.muted,
    on: (/** @type {string} */ _name, /** @type {() => void} */ listener) => media.addEventListener("changed", listener),
    change: () => media.dispatchEvent(new Event("changed")),
  });
  let wanted = true;
  let said = 0;
  new MutedMeter(/** @type {any} */ (media), () => wanted, () => (said += 1));
  media.change();
  assert.equal(copies.length, 0, "who is not muted is heard");
  media.muted = true;
  media.change();
  media.change();
  assert.deepEqual([copies.length, copies[0]?.readyState], [1, "live"]);
  audio.level = 0.2;
  const start = performance.now();
  const real = performance.now;
  for (let at = 0; at < 3_000; at += 100) {
    performance.now = () => start + at;
    t.mock.timers.tick(100);
  }
  performance.now = real;
  assert.equal(said, 1);
  media.muted = false;
  media.change();
  assert.equal(copies[0]?.readyState, "ended");
  media.muted = true;
  wanted = false;
  media.change();
  assert.equal(copies.length, 1, "who does not want to be told is not measured");
  wanted = true;
  media.change();
  track.stop();
  t.mock.timers.tick(100);
  assert.deepEqual(copies.map(({ readyState }) => readyState), ["ended", "ended"], "the device was let go");
});
