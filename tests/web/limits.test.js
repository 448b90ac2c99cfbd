/** What is refused before it is sent, and texts as the server takes them: run by `node --test tests/web/`. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { SendQueue } from "../../web/connection/sendqueue.js";
import { faultOf, longest } from "../../web/scene/limits.js";
import { EditQueue } from "../../web/scene/editqueue.js";
import { FRAME_BYTES, MOST_DEPTH, PASSING, UNREAD } from "../../web/types/limits.js";
import { bytesOf, encoded, firstOf, lengthOf, sendable, wellFormed } from "../../web/lib/unicode.js";

const SMILE = "\u{1F600}";
const add = (/** @type {any} */ kind, transform = {}) => /** @type {any} */ ({ op: "add", element: { id: "a", kind, transform } });
const words = (/** @type {string} */ content) => ({ type: "Text", content });
const code = (/** @type {any} */ operation, /** @type {any} */ element = undefined) => faultOf(operation, element)?.code ?? null;

/** @param {number} depth */
const nested = (depth) => Array.from({ length: depth - 1 }).reduce((inner) => [inner], /** @type {unknown} */ ([]));

test("texts are cut and counted by code points, and can be written as UTF-8 (EDT2)", () => {
  assert.equal(firstOf(`ab${SMILE}c`, 3), `ab${SMILE}`);
  assert.equal(firstOf("abc", 3), "abc");
  assert.equal(firstOf(`${"x".repeat(199)}${SMILE}.png`, 200), "x".repeat(199) + SMILE);
  assert.equal(lengthOf(`a${SMILE}\ud83d`), 3);
  assert.equal(wellFormed(`\ude00${SMILE}\ud83d`), `\ufffd${SMILE}\ufffd`);
  assert.equal(bytesOf(SMILE), 4);
  const fine = { a: [SMILE, "\\ud83d"], b: 1 };
  assert.equal(encoded(fine), JSON.stringify(fine));
  assert.deepEqual(sendable(fine), fine);
  assert.deepEqual(JSON.parse(encoded({ "\ud83d": ["\ude00", null] })), { "\ufffd": ["\ufffd", null] });
});

test("what is larger than a message is not sent (EDT3)", () => {
  assert.equal(code(add({ type: "Chart", chart_type: "bar", data: "x".repeat(FRAME_BYTES) })), "too_large");
  assert.equal(code(add({ type: "Chart", chart_type: "bar", data: SMILE.repeat(FRAME_BYTES / 4) })), "too_large", "bytes count");
  assert.equal(code(add({ type: "Chart", chart_type: "bar", data: "x".repeat(FRAME_BYTES - 1000) })), null);
  const queue = new SendQueue();
  assert.throws(() => queue.push(/** @type {any} */ ({ type: "offer", sdp: "x".repeat(FRAME_BYTES) })), RangeError);
});

test("what an element cannot be is not sent (EDT3)", () => {
  const most = longest("Text", "content");
  assert.ok(most > 1000);
  assert.equal(code(add(words(SMILE.repeat(most)))), null);
  assert.equal(code(add(words("x".repeat(most + 1)))), "not_allowed");
  assert.equal(code(add({ type: "Image", src: "javascript:x" })), "not_allowed");
  assert.equal(code(add({ type: "Nothing" })), "not_allowed");
  assert.equal(code(add({ type: "Model3D", src: "https://x/y", rotation: [0, 1] })), "not_allowed");
  assert.equal(code(add({ type: "Model3D", src: "https://x/y", rotation: [0, 1, 2] })), null);
  for (const transform of [{ x: 1e8 }, { x: NaN }, { width: -1 }, { z_index: 0.5 }]) {
    assert.equal(code(add(words("x"), transform)), "not_allowed", JSON.stringify(transform));
  }
  assert.equal(code(add({ type: "Chart", chart_type: "bar", data: nested(MOST_DEPTH) })), null);
  assert.equal(code(add({ type: "Chart", chart_type: "bar", data: nested(MOST_DEPTH + 1) })), "not_allowed");
  const update = (/** @type {any} */ kind) => ({ op: "update", id: "a", changes: { kind } });
  const element = { id: "a", kind: words("x"), transform: {} };
  assert.equal(code(update({ font_size: -1 }), element), "not_allowed");
  assert.equal(code(update({ content: "y" }), element), null);
  assert.equal(code({ op: "remove", id: "not an id" }), "not_allowed");
});

/** An outgoing queue and what it sent. @param {number} count of texts that wait to be sent */
function queue(count) {
  /** @type {any[]} */
  const sent = [];
  const outgoing = new EditQueue((message) => sent.push(message));
  for (let number = 0; number < count; number++) outgoing.push([add(words(String(number)))]);
  outgoing.setOnline(true);
  return { outgoing, sent };
}

test("a final refusal ends an edit, a passing one is tried again (IN5)", () => {
  for (const passing of PASSING) {
    const { outgoing, sent } = queue(1);
    outgoing.settle({ type: "error", code: /** @type {any} */ (passing), message: "", message_id: sent[0].message_id });
    assert.ok(outgoing.held && outgoing.size === 1);
  }
  for (const final of [...UNREAD, "forbidden", "scene_full", "too_large"]) {
    const { outgoing, sent } = queue(1);
    const outcome = outgoing.settle({ type: "error", code: /** @type {any} */ (final), message: "", message_id: sent[0].message_id });
    assert.deepEqual([outcome?.refused.length, outgoing.size, sent.length], [1, 0, 1]);
    assert.equal(outcome?.refused[0]?.words, "0");
  }
});

test("of several in one message the one that is refused for all is found (IN5)", () => {
  const { outgoing, sent } = queue(5);
  /** @type {string[]} */
  const refused = [];
  for (let turn = 0; turn < 20 && outgoing.size > 0; turn++) {
    const message = sent.at(-1);
    const bad = JSON.stringify(message).includes('"3"');
    const about = { message_id: message.message_id, message: "" };
    const outcome = outgoing.settle(/** @type {any} */ (bad
      ? { type: "error", code: "too_large", ...about }
      : { type: "ack", result: {}, success: true, ...about }));
    for (const { words: lost = "" } of outcome?.refused ?? []) refused.push(lost);
  }
  assert.deepEqual([refused, outgoing.size], [["3"], 0]);
});

test("messages of several operations are bounded by their bytes (EDT3)", () => {
  /** @type {any[]} */
  const sent = [];
  const outgoing = new EditQueue((message) => sent.push(message));
  for (let number = 0; number < 8; number++) outgoing.push([add({ type: "Chart", chart_type: "bar", data: SMILE.repeat(50_000) })]);
  outgoing.setOnline(true);
  while (outgoing.size > 0) outgoing.settle(/** @type {any} */ ({ type: "ack", result: {}, success: true, message_id: sent.at(-1).message_id }));
  assert.equal(sent.length, 8);
  for (const message of sent) assert.ok(bytesOf(JSON.stringify(message)) < FRAME_BYTES);
});

test("a message is named before anything in it that may be wrong (IN4)", () => {
  const { sent } = queue(1);
  assert.match(JSON.stringify(sent[0]), /^\{"type":"add_element","message_id":"/);
});

/** @param {string} id */
const edit = (id) => /** @type {any} */ ({ type: "remove_element", id, message_id: id });
const ping = /** @type {any} */ ({ type: "ping" });
const cursor = /** @type {any} */ ({ type: "cursor", x: 1, y: 2 });

test("an error without a name is about what alone stands between two pings (IN4)", () => {
  const queue = new SendQueue();
  [edit("a"), ping, edit("b"), ping, cursor].forEach((message) => queue.push(message));
  queue.take();
  assert.equal(queue.suspect, "", "nothing is known of what came before");
  queue.pong(2);
  assert.equal(queue.suspect, "b");
  queue.pong(4);
  assert.equal(queue.suspect, "", "a pointer has no name");
  queue.recovered(0);
  [edit("c"), ping].forEach((message) => queue.push(message));
  queue.take();
  assert.equal(queue.suspect, "", "it may be about what was sent on an earlier connection");
});

test("what choked the server is not sent again, and what followed is (EDT3)", () => {
  const queue = new SendQueue();
  const large = (/** @type {string} */ id) => ({ ...edit(id), changes: "x".repeat(20_000) });
  [edit("a"), large("b"), edit("c")].forEach((message) => queue.push(message));
  queue.take();
  queue.choke();
  queue.cut();
  assert.equal(queue.recovered(0), "b", "the server may not have had what was read together with it");
  assert.deepEqual(queue.take().map((text) => JSON.parse(text).id), ["a", "c"]);
  queue.choke();
  assert.equal(queue.recovered(0), "", "what is small chokes nobody");
  queue.push(large("d"));
  queue.take();
  queue.choke();
  assert.equal(queue.lost(), "d");
  assert.equal(queue.recovered(0), "", "once");
});
