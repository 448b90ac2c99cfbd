/** What has been said, as a page knows it: no message twice, none missing, whatever comes in which order. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { ChatLog } from "../../web/chat/log.js";

/** Ids are letters here, which are numbers in base 36. @param {string} letter */
const idOf = (letter) => Number.parseInt(letter, 36);
/** @param {string} letter */
const message = (letter) => numbered(idOf(letter));
const numbered = (/** @type {number} */ id) => /** @type {any} */ ({ type: "chat_message", id, from_peer_id: "p", name: "Ada", text: "x", timestamp: 1 });
/** @param {string} ids */
const messages = (ids) => [...ids].map(message);
/** @param {ChatLog} log */
const idsOf = (log) => log.messages.map(({ id }) => id.toString(36)).join("");

/** A log that knows some. @param {string} ids @param {boolean} [more] */
function known(ids, more = false) {
  const log = new ChatLog();
  log.renew();
  log.take(messages(ids), more);
  return log;
}

test("chat: who comes later reads what was said before, and older pages on demand (MAN2)", () => {
  const log = known("def", true);
  assert.deepEqual([idsOf(log), log.isKnown, log.hasMore], ["def", true, true]);
  assert.deepEqual(log.older(), { before: idOf("d") });
  assert.equal(log.older(), null, "one at a time");
  log.add(message("g"));
  log.take(messages("abc"), false);
  assert.deepEqual([idsOf(log), log.hasMore, log.older()], ["abcdefg", false, null]);
});

test("chat: nothing counts before the server has said what there is, and nothing is lost meanwhile (MAN2)", () => {
  const log = new ChatLog();
  assert.deepEqual(log.renew(), {});
  assert.equal(log.add(message("c")), false);
  assert.equal(log.isKnown, false);
  assert.equal(log.older(), null);
  log.take(messages("ab"), false);
  assert.equal(idsOf(log), "abc", "said after the answer was made");
  assert.equal(log.add(message("c")), false);
  const both = new ChatLog();
  both.renew();
  both.add(message("b"));
  both.take(messages("ab"), false);
  assert.equal(idsOf(both), "ab", "said before the answer was made");
});

// report: lost | After a long time away messages are missing, or there twice | the place was lost; others wrote and removed | the log
// is made anew, as far back as it was
test("chat: after a gap the log begins anew, as far back as it was (MAN2)", () => {
  const log = known("abcdef");
  assert.deepEqual(log.renew(), {});
  log.add(message("j"));
  assert.equal(idsOf(log), "abcdefj", "until the answer comes");
  assert.deepEqual(log.take(messages("ghi"), true), { before: idOf("g") });
  assert.equal(idsOf(log), "abcdefj");
  log.remove(idOf("h"));
  assert.deepEqual(log.take(messages("cef"), true), null);
  assert.deepEqual([idsOf(log), log.hasMore], ["cefghij".replace("h", ""), true]);
});

test("chat: what was removed stays so, whichever answer comes after (MAN3)", () => {
  const log = known("bc", true);
  log.older();
  log.remove(idOf("a"));
  log.remove(idOf("c"));
  log.take(messages("a"), false);
  assert.equal(idsOf(log), "b");
  log.renew();
  log.add(message("d"));
  log.remove(idOf("d"));
  log.take(messages("bd"), false);
  assert.equal(idsOf(log), "b");
});

test("chat: what was cleared does not come back with an answer of before (MAN3)", () => {
  const log = known("cd", true);
  log.older();
  log.clear();
  log.take(messages("ab"), true);
  log.add(message("e"));
  assert.deepEqual([idsOf(log), log.hasMore], ["e", false]);
  const anew = known("a");
  anew.renew();
  anew.clear();
  anew.add(message("b"));
  anew.take(messages("a"), false);
  assert.equal(idsOf(anew), "b");
});

test("chat: memory is bounded, and what went is on the server (MAN2)", () => {
  const log = known("");
  for (let number = 0; number < 5_003; number++) log.add(numbered(number));
  assert.deepEqual([log.size, log.messages[0]?.id, log.hasMore, log.has(2), log.indexOf(3)], [5_000, 3, true, false, 0]);
  assert.equal(log.older(), null, "there is no room");
});

test("chat: the order is that of the server, whichever way they came (MAN2)", () => {
  const log = known("ac");
  log.add(message("e"));
  log.add(message("d"));
  log.add(message("b"));
  assert.equal(idsOf(log), "abcde");
});

test("chat: an answer that nobody asked for changes nothing", () => {
  const log = known("ab");
  log.take(messages("xy"), true);
  assert.equal(idsOf(log), "ab");
  log.renew();
  log.giveUp();
  log.take(messages("xy"), true);
  assert.equal(idsOf(log), "ab");
});
