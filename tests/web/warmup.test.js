/** A connection that is made before its call: one, for a short time, for the servers that the call has. */

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { SpareConnection } from "../../web/calls/spareconnection.js";
import { warmUpCalls } from "../../web/calls/warmup.js";

const ICE = { iceServers: [{ urls: "stun:example.org" }] };

/** @type {{ice: RTCConfiguration, closed: boolean, close: () => void}[]} */
let made = [];
const make = (/** @type {RTCConfiguration} */ ice) => {
  const pc = { ice, closed: false, close: () => void (pc.closed = true) };
  made.push(pc);
  return /** @type {any} */ (pc);
};
const isClosed = () => made.map(({ closed }) => closed);

test.beforeEach(() => {
  made = [];
  mock.timers.enable({ apis: ["setTimeout"] });
  Object.assign(globalThis, { document: { visibilityState: "visible" } });
});
test.afterEach(() => mock.timers.reset());

test("the call takes the one that was prepared, and only once", () => {
  const spare = new SpareConnection(make);
  assert.equal(spare.take(ICE), null);
  spare.prepare(ICE);
  spare.prepare(ICE);
  assert.deepEqual(made.map(({ ice }) => ice), [{ ...ICE, iceCandidatePoolSize: 1 }]);
  assert.equal(spare.take({ ...ICE }), made[0]);
  assert.equal(spare.take(ICE), null);
  mock.timers.tick(60_000);
  assert.deepEqual(isClosed(), [false], "it is the call's now");
});

test("one for other servers is of no use to the call, and makes room", () => {
  const spare = new SpareConnection(make);
  spare.prepare(ICE);
  assert.equal(spare.take({ ...ICE, iceTransportPolicy: "relay" }), null);
  spare.prepare({ ...ICE, iceTransportPolicy: "relay" });
  assert.deepEqual(isClosed(), [true, false]);
});

test("without a call it is closed after a while, and none is made where nobody looks", () => {
  const spare = new SpareConnection(make);
  spare.prepare(ICE);
  mock.timers.tick(29_999);
  assert.deepEqual(isClosed(), [false]);
  mock.timers.tick(1);
  assert.deepEqual(isClosed(), [true]);
  assert.equal(spare.take(ICE), null);
  Object.assign(document, { visibilityState: "hidden" });
  spare.prepare(ICE);
  assert.equal(made.length, 1);
});

test("it is prepared for who points at or focuses a button that calls, until the page is hidden", () => {
  /** @type {Record<string, (event: any) => void>} */
  const listeners = {};
  class FakeElement {
    /** @param {string} action */
    constructor(action) {
      this.closest = (/** @type {string} */ selector) => (selector.includes(`[data-action=${action}]`) ? this : null);
    }
  }
  const document = { visibilityState: "visible", addEventListener: (/** @type {string} */ name, /** @type {any} */ listener) => (listeners[name] = listener) };
  Object.assign(globalThis, { Element: FakeElement, document });
  /** @type {string[]} */
  const calls = [];
  warmUpCalls({ expectCall: () => calls.push("expect"), expectNoCall: () => calls.push("no") });
  for (const action of ["mute", "call", "group", "accept"]) listeners["pointerover"]?.({ target: new FakeElement(action) });
  listeners["focusin"]?.({ target: new FakeElement("call") });
  listeners["visibilitychange"]?.({});
  document.visibilityState = "hidden";
  listeners["visibilitychange"]?.({});
  assert.deepEqual(calls, ["expect", "expect", "expect", "no"]);
});
