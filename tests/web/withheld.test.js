/** Devices that others have, or that are allowed late: said, and back by themselves or by a button. Without a browser. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { advance, installClock, resetClock } from "./fakes/clock.js";
import { FakeDevices, FakeStorage, FakeStream } from "./fakes/media.js";

installClock();
const devices = new FakeDevices();
/** @type {Record<string, EventTarget & {state: string}>} */
const permissions = {
  camera: Object.assign(new EventTarget(), { state: "granted" }),
  microphone: Object.assign(new EventTarget(), { state: "granted" }),
};
const page = Object.assign(new EventTarget(), { visibilityState: "visible" });
Object.assign(globalThis, { MediaStream: FakeStream, localStorage: new FakeStorage(), sessionStorage: new FakeStorage(), document: page });
Object.defineProperty(globalThis, "navigator", {
  value: { mediaDevices: devices, permissions: { query: async (/** @type {{name: string}} */ { name }) => permissions[name] } },
});

const { Choices } = await import("../../web/devices/choices.js");
const { LocalMedia } = await import("../../web/media/local.js");
const { WithheldDevices } = await import("../../web/manners/withheld.js");

const settled = async () => {
  for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => setImmediate(resolve));
};
const refuse = (/** @type {string} */ name) => async () => Promise.reject(new DOMException("", name));

test.beforeEach(() => {
  resetClock();
  Object.assign(globalThis, { localStorage: new FakeStorage(), sessionStorage: new FakeStorage() });
  devices.opened = [];
  devices.asked = [];
  devices.answer = async () => {};
  page.visibilityState = "visible";
  for (const one of Object.values(permissions)) one.state = "granted";
});

/** A page in a call, with its notices. */
async function build() {
  const media = new LocalMedia(new Choices());
  /** @type {Map<string, {message: string, action?: {act: () => void}}>} */
  const notices = new Map();
  new WithheldDevices(media, {
    show: (message, { key = message, action } = {}) => void notices.set(key, { message, ...(action && { action }) }),
    hide: (key) => void notices.delete(key),
  });
  media.start();
  await settled();
  return { media, notices };
}

// report: on | A camera that another program had stays away when it is free | NotReadableError, then the other program ends | it is asked
// for again with growing pauses, and comes back
test("a device that another program has is asked for again, ever less often, until it is free (MAN11)", async () => {
  devices.answer = refuse("NotReadableError");
  const { media } = await build();
  assert.deepEqual([media.fault("video"), media.fault("audio")], ["busy", "busy"]);
  const before = devices.asked.length;
  await advance(60_000, settled);
  const attempts = devices.asked.length - before;
  assert.ok(attempts >= 6 && attempts <= 12, `${attempts} for two devices in a minute`);
  devices.answer = async () => {};
  await advance(31_000, settled);
  assert.deepEqual([devices.live(), media.fault("video")], [["audio", "video"], null]);
  const after = devices.asked.length;
  await advance(120_000, settled);
  assert.equal(devices.asked.length, after);
  media.close();
});

test("nobody is asked for a permission out of the blue, and what is turned off is let be (MAN11)", async () => {
  devices.answer = refuse("NotReadableError");
  for (const one of Object.values(permissions)) one.state = "prompt";
  const { media } = await build();
  const before = devices.asked.length;
  await advance(60_000, settled);
  assert.equal(devices.asked.length, before);
  for (const one of Object.values(permissions)) one.state = "granted";
  media.intentions.set("video", false);
  media.intentions.set("audio", false);
  await advance(60_000, settled);
  assert.equal(devices.asked.length, before);
  media.close();
});

test("what the system keeps silent is said when it lasts, and when it is over (MAN11)", async () => {
  const { media, notices } = await build();
  const [microphone] = devices.opened.filter(({ kind }) => kind === "audio");
  microphone?.setMuted(true);
  await advance(1_000, settled);
  microphone?.setMuted(false);
  await advance(5_000, settled);
  assert.deepEqual([...notices.keys()], []);
  page.visibilityState = "hidden";
  microphone?.setMuted(true);
  await advance(5_000, settled);
  assert.deepEqual([...notices.keys()], [], "a phone in a pocket");
  page.visibilityState = "visible";
  await advance(5_000, settled);
  assert.deepEqual([...notices.keys()], ["silent-audio"]);
  microphone?.setMuted(false);
  assert.deepEqual([...notices.keys()], ["given-audio"]);
  media.close();
});

test("a camera that is allowed in mid call has a button, and is not turned on by itself (MAN11)", async () => {
  devices.answer = refuse("NotAllowedError");
  for (const one of Object.values(permissions)) one.state = "denied";
  const { media, notices } = await build();
  assert.equal(media.fault("video"), "refused");
  devices.answer = async () => {};
  const { camera } = permissions;
  Object.assign(camera ?? {}, { state: "granted" });
  camera?.dispatchEvent(new Event("change"));
  await settled();
  assert.deepEqual([devices.live(), [...notices.keys()]], [[], ["permitted-video"]]);
  notices.get("permitted-video")?.action?.act();
  await settled();
  assert.deepEqual(devices.live(), ["video"]);
  Object.assign(camera ?? {}, { state: "denied" });
  camera?.dispatchEvent(new Event("change"));
  assert.deepEqual([...notices.keys()], []);
  media.close();
});
