import assert from "node:assert/strict";
import { test } from "node:test";

import { encodingFor, sendingQuality } from "../../web/calls/quality.js";
import { stepFor, ReportedSizes } from "../../web/media/viewsizes.js";

test("heights are told in steps", () => {
  assert.deepEqual([0, 0.4, 1, 90, 91, 500, 9000].map(stepFor), [0, 0, 90, 90, 180, 540, 2160]);
});

test("larger is told at once, smaller when it stays so", () => {
  const told = new ReportedSizes();
  const at = (/** @type {number} */ camera, /** @type {number} */ now) =>
    told.look({ camera, screen: 0 }, now)?.camera ?? null;
  assert.equal(at(360, 0), 360);
  assert.equal(at(360, 500), null);
  assert.equal(at(720, 1000), 720);
  assert.equal(at(90, 1500), null);
  assert.equal(at(720, 2000), null);
  assert.equal(at(90, 2500), null);
  assert.equal(at(0, 3500), null);
  assert.equal(at(0, 4100), 0);
  assert.equal(at(90, 4200), 90);
});

test("what one stream gains is told at once, whatever the other loses", () => {
  const told = new ReportedSizes();
  told.look({ camera: 360, screen: 0 }, 0);
  assert.deepEqual(told.look({ camera: 0, screen: 720 }, 10), { camera: 0, screen: 720 });
});

test("no more is sent than is seen", () => {
  assert.deepEqual(encodingFor(720, 2_000_000, Infinity), {
    active: true,
    scaleResolutionDownBy: 1,
    maxBitrate: 2_000_000,
  });
  assert.deepEqual(encodingFor(720, 2_000_000, 180), {
    active: true,
    scaleResolutionDownBy: 4,
    maxBitrate: 250_000,
  });
  assert.equal(encodingFor(360, 600_000, 720).scaleResolutionDownBy, 1);
  assert.equal(encodingFor(720, 2_000_000, 0).active, false);
  assert.equal(encodingFor(1080, 200_000, 90).maxBitrate, 60_000);
});

test("a preset stands whatever the number of calls", () => {
  assert.equal(sendingQuality(9, "high").height, 720);
  assert.equal(sendingQuality(1, "low").height, 180);
  assert.ok(sendingQuality(9).height < sendingQuality(1).height);
});
