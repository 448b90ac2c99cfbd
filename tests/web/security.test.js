// The code of a call: the same at both ends, another one as soon as anybody comes in between.

import assert from "node:assert/strict";
import { test } from "node:test";

import { agreedOn, codeOf, fingerprintsOf } from "../../web/security/code.js";
import { PICTURES } from "../../web/security/pictures.js";

const ADA = "a=fingerprint:sha-256 AA:01";
const BOB = "a=fingerprint:sha-256 bb:02";
const MALLORY = "a=fingerprint:sha-256 CC:03";

/** @param {...string} lines */
const described = (...lines) => ({ type: /** @type {const} */ ("offer"), sdp: ["v=0", ...lines, ""].join("\r\n") });

/**
 * @param {string[]} own
 * @param {string[]} other
 */
const end = (own, other) =>
  /** @type {Parameters<typeof agreedOn>[0]} */ ({
    currentLocalDescription: described(...own),
    currentRemoteDescription: described(...other),
  });

test("both ends agree on the same, whoever has offered", () => {
  const agreed = agreedOn(end([ADA, ADA], [BOB]));
  assert.equal(agreed, agreedOn(end([BOB], [ADA])));
  assert.equal(agreed, "sha-256 aa:01\nsha-256 bb:02");
});

test("nothing is agreed on before both descriptions are there", () => {
  assert.equal(agreedOn({ currentLocalDescription: null, currentRemoteDescription: null }), "");
  assert.equal(agreedOn(end([ADA], [])), "");
});

test("who puts another certificate in the place of one, or beside it, is seen (ATK17)", () => {
  const honest = agreedOn(end([ADA], [BOB]));
  assert.notEqual(agreedOn(end([ADA], [MALLORY])), honest);
  assert.notEqual(agreedOn(end([ADA], [BOB, MALLORY])), honest);
  assert.notEqual(agreedOn(end([ADA], [MALLORY])), agreedOn(end([BOB], [MALLORY])));
});

test("all fingerprints of a description count, each once, in any order (ATK17)", () => {
  const both = fingerprintsOf(described(MALLORY, BOB, BOB).sdp);
  assert.equal(both, fingerprintsOf(described(BOB, MALLORY).sdp));
  assert.equal(both.split(",").length, 2);
  assert.equal(fingerprintsOf(undefined), "");
});

test("the code is ten pictures, always the same ones", async () => {
  const code = await codeOf(agreedOn(end([ADA], [BOB])));
  assert.equal(code.length, 10);
  assert.ok(code.every((one) => PICTURES.includes(one)));
  assert.deepEqual(code, await codeOf(agreedOn(end([BOB], [ADA]))));
  assert.notDeepEqual(code, await codeOf(agreedOn(end([ADA], [MALLORY]))));
});

test("the pictures and their names are all different", () => {
  assert.equal(PICTURES.length, 64);
  assert.equal(new Set(PICTURES.map(([picture]) => picture)).size, 64);
  assert.equal(new Set(PICTURES.map(([, word]) => word)).size, 64);
});
