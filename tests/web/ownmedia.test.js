/** What is on, and what is played of others, without a browser: the rules alone. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { FakeDevices, FakeStorage, FakeStream, FakeTrack } from "./fakes/media.js";

const makeStorage = () => /** @type {any} */ (new FakeStorage());

const devices = new FakeDevices();
let permission = "granted";
Object.assign(globalThis, { MediaStream: FakeStream, localStorage: makeStorage(), sessionStorage: makeStorage() });
Object.defineProperty(globalThis, "navigator", {
  value: { mediaDevices: devices, permissions: { query: async () => ({ state: permission }) } },
});

const { Choices } = await import("../../web/devices/choices.js");
const { LocalMedia } = await import("../../web/media/local.js");
const { Intentions } = await import("../../web/media/intentions.js");
const { RemoteMedia } = await import("../../web/calls/remotemedia.js");
const { CameraLink } = await import("../../web/calls/cameralink.js");
const { turnOff } = await import("../../web/media/turnoff.js");
const { ScreenShare } = await import("../../web/media/screen.js");
const { mayBeHeard } = await import("../../web/invite/rights.js");

const settled = async () => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
};
const live = () => devices.live();

test.beforeEach(() => {
  Object.assign(globalThis, { localStorage: makeStorage(), sessionStorage: makeStorage() });
  devices.opened = [];
  devices.answer = async () => {};
  permission = "granted";
});

// report: on | After a reload the microphone and the camera are on again | muted, camera off, then a reload, the next
// call, a new window | both stay off, and nothing is opened

// report: on | The light of the camera stays on while the camera is off | camera off in a call | its track is stopped,
// and opened again at the next press
test("what was off stays off: in the next call, after a reload, in a window to come", async () => {
  const media = new LocalMedia(new Choices());
  media.start();
  await settled();
  assert.deepEqual(live(), ["audio", "video"]);
  media.toggle("video");
  media.toggle("audio");
  assert.deepEqual(live(), ["audio"], "a muted microphone stays open");
  assert.equal(media.isOn("audio"), false);
  media.stop();
  assert.deepEqual(live(), []);
  for (const again of [media, new LocalMedia(new Choices())]) {
    again.start();
    await settled();
    assert.deepEqual(live(), []);
    again.stop();
  }
  globalThis.sessionStorage = makeStorage();
  assert.deepEqual(["audio", "video"].map((kind) => new Intentions().isOn(/** @type {any} */ (kind))), [false, false]);
});

// report: on | One window is heard because another one was unmuted | two windows, one muted, a press in the other one |
// each stays as it was
test("a window is not turned on by what another one was told", () => {
  const ours = globalThis.sessionStorage;
  const mine = new Intentions();
  mine.set("audio", false);
  globalThis.sessionStorage = makeStorage();
  new Intentions().set("audio", true);
  assert.equal(mine.isOn("audio"), false);
  globalThis.sessionStorage = ours;
  assert.equal(new Intentions().isOn("audio"), false, "after a reload neither");
});

// report: on | The camera goes on after it was turned off | the browser's question is answered after a second press |
// what comes is let go at once
test("what comes after the switch was pressed again, or after the call, is closed", async () => {
  const media = new LocalMedia(new Choices());
  media.intentions.set("video", false);
  media.start();
  await settled();
  let grant = () => {};
  devices.answer = () => new Promise((resolve) => { grant = resolve; });
  media.toggle("video");
  assert.equal(media.isOpening("video"), true);
  media.toggle("video");
  assert.equal(media.isOpening("video"), false);
  grant();
  await settled();
  assert.deepEqual(live(), ["audio"]);
  media.toggle("video");
  media.stop();
  grant();
  await settled();
  assert.deepEqual(live(), []);
});

// report: on | A camera that was refused is a dead end | refused, then allowed during the call | the button asks again at
// each press, and the picture comes into the call
test("what was refused is asked for at each press, never by itself", async () => {
  const media = new LocalMedia(new Choices());
  /** @type {unknown[]} */
  const told = [];
  permission = "denied";
  media.on("fault", (fault) => told.push(fault));
  devices.answer = async (kinds) => {
    if (kinds.includes("video")) throw new DOMException("", "NotAllowedError");
  };
  media.prepare();
  media.start();
  await settled();
  assert.deepEqual([live(), media.fault("video"), media.isWanted("video")], [["audio"], "refused", true]);
  devices.answer = async () => {};
  devices.dispatchEvent(new Event("devicechange"));
  await settled();
  assert.deepEqual(live(), ["audio"]);
  media.toggle("video");
  await settled();
  assert.deepEqual([live(), media.fault("video")], [["audio", "video"], null]);
  assert.deepEqual(told, [{ kinds: ["video"], fault: "refused" }]);
});

test("a camera that was unplugged while it was on comes back, one that is off does not", async () => {
  const media = new LocalMedia(new Choices());
  media.prepare();
  media.start();
  await settled();
  const unplug = () => {
    const camera = devices.opened.findLast(({ kind }) => kind === "video");
    camera?.stop();
    camera?.onended?.();
    return settled();
  };
  devices.answer = async () => Promise.reject(new DOMException("", "NotFoundError"));
  await unplug();
  assert.equal(media.fault("video"), "lost");
  devices.answer = async () => {};
  devices.dispatchEvent(new Event("devicechange"));
  await settled();
  assert.deepEqual(live(), ["audio", "video"]);
  devices.answer = async () => Promise.reject(new DOMException("", "NotFoundError"));
  await unplug();
  media.intentions.set("video", false);
  devices.answer = async () => {};
  devices.dispatchEvent(new Event("devicechange"));
  await settled();
  assert.deepEqual(live(), ["audio"]);
});

test("hold to talk: heard as long as the key is held, muted before and after it, and a reload finds it so (MAN10)", async () => {
  const media = new LocalMedia(new Choices());
  media.start();
  await settled();
  media.toggle("audio");
  media.talk(true);
  media.talk(true);
  assert.equal(media.isOn("audio"), true);
  media.talk(false);
  assert.equal(media.isOn("audio"), false);
  assert.equal(new Intentions().isOn("audio"), false);
  media.talk(true);
  media.stop();
  media.start();
  await settled();
  assert.deepEqual(live(), ["video"], "the call it was held in is over");
});

test("hold to talk: a microphone that is not open is opened, and let go if the key was let go before (MAN10)", async () => {
  const media = new LocalMedia(new Choices());
  media.intentions.set("audio", false);
  media.start();
  await settled();
  let grant = () => {};
  devices.answer = () => new Promise((resolve) => { grant = resolve; });
  media.talk(true);
  await settled();
  media.talk(false);
  grant();
  await settled();
  assert.deepEqual(live(), ["video"]);
  media.talk(true);
  await settled();
  grant();
  await settled();
  assert.deepEqual([live(), media.isOn("audio")], [["audio", "video"], true]);
  media.talk(false);
  assert.equal(media.isOn("audio"), false);
});

test("a camera that another program has comes back when it is free (MAN11)", async () => {
  devices.list = [{ deviceId: "lid", kind: "videoinput", label: "Lid", groupId: "" }];
  const media = new LocalMedia(new Choices());
  /** @type {unknown[]} */
  const told = [];
  media.on("fault", ({ fault }) => told.push(fault));
  media.on("found", ({ label }) => told.push(label));
  media.start();
  await settled();
  devices.answer = async () => Promise.reject(new DOMException("", "NotReadableError"));
  devices.opened.findLast(({ kind }) => kind === "video")?.end();
  await settled();
  assert.deepEqual([media.fault("video"), told], ["busy", ["lost", "busy"]], "it is there, and was not refused");
  await media.findDevices();
  assert.deepEqual(told, ["lost", "busy"], "said once");
  devices.answer = async () => {};
  await media.findDevices();
  assert.deepEqual([live(), media.fault("video"), told], [["audio", "video"], null, ["lost", "busy", "Lid"]]);
  devices.list = [];
});

test("who is muted by a moderator is off, and may turn it on again; nothing is turned on from outside (MAN12)", async () => {
  const media = new LocalMedia(new Choices());
  media.start();
  await settled();
  const screen = { stream: /** @type {any} */ ({}), stop: () => void (screen.stream = null) };
  const own = { media, screen };
  const muted = (/** @type {any} */ kind) => turnOff(kind, own);
  assert.deepEqual([muted("audio"), muted("audio"), media.isOn("audio"), live()], [true, false, false, ["audio", "video"]]);
  media.toggle("audio");
  assert.equal(media.isOn("audio"), true);
  assert.deepEqual([muted("video"), live()], [true, ["audio"]]);
  assert.deepEqual([muted("screen"), muted("screen"), screen.stream], [true, false, null]);
  assert.equal(muted("everything"), false);
});

test("who may not publish any more has nothing open, and nothing opens when they may again (TOK3)", async () => {
  let may = true;
  const media = new LocalMedia(new Choices(), () => may);
  media.start();
  await settled();
  may = false;
  media.followRight();
  assert.deepEqual(live(), []);
  media.toggle("video");
  await settled();
  assert.deepEqual(live(), []);
  may = true;
  media.followRight();
  await settled();
  assert.deepEqual(live(), []);
  media.toggle("video");
  await settled();
  assert.deepEqual(live(), ["video"]);
});

test("what comes of a peer is heard as long as its role lets it (TOK3)", () => {
  let hears = false;
  /** @type {unknown[]} */
  const shown = [];
  const remote = new RemoteMedia({
    hears: () => hears,
    streamed: (stream) => shown.push(["camera", stream !== null]),
    screened: (stream) => shown.push(["screen", stream !== null]),
  });
  const [voice, screen] = [new FakeTrack("audio"), new FakeTrack("video")];
  remote.take(/** @type {any} */ (voice));
  remote.takeScreen(/** @type {any} */ (new FakeStream([screen])));
  assert.deepEqual([shown.splice(0), voice.enabled, screen.enabled], [[["screen", false]], false, false]);
  hears = true;
  remote.judge();
  remote.judge();
  assert.deepEqual(shown.splice(0), [["camera", true], ["screen", true]]);
  assert.deepEqual([voice.enabled, screen.enabled], [true, true]);
  hears = false;
  remote.judge();
  assert.deepEqual(shown, [["camera", false], ["screen", false]]);
  assert.equal(voice.enabled, false);
});

test("whose role is not known, or lets them only watch, is not heard (TOK3)", () => {
  const roles = [undefined, "view", "agent", "edit", "present", "moderate"];
  const heard = roles.map((role) => mayBeHeard(role ? /** @type {any} */ ({ role }) : undefined));
  assert.deepEqual(heard, [false, false, false, true, true, true]);
  assert.equal(mayBeHeard({}), true, "servers exist that give no roles");
});

test("who may publish during a call sends in the sections there are, and ceases to", () => {
  /** @type {any[]} */
  const transceivers = [];
  const pc = /** @type {any} */ ({
    getTransceivers: () => transceivers,
    addTransceiver(/** @type {string} */ kind, { direction = "sendrecv" } = {}) {
      const sender = {
        track: null,
        setStreams() {},
        async replaceTrack(/** @type {any} */ track) { this.track = track; },
      };
      transceivers.push({ direction, sender, receiver: { track: new FakeTrack(kind) } });
      return transceivers.at(-1);
    },
  });
  let may = false;
  const link = new CameraLink(pc, () => may);
  link.add(null, "offer");
  const stream = /** @type {any} */ (new FakeStream([new FakeTrack("audio")]));
  link.attach(stream);
  assert.deepEqual(transceivers.map(({ direction }) => direction), ["recvonly", "recvonly"]);
  may = true;
  link.attach(stream);
  assert.deepEqual(transceivers.map(({ direction }) => direction), ["sendrecv", "sendrecv"]);
  assert.deepEqual(transceivers.map(({ sender }) => sender.track?.kind), ["audio", undefined]);
  may = false;
  link.attach(stream);
  assert.deepEqual(transceivers.map(({ direction }) => direction), ["recvonly", "recvonly"]);
  assert.deepEqual(transceivers.map(({ sender }) => sender.track), [null, null]);
});

// report: on | A screen is shared after the call has ended | it is chosen when the call is over | it is let go, unseen
test("a screen that is chosen after the call has ended is let go", async () => {
  const screen = new ScreenShare();
  const shared = new FakeTrack("video");
  let choose = () => {};
  const picked = new Promise((resolve) => { choose = () => resolve(undefined); });
  Object.assign(devices, {
    getDisplayMedia: async () => {
      await picked;
      return Object.assign(new FakeStream([shared]), { getVideoTracks: () => [shared] });
    },
  });
  const asked = screen.start();
  screen.stop();
  choose();
  await asked;
  assert.deepEqual([screen.stream, shared.readyState], [null, "ended"]);
});
