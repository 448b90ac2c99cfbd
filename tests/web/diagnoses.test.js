/** What the server is told of calls, and what it says of them. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Emitter } from "../../web/lib/emitter.js";
import { showDiagnoses } from "../../web/monitor/diagnosisnotices.js";
import { Diagnoses } from "../../web/monitor/diagnoses.js";
import { PRESENT_SAMPLES, presentOf } from "../../web/monitor/rating.js";
import { FEATURE, qualityOf, Reporter } from "../../web/monitor/reporter.js";
import { diagnosisText } from "../../web/text/diagnosis.js";

/** @import {Present} from "../../web/monitor/rating.js" */
/** @import {Sample} from "../../web/monitor/sample.js" */
/** @import {CallDiagnosis} from "../../web/types/messages.js" */

/** @type {Sample} */
const SAMPLE = {
  time: 0,
  interrupted: false,
  bitrateIn: 1e6,
  bitrateOut: 2e6,
  framesIn: 30,
  framesOut: 29,
  sizeIn: null,
  sizeOut: null,
  lossIn: -0.01,
  lossOut: 0.2,
  packetsIn: 100,
  jitter: null,
  roundTrip: 40,
  frozen: null,
  seconds: 1,
  codecIn: null,
  codecOut: null,
  limitation: "bandwidth",
  path: { local: "relay", remote: "srflx", protocol: "tcp" },
};

/** @param {Partial<Sample>[]} changes */
function present(...changes) {
  const found = presentOf(changes.map((change) => ({ ...SAMPLE, ...change })));
  assert.ok(found);
  return found;
}

test("a call in the words of the protocol", () => {
  assert.deepEqual(qualityOf(present({}), "poor"), {
    rating: "poor",
    path: { local: "relay", remote: "srflx", protocol: "tcp" },
    loss_in: 0,
    loss_out: 0.2,
    round_trip: 40,
    jitter: null,
    bitrate_in: 1e6,
    bitrate_out: 2e6,
    frame_rate_in: 30,
    frame_rate_out: 29,
    limitation: "bandwidth",
  });
  assert.equal(qualityOf(present({}, { limitation: "cpu" }), "fair").limitation, "none", "for a moment only");
  assert.equal(qualityOf(present({ path: { local: "host", remote: "odd", protocol: "udp" } }), "good").path, null);
});

/** One call whose state the test sets. */
class Measured extends Emitter {
  samples = 0;
  live = true;
  peers = ["bob"];
  /** @type {{present: Present, rating: {level: "good" | "poor", reason: null}}} */
  state = { present: present({}), rating: { level: "good", reason: null } };
  isLive = () => this.live;
  samplesOf = () => Array(this.samples);
  stateOf = () => this.state;

  /** @param {number} time @param {"good" | "poor"} level */
  sample(time, level) {
    this.samples += 1;
    this.state = { present: present({ time }), rating: { level, reason: null } };
    this.emit("sampled", null);
  }
}

test("it is told every ten seconds, and at once when the rating changes", () => {
  const measured = new Measured();
  /** @type {any[]} */
  const sent = [];
  const connection = { features: [FEATURE], send: (/** @type {any} */ message) => sent.push(message) };
  let connected = true;
  new Reporter(/** @type {any} */ (measured), connection, () => connected);
  const told = () => sent.splice(0).map(({ quality }) => quality.rating);
  for (let second = 1; second < PRESENT_SAMPLES; second++) measured.sample(second * 1_000, "poor");
  assert.deepEqual(told(), [], "it has only just begun");
  for (let second = 5; second < 26; second++) measured.sample(second * 1_000, "good");
  assert.deepEqual(told(), ["good", "good", "good"]);
  measured.sample(26_000, "poor");
  measured.sample(27_000, "poor");
  assert.deepEqual(told(), ["poor"]);
  connected = false;
  measured.sample(40_000, "poor");
  assert.deepEqual(told(), []);
  connected = true;
  measured.sample(41_000, "poor");
  assert.deepEqual(told(), ["poor"], "it is up again");
  connection.features = [];
  measured.sample(60_000, "good");
  assert.deepEqual(told(), [], "this server does not ask");
});

/** Calls by peer, whose states the test sets. */
class Calls extends Emitter {
  /** @type {Record<string, string>} */
  states = {};
  callState = (/** @type {string} */ peerId) => this.states[peerId] ?? "idle";

  /** @param {string} peerId @param {string} state */
  become(peerId, state) {
    this.states[peerId] = state;
    this.emit("state", { peerId, state });
  }
}

/** @param {CallDiagnosis["cause"]} cause @returns {CallDiagnosis} */
const said = (cause) => ({ type: "call_diagnosis", from_peer_id: "bob", cause, whose: "you" });

test("a finding holds as long as the call is what it was said of", () => {
  const calls = new Calls();
  const diagnoses = new Diagnoses(/** @type {any} */ (calls));
  const now = () => diagnoses.of("bob")?.cause ?? null;
  calls.become("bob", "connecting");
  diagnoses.receive(said("loss"));
  assert.equal(now(), null, "nobody hears anything yet");
  diagnoses.receive(said("udp_blocked"));
  assert.equal(now(), "udp_blocked");
  calls.become("bob", "connected");
  assert.equal(now(), null, "it came about after all");
  diagnoses.receive(said("udp_blocked"));
  assert.equal(now(), null);
  diagnoses.receive(said("loss"));
  calls.become("bob", "reconnecting");
  diagnoses.receive(said("far"));
  calls.become("bob", "connected");
  assert.equal(now(), "far");
  diagnoses.receive(said("well"));
  assert.equal(now(), null);
  diagnoses.receive(said("loss"));
  calls.become("bob", "ended");
  assert.equal(now(), null);
  diagnoses.receive(said("no_direct_way"));
  assert.equal(now(), "no_direct_way", "why it has failed stays");
});

test("calls that suffer from the same are told of together", () => {
  const calls = new Calls();
  const diagnoses = new Diagnoses(/** @type {any} */ (calls));
  /** @type {Map<string, string>} */
  const shown = new Map();
  const notices = {
    show: (/** @type {string} */ words, { key = "" } = {}) => void shown.set(key, words),
    hide: (/** @type {string} */ key) => void shown.delete(key),
  };
  showDiagnoses(diagnoses, notices, (peerId) => peerId.toUpperCase());
  for (const peer of ["bob", "cem", "dan"]) {
    calls.become(peer, "connected");
    diagnoses.receive({ ...said("loss"), from_peer_id: peer, whose: peer === "dan" ? "them" : "you" });
  }
  const beginnings = () => [...shown.values()].map((words) => words.split(".")[0]);
  assert.deepEqual(beginnings(), ["The calls with BOB and CEM are poor", "The call with DAN is poor"]);
  calls.become("bob", "ended");
  assert.deepEqual(beginnings(), ["The call with CEM is poor", "The call with DAN is poor"]);
  calls.become("cem", "ended");
  assert.deepEqual(beginnings(), ["The call with DAN is poor"]);
});

test("a finding in words", () => {
  assert.match(diagnosisText({ cause: "loss", whose: "them" }, ["Bob"]), /^The call with Bob is poor\. .*the side of Bob\. A cable/);
  assert.match(diagnosisText({ cause: "no_servers", whose: "network" }, ["Bob"]), /^The call with Bob does not come about\. /);
});
