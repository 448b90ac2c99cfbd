/** Messages on their way: each arrives once and in order, whatever becomes of the connection and the page. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Outbox } from "../../web/chat/outbox.js";

/** @import {Answer} from "../../web/chat/outbox.js" */

/** An outbox, with what it sends. @param {unknown} [kept] */
function build(kept) {
  /** @type {[id: string, text: string][]} */
  const sent = [];
  let now = 1_000;
  const outbox = new Outbox(({ id, text }) => void sent.push([id, text]), () => ++now);
  if (kept) outbox.resume(kept);
  return { outbox, sent, texts: () => sent.map(([, text]) => text), last: () => sent.at(-1)?.[0] ?? "" };
}
const ack = (/** @type {string} */ message_id, chat_id = 1) => /** @type {Answer} */ ({ type: "ack", message_id, result: { revision: 0, id: "", chat_id } });
const error = (/** @type {string} */ message_id, code = "forbidden") => /** @type {Answer} */ ({ type: "error", message_id, code });

test("chat: one after the other is sent, in order, when the connection is there (MAN1)", () => {
  const { outbox, sent, texts, last } = build();
  for (const text of ["a", "b", "c"]) outbox.push({ text });
  assert.deepEqual(texts(), []);
  outbox.setOnline(true);
  assert.deepEqual(texts(), ["a"]);
  assert.deepEqual(outbox.settle(ack(last(), 7)), { accepted: { id: sent[0]?.[0], at: 1_001, text: "a" }, storedAs: 7 });
  outbox.settle(ack(last()));
  assert.deepEqual([texts(), outbox.waiting], [["a", "b", "c"], 1]);
  assert.equal(outbox.settle(ack("somebody else's")), null);
});

// report: lost | A message is sent twice, or not at all, when the connection breaks while it is under way | sent, no answer, a new
// connection to a server that has forgotten | it goes again under the same message_id, before the later ones
test("chat: what was not acknowledged goes again under the same name, before all others (MAN1)", () => {
  const { outbox, sent, texts } = build();
  outbox.setOnline(true);
  outbox.push({ text: "a" });
  outbox.push({ text: "b" });
  outbox.setOnline(false);
  outbox.setOnline(true);
  assert.deepEqual(texts(), ["a"], "the connection itself brings what it has taken");
  outbox.again();
  outbox.setOnline(true);
  assert.deepEqual(texts(), ["a", "a"]);
  assert.equal(sent[0]?.[0], sent[1]?.[0]);
});

test("chat: a page that comes after this one sends them under the same names (MAN1)", () => {
  const first = build();
  first.outbox.setOnline(true);
  first.outbox.push({ text: "a", to: "p" });
  first.outbox.push({ text: "b", picture: "data:image/png;base64,AA==" });
  const kept = JSON.parse(JSON.stringify(first.outbox.saved));
  const { outbox, sent, last } = build(kept);
  outbox.push({ text: "c" });
  outbox.setOnline(true);
  outbox.settle(ack(last()));
  outbox.settle(ack(last()));
  assert.deepEqual(sent.map(([id, text]) => [id, text]), [...kept, ...outbox.messages].map(({ id, text }) => [id, text]));
  outbox.resume(kept.slice(0, 0));
  assert.equal(outbox.waiting, 1);
});

test("chat: what is kept is held against its form (MAN1)", () => {
  const good = { id: "x1", at: 1, text: "a" };
  const odd = [null, 5, "x", {}, { ...good, id: "x\n" }, { ...good, at: "1" }, { ...good, text: 5 }, { ...good, text: "" }, { ...good, text: "", picture: "https://x" }];
  assert.deepEqual(build([...odd, good, good]).outbox.messages.length, 1);
  for (const kept of [null, {}, "x", 5]) assert.equal(build(kept).outbox.messages.length, 0);
});

test("chat: a refused one waits for its person, and holds up no other (MAN1)", () => {
  const { outbox, texts, last } = build();
  outbox.setOnline(true);
  outbox.push({ text: "a" });
  outbox.push({ text: "b" });
  const refused = last();
  assert.ok(outbox.settle(error(refused, "peer_not_found")));
  assert.deepEqual([texts(), outbox.messages[0]?.refused, outbox.waiting], [["a", "b"], "peer_not_found", 1]);
  assert.equal(outbox.settle(error(refused)), null, "answered already");
  outbox.settle(ack(last()));
  assert.equal(outbox.retry(refused), true);
  assert.equal(outbox.retry(refused), false);
  assert.deepEqual(texts(), ["a", "b", "a"]);
  assert.notEqual(last(), refused);
  outbox.discard(last());
  assert.equal(outbox.messages.length, 1, "it is under way");
  outbox.settle(error(last()));
  outbox.discard(last());
  assert.equal(outbox.messages.length, 0);
});

test("chat: while the server cannot store, what is said waits in order (MAN1)", () => {
  const { outbox, texts, last } = build();
  outbox.setOnline(true);
  outbox.push({ text: "a" });
  const id = last();
  assert.ok("held" in (outbox.settle(error(id, "storage_failed")) ?? {}));
  outbox.push({ text: "b" });
  assert.deepEqual([texts(), outbox.held], [["a"], true]);
  outbox.release();
  assert.deepEqual([texts(), last()], [["a", "a"], id]);
  outbox.settle(ack(last()));
  assert.deepEqual(texts(), ["a", "a", "b"]);
});

test("chat: no more waits than the browser can keep (MAN1)", () => {
  const { outbox } = build();
  let taken = 0;
  while (outbox.push({ text: "x" })) taken += 1;
  assert.equal(taken, 200);
  const large = build().outbox;
  assert.equal(large.push({ text: "", picture: `data:image/webp;base64,${"A".repeat(1_500_000)}` }), true);
  assert.equal(large.push({ text: "x".repeat(600_000) }), false);
  assert.equal(large.push({ text: "short" }), true);
});

test("chat: what is told to us before it is acknowledged is known as ours", () => {
  const { outbox, last } = build();
  outbox.setOnline(true);
  outbox.push({ text: "a" });
  outbox.told({ id: 1, text: "other" });
  outbox.told({ id: 2, text: "a", to: "p" });
  assert.equal(outbox.messages[0]?.told, undefined);
  outbox.told({ id: 3, text: "a", picture: null, to: null });
  outbox.told({ id: 4, text: "a" });
  assert.equal(outbox.messages[0]?.told, 3);
  assert.equal(/** @type {any} */ (outbox.settle({ type: "ack", message_id: last() })).storedAs, 3);
});
