import assert from "node:assert/strict";
import { test } from "node:test";

import { answerOf, gather, natOf, relayFaultOf } from "../../web/doctor/network.js";

/**
 * @param {RTCIceCandidateType} type
 * @param {string} address
 * @param {number} port
 * @param {string} [base] its socket, as a page is told that may use a camera
 * @param {number} [basePort]
 */
const udp = (type, address, port, base = "0.0.0.0", basePort = 0) =>
  ({ type, address, port, protocol: /** @type {const} */ ("udp"), relatedAddress: base, relatedPort: basePort });
const inner = udp("host", "192.168.1.5", 5000);
const hidden = udp("host", "a.local", 5000);
const open = udp("host", "203.0.113.7", 5000);
const open6 = udp("host", "2001:db8::7", 5001);
const outer = (/** @type {number} */ port) => udp("srflx", "203.0.113.7", port, "192.168.1.5", 5000);
const outerHidden = (/** @type {number} */ port) => udp("srflx", "203.0.113.7", port);

// report: reading | The self-test says of a dead STUN server that it answers | one that does not answer, and a computer
// with a public address | it does not answer: a host candidate is no answer of anybody
test("a server answers with a reflexive candidate, or by letting the browser be done", () => {
  const of = (/** @type {any[]} */ candidates, complete = true, /** @type {number[]} */ errors = [], reports = true) =>
    answerOf({ candidates, complete, errors }, reports);
  assert.equal(of([open], false), "silent", "gathering never ends");
  assert.equal(of([inner], false), "silent");
  assert.equal(of([inner], true, [701]), "silent");
  assert.equal(of([open, open6], true, [701, 701]), "silent");
  assert.equal(of([inner, outer(6000)], false), "answers", "another network of the computer may be silent");
  assert.equal(of([open]), "answers", "seen as it is: nothing is left to tell");
  assert.equal(of([open, open6], true, [701]), "answers", "the server has no IPv6 address");
  assert.equal(of([open], true, [], false), "unknown", "a browser that reports no errors");
  assert.equal(of([]), "unknown", "a browser that may use no UDP");
});

// report: reading | The self-test names another NAT when the camera was allowed | the same router, with and without the
// addresses of the computer, its VPN and its IPv6 | the same words
test("a router is judged the same with and without camera", () => {
  const vpn = udp("host", "10.8.0.2", 5002);
  const both = [
    ["kept", [outer(6000)], [outerHidden(6000)]],
    ["symmetric", [outer(6000), outer(6001)], [outerHidden(6000), outerHidden(6001)]],
  ];
  for (const [verdict, seen, seenHidden] of /** @type {[string, any[], any[]][]} */ (both)) {
    assert.equal(natOf([inner, vpn, open6, ...seen], 2), verdict);
    assert.equal(natOf([hidden, udp("host", "b.local", 5001), ...seenHidden], 2), verdict);
  }
  assert.equal(natOf([open], 2), natOf([hidden, udp("srflx", "203.0.113.7", 5000)], 2), "without NAT");
});

test("two networks of one computer are two sockets, not one that changes", () => {
  const radio = udp("srflx", "198.51.100.9", 7000, "192.168.9.5", 5009);
  assert.equal(natOf([inner, outer(6000), radio], 2), "kept");
  assert.equal(natOf([hidden, outerHidden(6000), udp("srflx", "2001:db8::7", 5001)], 2), "kept", "nor two families");
  assert.equal(natOf([{ ...outer(6001), protocol: "tcp" }, outer(6000)], 2), "kept");
});

// report: reading | The self-test blames the router though only one STUN server lives | two servers, one dead | what
// kind of NAT it is cannot be told
test("servers that do not answer tell nothing", () => {
  assert.equal(natOf([inner, outer(6000)], 1), "unknown");
  assert.equal(natOf([inner], 1), "unknown");
  assert.equal(natOf([inner], 0), "silent");
  assert.equal(natOf([open], 0), "silent");
});

// report: reading | The self-test blames the credentials of a TURN server that is full | STUN errors 401, 486, 701 |
// each has its own words
test("a TURN server that gives no relay is blamed for what it said alone", () => {
  assert.deepEqual([[401], [441], [486], [403], [701], [], [701, 401]].map(relayFaultOf),
    ["refused", "refused", "full", "full", "unreachable", "unreachable", "refused"]);
});

test("gathering says what came, what failed, and whether the browser was done", async () => {
  class FakeConnection {
    /** @type {any} */ onicecandidate;
    /** @type {any} */ onicecandidateerror;
    closed = false;
    createDataChannel() {}
    async setLocalDescription() {
      this.onicecandidateerror({ errorCode: 701 });
      this.onicecandidate({ candidate: { candidate: "candidate:1", type: "host" } });
      this.onicecandidate({ candidate: { candidate: "" } }); // of one section
      this.onicecandidate({ candidate: null });
    }
    close() {
      this.closed = true;
    }
  }
  Object.assign(globalThis, { RTCPeerConnection: FakeConnection });
  const { candidates, errors, complete } = await gather([]);
  assert.deepEqual([candidates.length, errors, complete], [1, [701], true]);
});

// report: reading | The self-test blames a proxy though the server is away | no WebSocket comes about: with and without
// an answer over HTTP, with a refusal, with a welcome and nothing after it | each is said in its own words
test("a server that lets nobody in is blamed for what was measured", async () => {
  Object.assign(globalThis, { location: new URL("https://host/doctor/") });
  const { whyNoServer } = await import("../../web/doctor/checks.js");
  const { text } = await import("../../web/text/doctor.js");
  /** @type {string[]} */
  const asked = [];
  let answer = async () => ({ ok: true });
  globalThis.fetch = /** @type {any} */ ((/** @type {URL} */ url) => {
    asked.push(url.href);
    return answer();
  });
  const why = (/** @type {object} */ facts) =>
    whyNoServer(/** @type {any} */ ({ closeCode: "", closeReason: "", putOff: "", features: [], ...facts }));
  assert.equal(await why({}), text.serverNoSocket);
  assert.match(asked[0] ?? "", /^https:\/\/host\/health\/live$/);
  answer = async () => ({ ok: false });
  assert.equal(await why({}), text.serverBad);
  answer = async () => Promise.reject(new TypeError("failed"));
  assert.equal(await why({}), text.serverBad);
  assert.equal(await why({ features: ["group_call"] }), text.serverSlow);
  assert.equal(await why({ closeCode: "unauthorized" }), text.serverAsks);
  assert.match(await why({ closeCode: "4104", closeReason: "make room" }), /make room/);
  assert.match(await why({ putOff: "server_full" }), /server_full/);
  assert.equal(asked.length, 3, "asked only where nothing is known");
});

// report: reading | "Calls will work from here with most networks", though nothing of the network was measured | no STUN
// server, or one of which the browser does not tell | the summary says that it could not be told
test("what was not measured is not promised", async () => {
  const { checkNat } = await import("../../web/doctor/checks.js");
  const { text } = await import("../../web/text/doctor.js");
  const silent = /** @type {const} */ ({ level: "bad", words: "" });
  const unknown = /** @type {const} */ ({ level: "fair", words: "" });
  const none = await checkNat([], []);
  const mixed = await checkNat(["stun:a", "stun:b"], [silent, unknown]);
  assert.deepEqual([none.words, mixed.words], [text.stunNone, text.natUnknown]);
  for (const outcome of [none, mixed]) assert.match(text.summary([outcome], false, true), /could not be told/);
  const dead = await checkNat(["stun:a", "stun:b"], [silent, silent]);
  assert.deepEqual([dead.level, dead.words], ["bad", text.natSilent]);
  assert.match(text.summary([mixed], true, true), /will work from here, also/);
});
