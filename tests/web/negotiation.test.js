/** Perfect negotiation between two connections: glare, order on the way, restarts. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { FakeTrack } from "./fakes/media.js";
import { FakePeerConnection, installRtc, rtcIdle } from "./fakes/rtc.js";

installRtc();
const { Negotiation } = await import("../../web/calls/negotiation.js");

/** @typedef {{description?: any, candidate?: any, offerId?: string}} Signal */

class End {
  pc = new FakePeerConnection();
  /** What it has sent and nobody has received yet. @type {Signal[]} */
  sent = [];

  /** @param {boolean} polite */
  constructor(polite) {
    this.negotiation = new Negotiation(/** @type {any} */ (this.pc), polite, (signal) => this.sent.push(signal));
  }

  /** @param {string} kind */
  addMedium(kind) {
    this.pc.addTrack(new FakeTrack(kind));
  }

  /** @param {Signal} signal */
  receive({ description, candidate, offerId }) {
    return description
      ? this.negotiation.handleDescription(description, offerId)
      : this.negotiation.handleCandidate(candidate);
  }

  /** @param {string} type */
  takeSent(type) {
    const index = this.sent.findIndex(({ description }) => description?.type === type);
    const [signal] = this.sent.splice(index, 1);
    assert.ok(index >= 0 && signal, `no ${type} was sent`);
    return signal;
  }
}

/** @param {End[]} ends deliver everything, in order, until nothing is left to be said */
async function settle(...ends) {
  const [one, other] = /** @type {[End, End]} */ (ends);
  do {
    for (const signal of one.sent.splice(0)) void other.receive(signal);
    for (const signal of other.sent.splice(0)) void one.receive(signal);
    await rtcIdle();
  } while (one.sent.length + other.sent.length > 0);
}

/** @param {End[]} ends */
function assertConnects(...ends) {
  FakePeerConnection.connectAll();
  for (const { pc } of ends) {
    assert.equal(pc.signalingState, "stable");
    assert.equal(pc.connectionState, "connected");
  }
}

const pair = () => /** @type {[End, End]} */ ([new End(true), new End(false)]);

test.beforeEach(() => {
  FakePeerConnection.made = [];
});

test("one side offers, the other answers", async () => {
  const [polite, impolite] = pair();
  impolite.addMedium("audio");
  impolite.addMedium("video");
  await rtcIdle();
  const [offer] = impolite.sent;
  assert.equal(offer?.description.type, "offer");
  assert.ok(offer.offerId, "an offer has a name");
  await settle(polite, impolite);
  assertConnects(polite, impolite);
  assert.deepEqual(polite.pc.agreed, ["audio recvonly", "video recvonly"]);
});

test("an answer names the offer it answers", async () => {
  const [polite, impolite] = pair();
  impolite.addMedium("audio");
  await rtcIdle();
  const offer = impolite.takeSent("offer");
  await polite.receive(offer);
  assert.equal(polite.takeSent("answer").offerId, offer.offerId);
});

test("when offers cross, the impolite side's stands and both sides' media are agreed on", async () => {
  const [polite, impolite] = pair();
  for (const end of [polite, impolite]) end.addMedium("audio");
  await rtcIdle();
  assert.equal(polite.pc.signalingState, "have-local-offer");
  assert.equal(impolite.pc.signalingState, "have-local-offer");
  assert.equal(polite.negotiation.offerNow, "rolls back the first");
  assert.equal(impolite.negotiation.offerNow, "ignored");
  assert.equal(await impolite.receive(polite.takeSent("offer")), false);
  assert.equal(impolite.pc.signalingState, "have-local-offer", "it ignores the other's");
  await settle(polite, impolite);
  assertConnects(polite, impolite);
  assert.deepEqual(polite.pc.agreed, ["audio sendrecv"]);
  assert.deepEqual(impolite.pc.agreed, ["audio sendrecv"]);
});

test("when later offers cross, what the polite side wanted is offered again by itself", async () => {
  const [polite, impolite] = pair();
  impolite.addMedium("audio");
  await rtcIdle();
  await settle(polite, impolite);
  polite.pc.addTransceiver("video", { direction: "sendonly" });
  impolite.pc.addTransceiver("video", { direction: "sendonly" });
  await rtcIdle();
  assert.equal(polite.negotiation.offerNow, "rolls back");
  await settle(polite, impolite);
  assertConnects(polite, impolite);
  assert.deepEqual(impolite.pc.agreed, ["audio sendonly", "video sendonly", "video recvonly"]);
});

test("candidates that come before the description wait for it", async () => {
  const [polite, impolite] = pair();
  impolite.addMedium("audio");
  await rtcIdle();
  const offer = impolite.takeSent("offer");
  const candidates = impolite.sent.splice(0);
  assert.equal(candidates.length, 2, "one, and the end of them");
  for (const candidate of candidates) await polite.receive(candidate);
  assert.deepEqual(polite.pc.candidates, []);
  await polite.receive(offer);
  await rtcIdle();
  assert.equal(polite.pc.candidates.length, 2);
  await settle(polite, impolite);
  assertConnects(polite, impolite);
});

test("candidates that wait are bounded", async () => {
  const [polite, impolite] = pair();
  impolite.addMedium("audio");
  await rtcIdle();
  const offer = impolite.takeSent("offer");
  const [{ candidate } = { candidate: null }] = impolite.sent.splice(0);
  for (let count = 0; count < 1_000; count++) await polite.receive({ candidate });
  await polite.receive(offer);
  await rtcIdle();
  assert.equal(polite.pc.candidates.length, 128);
});

test("candidates of an offer that was ignored are dropped", async () => {
  const [polite, impolite] = pair();
  for (const end of [polite, impolite]) end.addMedium("audio");
  await rtcIdle();
  await impolite.receive(polite.takeSent("offer"));
  for (const signal of polite.sent.splice(0)) await impolite.receive(signal);
  assert.deepEqual(impolite.pc.candidates, []);
});

test("candidates of an earlier generation are dropped", async () => {
  const [polite, impolite] = pair();
  impolite.addMedium("audio");
  await rtcIdle();
  const late = impolite.sent.filter(({ candidate }) => candidate?.candidate);
  await settle(polite, impolite);
  impolite.pc.restartIce();
  await rtcIdle();
  await settle(polite, impolite);
  const { length } = polite.pc.candidates;
  for (const signal of late) await polite.receive(signal);
  assert.equal(polite.pc.candidates.length, length);
  await polite.receive({ candidate: { candidate: "candidate:any", sdpMid: "0" } });
  assert.equal(polite.pc.candidates.length, length + 1, "one that says no generation is believed");
});

test("a restart makes both sides find a path anew", async () => {
  const [polite, impolite] = pair();
  impolite.addMedium("audio");
  await rtcIdle();
  await settle(polite, impolite);
  assertConnects(polite, impolite);
  for (const { pc } of [polite, impolite]) pc.become("failed");
  polite.pc.restartIce();
  await rtcIdle();
  await settle(polite, impolite);
  assertConnects(polite, impolite);
  const fragments = polite.pc.candidates.map(({ usernameFragment }) => usernameFragment);
  assert.equal(new Set(fragments).size, 2);
});

test("the end of the candidates is sent once for each generation", async () => {
  const [polite, impolite] = pair();
  impolite.addMedium("audio");
  await rtcIdle();
  impolite.pc.onicecandidate?.({ candidate: { candidate: "", usernameFragment: "x" } });
  impolite.pc.onicecandidate?.({ candidate: null });
  const ends = impolite.sent.filter(({ candidate }) => candidate?.candidate === "");
  assert.equal(ends.length, 1);
  await settle(polite, impolite);
});

test("the answer to an offer that was replaced is ignored", async () => {
  const [polite, impolite] = pair();
  impolite.addMedium("audio");
  await rtcIdle();
  await polite.receive(impolite.takeSent("offer"));
  const late = polite.takeSent("answer");
  await impolite.negotiation.offerAgain();
  assert.equal(await impolite.receive(late), false);
  assert.equal(impolite.pc.signalingState, "have-local-offer");
  await settle(polite, impolite);
  assertConnects(polite, impolite);
});

test("of two offers in a row the later one is answered", async () => {
  const [polite, impolite] = pair();
  impolite.addMedium("audio");
  await rtcIdle();
  await impolite.negotiation.offerAgain();
  await rtcIdle();
  const offers = impolite.sent.splice(0).filter(({ description }) => description);
  assert.equal(offers.length, 2);
  const taken = await Promise.all(offers.map((offer) => polite.receive(offer)));
  assert.deepEqual(taken, [false, true]);
  const answers = polite.sent.filter(({ description }) => description);
  assert.deepEqual(answers.map(({ description }) => description.type), ["answer"]);
  assert.equal(answers[0]?.offerId, offers[1]?.offerId);
});

test("two offers right behind an answer: the later one is answered, none is taken for a collision", async () => {
  const [polite, impolite] = pair();
  impolite.addMedium("audio");
  await rtcIdle();
  await polite.receive(impolite.takeSent("offer"));
  const answer = polite.takeSent("answer");
  polite.pc.restartIce();
  await rtcIdle();
  await polite.negotiation.offerAgain();
  await rtcIdle();
  const offers = polite.sent.splice(0).filter(({ description }) => description);
  assert.equal(offers.length, 2);
  const taken = await Promise.all([answer, ...offers].map((one) => impolite.receive(one)));
  assert.deepEqual(taken, [true, false, true]);
  assert.deepEqual(impolite.sent.flatMap(({ description, offerId }) => (description ? [offerId] : [])), [offers[1]?.offerId]);
});

test("an offer is not made again while that of the other side is being answered", async () => {
  const [polite, impolite] = pair();
  impolite.addMedium("audio");
  await rtcIdle();
  const answered = polite.receive(impolite.takeSent("offer"));
  await polite.negotiation.offerAgain();
  assert.equal(await answered, true);
  assert.deepEqual(polite.sent.map(({ description }) => description?.type).filter(Boolean), ["answer"]);
  await settle(polite, impolite);
  assertConnects(polite, impolite);
});

test("an answer that nobody awaits is ignored, and one without a name is believed", async () => {
  const [polite, impolite] = pair();
  const answer = { type: "answer", sdp: "v=0\n" };
  assert.equal(await impolite.receive({ description: answer }), false);
  impolite.addMedium("audio");
  await rtcIdle();
  await polite.receive(impolite.takeSent("offer"));
  assert.equal(await impolite.receive({ description: polite.takeSent("answer").description }), true);
});

test("an offer that comes while an answer is being set is no collision", async () => {
  const [polite, impolite] = pair();
  impolite.addMedium("audio");
  await rtcIdle();
  await polite.receive(impolite.takeSent("offer"));
  polite.pc.addTransceiver("video", { direction: "sendonly" });
  await rtcIdle();
  const answer = polite.takeSent("answer");
  const offer = polite.takeSent("offer");
  const taken = await Promise.all([impolite.receive(answer), impolite.receive(offer)]);
  assert.deepEqual(taken, [true, true]);
  await settle(polite, impolite);
  assertConnects(polite, impolite);
});

test("a description that is none is refused, and the next one is taken", async () => {
  const [polite, impolite] = pair();
  impolite.addMedium("audio");
  await rtcIdle();
  polite.pc.setRemoteDescription = async () => {
    throw new DOMException("", "OperationError");
  };
  assert.equal(await polite.receive({ description: { type: "offer", sdp: "nonsense" } }), false);
  delete (/** @type {any} */ (polite.pc).setRemoteDescription);
  await settle(polite, impolite);
  assertConnects(polite, impolite);
});

test("after it is closed nothing is sent", async () => {
  const [, impolite] = pair();
  impolite.negotiation.close();
  impolite.addMedium("audio");
  await rtcIdle();
  assert.deepEqual(impolite.sent, []);
});
