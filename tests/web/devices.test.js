/** What a person has set on this device: kept, found again, and nothing turned on by itself. Without a browser. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { FakeBlur, FakeDevices, FakeStorage, FakeStream } from "./fakes/media.js";

/** @type {FakeDevices} */
let devices = new FakeDevices();
let permission = "granted";
let browser = new FakeStorage();
let own = new FakeStorage();
Object.defineProperty(globalThis, "navigator", {
  value: {
    get mediaDevices() {
      return devices;
    },
    permissions: { query: async () => ({ state: permission }) },
  },
});
Object.assign(globalThis, { MediaStream: FakeStream });

const { Choices } = await import("../../web/devices/choices.js");
const { chosenOf, findChosen, asChosenDevice } = await import("../../web/devices/chosen.js");
const { LocalMedia } = await import("../../web/media/local.js");
const { Intentions } = await import("../../web/media/intentions.js");
const { ScreenShare } = await import("../../web/media/screen.js");
const { announcer } = await import("../../web/media/wiring.js");
const { ownMedia } = await import("../../web/people/person.js");
const { faultOf } = await import("../../web/media/faults.js");
const { faultText, switchText } = await import("../../web/text/devices.js");
const { mediaFaultText } = await import("../../web/text/calls.js");
const { Emitter } = await import("../../web/lib/emitter.js");

const settled = async () => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
};
/** @param {string} id @param {"audioinput" | "videoinput" | "audiooutput"} kind @param {string} [label] */
const device = (id, kind, label = id) => ({ deviceId: id, kind, label, groupId: `group of ${label}` });
const INNER = device("inner", "videoinput", "Lid camera");
const OUTER = device("outer", "videoinput", "Desk camera");
const MIC = device("mic", "audioinput", "Lid microphone");
const HEADSET = device("headset", "audioinput", "Headset");

/** A window, opened anew. */
function newWindow() {
  own = new FakeStorage();
  Object.assign(globalThis, { localStorage: browser, sessionStorage: own });
}

/** @param {{restored?: boolean, reloaded?: boolean}} [page] */
function newPage(page) {
  const media = new LocalMedia(new Choices(), () => true, new Intentions(page));
  /** @type {string[]} */
  const faults = [];
  media.on("fault", ({ kinds, fault }) => faults.push(`${kinds} ${fault}`));
  media.prepare();
  return { media, faults };
}

/** @param {import("../../web/media/local.js").LocalMedia} media */
async function started(media) {
  media.start();
  await settled();
  return media;
}

/** @param {import("../../web/media/local.js").LocalMedia} media */
const open = (media) => media.stream?.getTracks().map((track) => track.label).sort();

test.beforeEach(() => {
  devices = new FakeDevices();
  devices.list = [INNER, OUTER, MIC, HEADSET];
  permission = "granted";
  browser = new FakeStorage();
  newWindow();
});

// --- what is kept ----------------------------------------------------------------------------

// report: on | The camera is on after a reload though nothing is known of it | a storage that is cleared, forbidden,
// full or holds garbage, then a reload in a call | camera and microphone stay off until they are pressed
test("a call that goes on after a reload turns on only what is known to have been on", async () => {
  const cases = /** @type {[string, () => void][]} */ ([
    ["cleared", () => own.kept.clear()],
    ["garbage", () => own.kept.set("canvas-server.on", "{{{")],
    ["a list", () => own.kept.set("canvas-server.on", "[true]")],
    ["other shapes", () => own.kept.set("canvas-server.on", '{"audio": "yes", "video": 1, "at": "now"}')],
    ["null", () => own.kept.set("canvas-server.on", "null")],
    ["forbidden", () => Object.defineProperty(globalThis, "sessionStorage", {
      configurable: true, get: () => { throw new DOMException("", "SecurityError"); },
    })],
  ]);
  for (const [name, spoil] of cases) {
    newWindow();
    const { media } = newPage();
    await started(media);
    assert.deepEqual(devices.live(), ["audio", "video"]);
    media.stop();
    spoil();
    const back = newPage({ restored: true }).media;
    await started(back);
    assert.deepEqual(devices.live(), [], name);
    back.toggle("video");
    await settled();
    assert.deepEqual(devices.live(), ["video"], `${name}: a press`);
    back.stop();
    Object.defineProperty(globalThis, "sessionStorage", { configurable: true, writable: true, value: own });
  }
});

test("a reload finds what was on, and only that", async () => {
  const { media } = newPage();
  await started(media);
  media.toggle("audio");
  media.stop();
  await started(newPage({ restored: true }).media);
  assert.deepEqual(devices.live(), ["video"]);
});

// report: on | Muted, then the storage is full, and a reload is heard | a mute that the browser cannot keep |
// what it kept before is taken away, and the microphone stays off
test("a storage that is full does not bring back what was on before", async () => {
  const { media } = newPage();
  await started(media);
  own.full = browser.full = true;
  media.toggle("audio");
  own.full = browser.full = false;
  media.stop();
  await started(newPage({ restored: true }).media);
  assert.deepEqual(devices.live(), []);
});

test("a storage that is full keeps the devices that were chosen before", () => {
  new Choices().set("video", chosenOf(OUTER));
  const choices = new Choices();
  browser.full = true;
  choices.set("quality", "low");
  assert.equal(choices.get("quality"), "low", "as long as the page");
  assert.equal(new Choices().get("video").deviceId, "outer");
});

// report: on | The browser opens its windows again a day later, and the camera goes on | a window of yesterday's call,
// brought back by the browser | its devices stay off
test("a window that comes back a day later turns nothing on", async (t) => {
  await started(newPage().media);
  devices.opened.length = 0;
  t.mock.timers.enable({ apis: ["Date"], now: Date.now() + 86_400_000 });
  await started(newPage({ restored: true }).media);
  assert.deepEqual(devices.live(), []);
});

// report: on | Who goes to another page and comes back to the canvas is seen and heard again | a page in a call that is left by
// an address or Back, and come back to within a minute | the devices stay off until they are pressed; a reload or a crash goes on
test("a window that was left for another page turns nothing on when it comes back", async () => {
  const cases = /** @type {[string, boolean, {reloaded: boolean}, string[]][]} */ ([
    ["left", true, { reloaded: false }, []],
    ["reloaded", true, { reloaded: true }, ["audio", "video"]],
    ["crashed", false, { reloaded: false }, ["audio", "video"]],
  ]);
  for (const [name, leaves, page, live] of cases) {
    newWindow();
    const { media } = newPage();
    await started(media);
    if (leaves) media.intentions.leave();
    media.stop();
    const back = newPage({ restored: true, ...page }).media;
    await started(back);
    assert.deepEqual(devices.live(), live, name);
    back.stop();
  }
});

// report: on | The right to send was taken away and given back, and a reload is seen and heard | devices that are off without a
// press, then a reload | they stay off until they are pressed
test("what was turned off without a press is not turned on by a reload", async () => {
  const { media } = newPage();
  await started(media);
  media.release();
  media.stop();
  const back = newPage({ restored: true, reloaded: true }).media;
  await started(back);
  assert.deepEqual(devices.live(), []);
  back.toggle("audio");
  await settled();
  assert.deepEqual(devices.live(), ["audio"]);
});

// report: reading | A setting of an older version breaks the dialog | `{"quality": 7, "hint": "shiny", "video": 3,
// "spatial": "yes"}` kept | each is as if never set, the others stay
test("what is kept in another shape is as if it was never set", () => {
  browser.kept.set("canvas-server.devices", JSON.stringify({ quality: "enormous", hint: 7, video: 3, audio: "mic", spatial: true }));
  const choices = new Choices();
  assert.deepEqual([choices.get("quality"), choices.get("hint"), choices.get("video").deviceId], ["auto", "detail", ""]);
  assert.deepEqual([choices.get("audio").deviceId, choices.get("spatial")], ["mic", true], "an id alone is an earlier version's");
});

test("windows keep each other's choices, and none is moved by another's", () => {
  const [one, other] = [new Choices(), new Choices()];
  one.set("video", chosenOf(OUTER));
  other.set("spatial", true);
  assert.equal(other.get("video").deviceId, "");
  assert.deepEqual([new Choices().get("video").deviceId, new Choices().get("spatial")], ["outer", true]);
});

test("what is kept is read and written in one place", () => {
  const WEB = new URL("../../web/", import.meta.url);
  const own = ["app/board.js", "lib/stored.js"];
  const users = readdirSync(WEB, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".js") && !/^(bundle|vendor)\//.test(name)
    && /\b(local|session)Storage\b/.test(readFileSync(new URL(name, WEB), "utf8").replace(/\/\*[\s\S]*?\*\//g, "")));
  // The board only hands the areas to the guard of drawing.
  assert.deepEqual(users.sort(), own);
});

// --- chosen devices --------------------------------------------------------------------------

// report: on | Firefox gives devices new ids, and the wrong camera is on | the chosen camera under another id, same
// name | it is found by its name
test("a chosen device is found by its id, then its name, then its group", () => {
  const chosen = chosenOf(OUTER);
  const renamed = { ...OUTER, deviceId: "new" };
  assert.equal(findChosen(chosen, [INNER, OUTER])?.deviceId, "outer");
  assert.equal(findChosen(chosen, [INNER, renamed])?.deviceId, "new");
  const twin = { ...renamed, deviceId: "twin", groupId: "another" };
  assert.equal(findChosen(chosen, [twin, renamed])?.deviceId, "new", "of two with one name the one of its group");
  assert.equal(findChosen(chosen, [INNER, { ...renamed, label: "Kamera" }])?.deviceId, "new", "by its group alone");
  assert.equal(findChosen(chosen, [INNER]), null);
  assert.equal(findChosen(chosen, [{ ...OUTER, deviceId: "", label: "", groupId: "" }]), null, "no names are told yet");
  assert.equal(asChosenDevice({ deviceId: "x".repeat(600) }), undefined);
});

test("a camera with a new id is opened, and known by it from then on", async () => {
  new Choices().set("video", chosenOf(OUTER));
  devices.list = [INNER, { ...OUTER, deviceId: "new" }, MIC];
  await started(newPage().media);
  assert.deepEqual(devices.live(), ["audio", "video"]);
  assert.equal(new Choices().get("video").deviceId, "new");
});

// report: on | After permissions were cleared the call begins with another camera than the chosen one | a browser that
// tells no ids before it has asked | one question, then the chosen camera; no picture of the other one is sent
test("before the page may use devices the chosen one is found as soon as names are told", async () => {
  new Choices().set("video", chosenOf(OUTER));
  devices.list = [INNER, { ...OUTER, deviceId: "new" }, MIC];
  devices.named = false;
  const { media } = newPage();
  /** @type {(string | undefined)[]} */
  const sent = [];
  media.on("changed", () => sent.push(media.track("video")?.label));
  await started(media);
  assert.deepEqual(open(media), ["Desk camera", "Lid microphone"]);
  assert.ok(!sent.includes("Lid camera"));
  assert.deepEqual(devices.live(), ["audio", "video"], "the other one is let go");
});

// report: on | The browser's own question offers the devices, and what was picked there is undone | Firefox, asked each
// time: another camera than the chosen one is picked | that one is used, without a second question
test("what was picked in the browser's own question counts", async () => {
  new Choices().set("video", chosenOf(OUTER));
  devices.named = false;
  devices.list = [INNER, { ...OUTER, deviceId: "new" }, MIC];
  permission = "prompt";
  const { media } = newPage();
  await started(media);
  assert.deepEqual([open(media), devices.asked.length], [["Lid camera", "Lid microphone"], 1]);
  assert.equal(new Choices().get("video").label, "Desk camera");
});

// report: on | A camera that is away takes the chosen microphone along | the chosen camera unplugged, the headset there |
// another camera, the headset, and both stay chosen
test("a device that is away stays chosen, and the others are not replaced", async () => {
  const choices = new Choices();
  choices.set("video", chosenOf(OUTER));
  choices.set("audio", chosenOf(HEADSET));
  devices.list = [INNER, MIC, HEADSET];
  const { media } = newPage();
  await started(media);
  assert.deepEqual(open(media), ["Headset", "Lid camera"]);
  assert.equal(devices.asked.length, 1, "one question");
  assert.deepEqual([new Choices().get("video").label, new Choices().get("audio").label], ["Desk camera", "Headset"]);
});

// report: on | The headset is plugged in again and the microphone of the lid goes on being heard | out and in again,
// in a call | the call goes back to the headset, and says so
test("a chosen device that is plugged in again is used again", async () => {
  new Choices().set("audio", chosenOf(HEADSET));
  const { media } = newPage();
  /** @type {string[]} */
  const found = [];
  media.on("found", ({ label }) => found.push(label));
  await started(media);
  assert.deepEqual(open(media), ["Headset", "Lid camera"]);
  devices.list = [INNER, MIC];
  devices.opened.find(({ label }) => label === "Headset")?.end();
  await settled();
  assert.deepEqual(open(media), ["Lid camera", "Lid microphone"]);
  devices.plug([INNER, MIC, HEADSET]);
  await settled();
  assert.deepEqual(open(media), ["Headset", "Lid camera"]);
  assert.deepEqual(found, ["Lid microphone", "Headset"]);
  assert.equal(new Choices().get("audio").label, "Headset");
});

// report: on | A headset is plugged in, the system takes it, and the call goes on with the microphone of the lid | the
// usual device of the system is another one | the call goes on with that, muted if it was
test("where none is chosen the call follows the system", async () => {
  const usual = { ...MIC, deviceId: "default", label: "Default" };
  devices.list = [INNER, usual, MIC];
  const { media } = newPage();
  await started(media);
  media.toggle("audio");
  devices.plug([INNER, usual, MIC, HEADSET]);
  await settled();
  assert.equal(devices.opened.length, 2, "still the same one");
  devices.plug([INNER, { ...HEADSET, deviceId: "default", label: "Default" }, MIC, HEADSET]);
  await settled();
  assert.equal(devices.opened.length, 2, "not while it is muted");
  media.toggle("audio");
  await settled();
  assert.equal(media.track("audio")?.getSettings().groupId, HEADSET.groupId);
  assert.deepEqual(devices.live(), ["audio", "video"]);
});

// --- nothing turns on by itself --------------------------------------------------------------

// report: on | A device that is plugged in while muted, or with the camera off, goes on | devicechange with everything
// off | nothing is opened
test("plugging in opens nothing that is off", async () => {
  new Choices().set("video", chosenOf(OUTER));
  devices.list = [INNER, MIC];
  const { media } = newPage();
  await started(media);
  media.toggle("video");
  media.toggle("audio");
  const asked = devices.asked.length;
  devices.opened.find(({ kind }) => kind === "audio")?.end(); // unplugged while muted
  await settled();
  devices.plug([INNER, OUTER, MIC, HEADSET]);
  await settled();
  assert.equal(devices.asked.length, asked);
  assert.deepEqual(devices.live(), []);
});

// report: on | The camera was stopped in the browser's own bar, and comes back by itself | a track that ends with its
// device still there, permission asked each time | said as blocked, not opened again
test("what was taken back in the browser is not asked for again", async () => {
  const { media, faults } = newPage();
  await started(media);
  permission = "prompt";
  devices.opened.find(({ kind }) => kind === "video")?.end();
  await settled();
  devices.plug(devices.list);
  await settled();
  assert.deepEqual([devices.live(), faults], [["audio"], ["video refused"]]);
  devices.named = false;
  devices.opened.find(({ kind }) => kind === "audio")?.end();
  await settled();
  assert.deepEqual([devices.live(), faults], [[], ["video refused", "audio refused"]], "its id is told no more");
});

// report: on | Unplugged where the browser asks each time: "blocked", and a question out of the blue | Firefox without
// a lasting permission, the camera pulled out and put in again | said as unplugged; asked at the next press
test("a browser that asks each time is not made to ask by a plug", async () => {
  const { media, faults } = newPage();
  await started(media);
  permission = "prompt";
  devices.list = [MIC];
  devices.opened.find(({ kind }) => kind === "video")?.end();
  await settled();
  devices.plug([INNER, MIC]);
  await settled();
  assert.deepEqual([devices.live(), faults], [["audio"], ["video lost"]]);
  media.toggle("video");
  await settled();
  assert.deepEqual(devices.live(), ["audio", "video"]);
});

// report: on | The page left with Back and fetched with Forward is seen again | pagehide of a page that is kept |
// devices are off, and come back at a press
test("a page that is put aside has nothing open", async () => {
  const { media } = newPage();
  await started(media);
  media.release();
  assert.deepEqual([devices.live(), media.isOn("video"), media.isWanted("video")], [[], false, false]);
  devices.plug([INNER, OUTER, MIC]);
  await settled();
  assert.deepEqual(devices.live(), []);
  media.toggle("video");
  await settled();
  assert.deepEqual(devices.live(), ["video"]);
});

// report: on | The light stays on where a call or a dialog ends before the camera is there | closed while the browser
// still asks | what comes is let go at once
test("what comes too late for its call or its dialog is let go", async () => {
  const { media } = newPage();
  let grant = () => {};
  devices.answer = () => new Promise((resolve) => { grant = resolve; });
  media.start();
  await settled();
  media.close();
  grant();
  await settled();
  assert.deepEqual(devices.live(), []);
});

// --- blur ------------------------------------------------------------------------------------

/** @param {boolean[]} can @param {boolean | undefined} [on] */
const camera = (can, on = can[0]) => () => Object.assign(new FakeBlur(), { can, on });

// report: on | The blur is gone after a reload or with the next call, and the room is seen | blur on, a new page | it
// is asked for with the camera, before the first picture, and outlives the sizes that are set later
test("blur is remembered, and there before the first picture", async () => {
  devices.blurOfNew = camera([false, true]);
  const { media } = newPage();
  await started(media);
  assert.deepEqual(media.blur.state, { on: false, possible: true, settable: true });
  media.blur.toggle();
  await settled();
  assert.equal(media.blur.state.on, true);
  media.setQuality({ height: 180, framerate: 15, maxBitrate: 1 });
  await settled();
  assert.equal(media.blur.state.on, true, "smaller pictures are blurred, too");
  media.stop();
  newWindow();
  const later = newPage().media;
  await started(later);
  assert.equal(devices.asked.at(-1)?.["video"].backgroundBlur, true);
  assert.equal(later.blur.state.on, true);
  later.blur.toggle();
  await settled();
  assert.equal(later.blur.state.on, false);
});

// report: on | Blur is wanted, another camera cannot, and the room is seen | a camera without the capability | it stays
// off and says why; a second press is seen without blur
test("a camera that cannot blur sends nothing until the person says so", async () => {
  new Intentions().setBlur(true);
  const { media, faults } = newPage();
  /** @type {boolean[]} */
  const sent = [];
  media.on("changed", () => sent.push(media.track("video") !== null));
  await started(media);
  assert.deepEqual([devices.live(), faults, sent.includes(true)], [["audio"], ["video sharp"], false]);
  assert.ok(media.blur.state.possible, "its switch is there, to end it");
  media.toggle("video");
  await settled();
  assert.deepEqual([devices.live(), media.fault("video")], [["audio", "video"], null]);
  assert.ok(new Intentions().blur, "the next camera may be able to");
  devices.blurOfNew = camera([false, true]);
  media.toggle("video");
  media.toggle("video");
  await settled();
  assert.equal(media.blur.state.on, true, "one that can is blurred");
});

test("a camera that cannot blur is not put in the place of one that does", async () => {
  new Intentions().setBlur(true);
  devices.blurOfNew = camera([false, true]);
  const choices = new Choices();
  const media = new LocalMedia(choices, () => true, new Intentions());
  await started(media);
  assert.equal(media.isOn("video"), true);
  devices.blurOfNew = camera([]);
  choices.set("video", chosenOf(OUTER));
  await settled();
  assert.deepEqual([devices.live(), media.fault("video")], [["audio"], "sharp"]);
  media.blur.toggle(); // without blur then, and at the next press
  await settled();
  assert.deepEqual([devices.live(), media.fault("video")], [["audio"], null]);
  media.toggle("video");
  await settled();
  assert.deepEqual(open(media), ["Desk camera", "Lid microphone"]);
});

// report: on | The system turns the blur off or on, and the page shows the opposite | the event `configurationchange` |
// the switch follows, and who wanted blur is told
test("the switch of the blur follows the system", async () => {
  new Intentions().setBlur(true);
  devices.blurOfNew = camera([false, true]);
  const { media } = newPage();
  let lost = 0;
  media.blur.on("lost", () => lost++);
  await started(media);
  const track = devices.opened.find(({ kind }) => kind === "video");
  assert.ok(track);
  track.blur.on = false;
  track.dispatchEvent(new Event("configurationchange"));
  assert.deepEqual([media.blur.state.on, lost], [false, 1]);
  Object.assign(track.blur, camera([true])());
  track.dispatchEvent(new Event("configurationchange"));
  assert.deepEqual(media.blur.state, { on: true, possible: true, settable: false });
  assert.equal(lost, 1);
});

test("where no camera can blur there is no switch", async () => {
  const { media } = newPage();
  await started(media);
  assert.equal(media.blur.state.possible, false);
});

// --- refusals, and what the others are told --------------------------------------------------

// report: on | "Permission denied", whatever the reason was | each error of getUserMedia, with what the browser says
// of permissions, devices and the page around | the reason in words, and every one can be asked for again
test("each refusal has its own words", async (t) => {
  const because = (/** @type {string} */ name, message = "") => faultOf(new DOMException(message, name), "video");
  assert.equal(await because("NotReadableError"), "busy");
  assert.equal(await because("SecurityError"), "disabled");
  assert.equal(await because("NotFoundError", "The object can not be found here."), "system", "Firefox on macOS");
  assert.equal(await because("NotAllowedError", "Permission denied by system"), "system");
  assert.equal(await because("NotAllowedError", "Permission dismissed"), "dismissed");
  assert.equal(await because("NotAllowedError"), "system", "though the browser may");
  permission = "denied";
  assert.equal(await because("NotAllowedError"), "refused");
  devices.list = [MIC];
  assert.equal(await because("NotFoundError"), "missing");
  assert.equal(await because("NotFoundError", "The object can not be found here."), "missing", "there is none");
  assert.equal(await because("OverconstrainedError"), "missing");
  Object.assign(globalThis, { document: { featurePolicy: { allowsFeature: () => false } } });
  t.after(() => Reflect.deleteProperty(globalThis, "document"));
  assert.equal(await because("NotAllowedError"), "embedded");
  const faults = /** @type {(keyof typeof faultText)[]} */ (Object.keys(faultText));
  const said = new Set(faults.map((fault) => mediaFaultText(["video"], fault)));
  assert.equal(said.size, faults.length);
  for (const fault of faults) assert.match(switchText("video", fault), /Press to/);
});

// report: on | The browser asks three times for one call | the question for both is closed without an answer | it is
// not asked again before the next press
test("a question that was closed is not asked again by itself", async () => {
  const { media, faults } = newPage();
  permission = "prompt";
  devices.answer = async () => Promise.reject(new DOMException("Permission dismissed", "NotAllowedError"));
  await started(media);
  assert.deepEqual([devices.asked.length, faults], [1, ["video,audio dismissed"]]);
  permission = "denied"; // one is blocked for good: the other may be had
  const other = newPage();
  devices.answer = async (kinds) => {
    if (kinds.includes("video")) throw new DOMException("", "NotAllowedError");
  };
  await started(other.media);
  assert.deepEqual([devices.live(), other.faults], [["audio"], ["video refused"]]);
});

// report: on | The system mutes the microphone (a phone call, a key of the keyboard), and the others wait for words |
// the track is `muted` | they are told "muted", and told again when it is back; pressing it off and on opens it anew
test("a track that the system keeps silent is said to be muted", async () => {
  const { media } = newPage();
  await started(media);
  const screen = /** @type {any} */ ({ stream: null });
  const [track] = devices.opened.filter(({ kind }) => kind === "audio");
  assert.ok(track);
  let changes = 0;
  media.on("changed", () => changes++);
  track.setMuted(true);
  assert.deepEqual([ownMedia(media, screen)?.audio, media.isOn("audio"), changes], [false, true, 1]);
  track.setMuted(false);
  assert.deepEqual([ownMedia(media, screen)?.audio, changes], [true, 2]);
  media.toggle("audio");
  track.setMuted(true);
  track.setMuted(false);
  assert.equal(media.isOn("audio"), false, "the system turns nothing on");
  track.setMuted(true);
  media.toggle("audio");
  await settled();
  assert.deepEqual([media.isSent("audio"), track.readyState], [true, "ended"]);
});

// report: on | Who reloads sees a muted person as not muted | the other page is loaded anew, ours has nothing new to
// say | said again when the call with it is up
test("what is on is announced anew to a page that may not know it", () => {
  /** @type {unknown[]} */
  const sent = [];
  const connection = Object.assign(new Emitter(), { send: (/** @type {unknown} */ message) => sent.push(message) });
  const media = { audio: false, video: false, screen: false };
  const look = announcer(/** @type {any} */ (connection), () => ({ inCall: true, media }));
  look();
  look();
  assert.equal(sent.length, 1);
  look({ anew: true });
  assert.equal(sent.length, 2);
  look();
  assert.equal(sent.length, 2);
});

// --- shared screens --------------------------------------------------------------------------

/** @param {Record<string, boolean>} supported @param {unknown} outcome */
async function share(supported, outcome) {
  /** @type {any[]} */
  const asked = [];
  Object.assign(devices, {
    getSupportedConstraints: () => supported,
    getDisplayMedia: async (/** @type {unknown} */ options) => {
      asked.push(options);
      if (outcome instanceof Error) throw outcome;
      return outcome;
    },
  });
  const screen = new ScreenShare();
  /** @type {string[]} */
  const failed = [];
  screen.on("failed", (fault) => failed.push(fault));
  await screen.start();
  return { screen, failed, options: asked[0] };
}

/** @param {Record<string, unknown>} sound its settings */
function sharedScreen(sound) {
  const track = (/** @type {string} */ kind, /** @type {object} */ settings) =>
    Object.assign(new EventTarget(), { kind, readyState: "live", stop() {}, getSettings: () => settings });
  return new FakeStream(/** @type {any} */ ([track("video", { displaySurface: "monitor" }), track("audio", sound)]));
}

// report: on | Who talks hears themselves when somebody shares their whole screen with sound | sound of the system,
// with that of the call in it | the browser is asked to leave it out (`restrictOwnAudio`); where it cannot, it is said
test("the sound of a shared screen is without that of the call, or it is said", async () => {
  const able = await share({ restrictOwnAudio: true }, sharedScreen({ restrictOwnAudio: true }));
  assert.deepEqual([able.options.audio.restrictOwnAudio, able.options.selfBrowserSurface, able.options.systemAudio],
    [true, "exclude", "include"]);
  assert.equal(able.screen.echoes, false);
  const unable = await share({}, sharedScreen({}));
  assert.deepEqual([unable.options.audio.restrictOwnAudio, unable.options.audio.echoCancellation], [undefined, true]);
  assert.equal(unable.screen.echoes, true);
  unable.screen.stop();
  assert.equal(unable.screen.echoes, false);
});

// report: on | Sharing does nothing at all, without a word | the system or the page around this one forbids it | said;
// who changes their mind is told nothing
test("sharing that cannot begin says why, a change of mind is none", async (t) => {
  const refused = (/** @type {string} */ words) => new DOMException(words, "NotAllowedError");
  assert.deepEqual((await share({}, refused("Permission denied by system"))).failed, ["system"]);
  assert.deepEqual((await share({}, refused("Permission denied by user"))).failed, []);
  Object.assign(globalThis, { document: { featurePolicy: { allowsFeature: () => false } } });
  t.after(() => Reflect.deleteProperty(globalThis, "document"));
  assert.deepEqual((await share({}, refused("Permission denied"))).failed, ["embedded"]);
});
