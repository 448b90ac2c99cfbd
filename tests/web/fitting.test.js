/** SIG11: what a peer wishes to see is sent, however often a sender refuses. */

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { Fitting } from "../../web/calls/fitting.js";

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
