/** SIG11: what a peer wishes to see is sent, however often a sender refuses. */

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { Fitting } from "../../web/calls/fitting.js";
import { Emitter } from "../../web/lib/emitter.js";
import { Scaling } from "../../web/media/scaling.js";
import { Speaking } from "../../web/media/speaking.js";

const HIGH = { height: 720, framerate: 30, maxBitrate: 2_500_000 };

/** A sender as a browser has it; while `refusals` are left it takes no parameters. */
class Sender {
  refusals = 0;
  /** @type {Record<string, unknown>} */
  encoding = { active: true };
  track = { getSettings: () => ({ height: 720 }) };

  getParameters() {
    return { encodings: [{ ...this.encoding }] };
  }

  /** @param {{encodings: Record<string, unknown>[]}} parameters */
  async setParameters({ encodings }) {
    if (this.refusals-- > 0) throw new DOMException("", "InvalidModificationError");
    this.encoding = encodings[0] ?? {};
  }
}

/** Let all that waits for promises, and for timers of this length, happen. @param {number} ms */
async function pass(ms) {
  for (let step = 0; step < 20; step++) await Promise.resolve();
  mock.timers.tick(ms);
  for (let step = 0; step < 20; step++) await Promise.resolve();
}

/** @returns {{fitting: Fitting, camera: Sender, screen: Sender}} */
function make() {
  const camera = new Sender();
  const screen = new Sender();
  const senders = /** @type {any} */ ({ camera, screen });
  return { fitting: new Fitting(() => senders), camera, screen };
}

test.beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
test.afterEach(() => mock.timers.reset());

test("a screen that comes in sight while offers cross is sent in the end", async () => {
  const { fitting, screen } = make();
  fitting.setView({ camera: 0, screen: 0 });
  await pass(0);
  assert.equal(screen.encoding.active, false);
  screen.refusals = 3; // its parameters change under its hands
  fitting.setView({ camera: 0, screen: 720 });
  await pass(0);
  assert.equal(screen.encoding.active, false);
  for (const ms of [100, 200, 400]) await pass(ms);
  assert.equal(screen.encoding.active, true);
});

test("what the camera refuses does not hold up the screen", async () => {
  const { fitting, camera, screen } = make();
  camera.refusals = 2;
  fitting.setQuality(HIGH);
  fitting.setView({ camera: 180, screen: 360 });
  await pass(0);
  assert.equal(screen.encoding.scaleResolutionDownBy, 2);
  for (const ms of [100, 200]) await pass(ms);
  assert.equal(camera.encoding.scaleResolutionDownBy, 4);
});

test("the first pictures are small, until the peer says how large it shows them", async () => {
  const { fitting, camera, screen } = make();
  fitting.setQuality(HIGH);
  await pass(0);
  assert.equal(camera.encoding.scaleResolutionDownBy, 2);
  assert.equal(screen.encoding.scaleResolutionDownBy, 1, "writing has to be read");
  fitting.connected();
  fitting.setView({ camera: 720, screen: 0 });
  await pass(0);
  assert.equal(camera.encoding.scaleResolutionDownBy, 1);
  fitting.setView({ camera: 180, screen: 0 });
  await pass(10_000);
  assert.equal(camera.encoding.scaleResolutionDownBy, 4, "nothing is waited for any more");
});

test("a client that never says how large it shows them is sent all after a while", async () => {
  const { fitting, camera } = make();
  fitting.setQuality(HIGH);
  fitting.connected();
  await pass(2_000);
  fitting.connected(); // again, after a gap
  await pass(2_999);
  assert.equal(camera.encoding.scaleResolutionDownBy, 2);
  await pass(1);
  assert.equal(camera.encoding.scaleResolutionDownBy, 1);
});

test("a call that is over is asked no more", async () => {
  const { fitting, screen } = make();
  screen.refusals = 1;
  fitting.setView({ camera: 0, screen: 0 });
  await pass(0);
  fitting.close();
  await pass(10_000);
  assert.equal(screen.encoding.active, true);
});

test("a sender is looked into once for many changes, and not where nothing would change", async () => {
  const { fitting, camera } = make();
  let looks = 0;
  const { getParameters } = camera;
  camera.getParameters = () => {
    looks += 1;
    return getParameters.call(camera);
  };
  fitting.setQuality(HIGH);
  fitting.setView({ camera: 360, screen: 0 });
  fitting.fit();
  await pass(0);
  assert.equal(looks, 1);
  assert.equal(camera.encoding.scaleResolutionDownBy, 2);
  fitting.connected();
  fitting.fit();
  await pass(0);
  assert.equal(looks, 1);
  fitting.setView({ camera: 180, screen: 0 });
  await pass(0);
  assert.deepEqual([looks, camera.encoding.scaleResolutionDownBy], [2, 4]);
});

test("a camera that is on has another size only when whoever joins is connected", async () => {
  /** @type {number[]} */
  const heights = [];
  const track = /** @type {any} */ ({
    readyState: "live",
    getSettings: () => ({}),
    applyConstraints: async (/** @type {any} */ { height }) => void heights.push(height.ideal),
  });
  const scaling = new Scaling(() => {});
  scaling.set(HIGH, track);
  assert.deepEqual(heights, [720], "the first at once");
  scaling.set({ ...HIGH, height: 360 }, track);
  scaling.set({ ...HIGH, height: 180 }, track);
  await pass(1_999);
  assert.deepEqual(heights, [720]);
  await pass(1);
  assert.deepEqual(heights, [720, 180], "and then once");
  scaling.set(HIGH, track);
  scaling.reset();
  await pass(5_000);
  assert.deepEqual(heights, [720, 180], "the calls are over");
  scaling.set({ ...HIGH, height: 360 }, null);
  scaling.apply(track);
  assert.deepEqual(heights, [720, 180, 360], "one that comes later has it from the beginning");
});

test("listening to the others takes a bounded share of the time, however slow the browser answers", () => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setInterval"] });
  let now = 0;
  let looks = 0;
  mock.method(performance, "now", () => now);
  const receiver = {
    track: { kind: "audio" },
    getSynchronizationSources() {
      looks += 1;
      now += 20;
      return [{ audioLevel: 0.5 }];
    },
  };
  const pc = { connectionState: "connected", getReceivers: () => [receiver] };
  const signaling = { peerId: "me", peerConnections: new Map([["ada", pc]]), hears: () => true };
  const media = Object.assign(new Emitter(), { stream: {}, track: () => null });
  const speaking = new Speaking(/** @type {any} */ (signaling), /** @type {any} */ (media));
  media.emit(/** @type {never} */ ("changed"), /** @type {never} */ (null));
  for (let tick = 0; tick < 20; tick++) {
    now += 100;
    mock.timers.tick(100);
    assert.ok(speaking.has("ada"), "and who speaks all the while is seen to");
  }
  assert.ok(looks >= 4 && looks <= 6, `${looks} looks in 2 s`);
  mock.restoreAll();
});
