/** The chat as a page takes part in it, against a server in memory and connections that break. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { FakeChatServer } from "./fakes/chatserver.js";
import { advance, installClock, resetClock } from "./fakes/clock.js";
import { FakeStorage } from "./fakes/media.js";

installClock();
Object.assign(globalThis, { localStorage: new FakeStorage(), sessionStorage: new FakeStorage() });

const { Chat } = await import("../../web/chat/chat.js");
const { Unsaved } = await import("../../web/ui/unsaved.js");

/** @import {FakeChatConnection} from "./fakes/chatserver.js" */

test.beforeEach(() => {
  resetClock();
  Object.assign(globalThis, { localStorage: new FakeStorage(), sessionStorage: new FakeStorage() });
});

/**
 * A page, with what it was told.
 *
 * @param {FakeChatConnection} connection
 * @param {boolean} [isBack]
 */
function page(connection, isBack = false) {
  const chat = new Chat(/** @type {any} */ (connection), new Unsaved("s", "chat"), isBack);
  /** @type {any[]} */
  const events = [];
  chat.on("said", ({ id }) => events.push(["said", id]));
  chat.on("refused", ({ refused }) => events.push(["refused", refused]));
  chat.on("failed", ({ deed, code }) => events.push([deed, code]));
  connection.receive = (message) => void chat.receive(message);
  const { server } = connection;
  server.pump();
  // What is sent arrives when the method has returned, as with a socket.
  const settled = new Proxy(chat, {
    get(_, name) {
      const value = Reflect.get(chat, name);
      if (typeof value !== "function") return value;
      return (/** @type {unknown[]} */ ...given) => {
        const result = value.apply(chat, given);
        server.pump();
        return result;
      };
    },
  });
  return { chat: settled, events, texts: () => [...chat.messages.map(({ text }) => text), ...chat.outgoing.map(({ text }) => `${text}…`)] };
}

test("chat: both see the same, in the same order, once (MAN1, MAN2)", () => {
  const server = new FakeChatServer();
  const [ada, bob] = [page(server.connect("ada")), page(server.connect("bob"))];
  ada.chat.say({ text: "a" });
  bob.chat.say({ text: "b" });
  ada.chat.say({ text: "c" });
  assert.deepEqual([ada.texts(), bob.texts()], [["a", "b", "c"], ["a", "b", "c"]]);
  assert.deepEqual([ada.events, bob.events], [[["said", 2]], [["said", 1], ["said", 3]]]);
});

test("chat: a broken connection loses nothing and doubles nothing (MAN1, MAN2)", () => {
  for (const recovered of [true, false]) {
    const server = new FakeChatServer();
    const line = server.connect("ada");
    const [ada, bob] = [page(line), page(server.connect("bob"))];
    bob.chat.say({ text: "before" });
    server.silent = true;
    ada.chat.say({ text: "under way" });
    line.break();
    server.silent = false;
    ada.chat.say({ text: "offline" });
    for (const text of "123456789") bob.chat.say({ text });
    assert.deepEqual(ada.texts(), ["before", "under way", "offline…"], "it was told, though not acknowledged");
    // The server answers a retry only; the connection itself has brought the first.
    line.resume(recovered);
    ada.chat.receive(/** @type {any} */ ({ type: "ack", message_id: line.sent.find(({ type }) => type === "chat")?.["message_id"], result: {} }));
    const { length } = ada.texts();
    assert.ok(length >= 11, "back to where it was");
    assert.deepEqual(ada.texts(), bob.texts().slice(-length), String(recovered));
    assert.deepEqual(ada.texts().slice(-2), ["9", "offline"], String(recovered));
    assert.equal(ada.chat.outgoing.length, 0);
  }
});

test("chat: what was under way goes again where the server has forgotten whom it would answer (MAN1)", () => {
  const server = new FakeChatServer();
  const line = server.connect("ada");
  const ada = page(line);
  server.silent = true;
  ada.chat.say({ text: "under way" });
  line.break();
  server.silent = false;
  ada.chat.say({ text: "offline" });
  line.resume(false);
  assert.deepEqual([ada.chat.unsent, ada.texts()], [0, ["under way", "offline"]]);
  assert.deepEqual(server.messages.map(({ text }) => text), ["under way", "offline"]);
});

test("chat: what was missed is asked for until it is there (MAN2)", async () => {
  const server = new FakeChatServer();
  const line = server.connect("ada");
  const [ada, bob] = [page(line), page(server.connect("bob"))];
  bob.chat.say({ text: "before" });
  line.break();
  bob.chat.say({ text: "missed" });
  server.refuses = "rate_limited";
  line.resume(false);
  server.refuses = "";
  bob.chat.say({ text: "after" });
  assert.equal(ada.chat.isCurrent, false);
  await advance(4_000, async () => server.pump());
  assert.deepEqual([ada.texts(), ada.chat.isCurrent], [["before", "missed", "after"], true]);
  line.break();
  bob.chat.say({ text: "missed too" });
  server.silent = true;
  line.resume(false);
  await advance(15_000);
  server.silent = false;
  await advance(4_000, async () => server.pump());
  assert.deepEqual(ada.texts(), ["before", "missed", "after", "missed too"]);
});

test("chat: what was not acknowledged before a reload is sent by the next page, once (MAN1)", () => {
  const server = new FakeChatServer();
  const first = server.connect("ada");
  const bob = page(server.connect("bob"));
  const before = page(first);
  server.silent = true;
  before.chat.say({ text: "stored, not told" });
  first.break();
  before.chat.say({ text: "never sent" });
  first.leave();
  server.silent = false;
  const after = page(server.connect("ada"), true);
  assert.deepEqual(after.texts(), ["stored, not told", "never sent"]);
  assert.deepEqual(bob.texts(), after.texts());
  assert.equal(new Unsaved("s", "chat").recall(), null);
  const copy = page(server.connect("eve"));
  assert.deepEqual(copy.chat.unsent, 0);
});

test("chat: a refused one stays, says why, and can be sent again (MAN1)", () => {
  const server = new FakeChatServer();
  const line = server.connect("ada");
  const ada = page(line);
  server.refuses = "peer_not_found";
  ada.chat.say({ text: "a", to: "gone" });
  assert.deepEqual([ada.events, ada.texts(), ada.chat.outgoing[0]?.refused], [[["refused", "peer_not_found"]], ["a…"], "peer_not_found"]);
  const later = page(server.connect("ada"), true);
  assert.equal(later.chat.outgoing[0]?.refused, "peer_not_found", "after a reload too");
  server.refuses = "";
  ada.chat.sayAgain(ada.chat.outgoing[0]?.id ?? "");
  assert.deepEqual(ada.texts(), ["a"]);
});

test("chat: while the server cannot store, what is said waits (MAN1)", async () => {
  const server = new FakeChatServer();
  const ada = page(server.connect("ada"));
  server.refuses = "storage_failed";
  ada.chat.say({ text: "a" });
  ada.chat.say({ text: "b" });
  await advance(2_500, async () => server.pump());
  assert.deepEqual(ada.texts(), ["a…", "b…"]);
  server.refuses = "";
  await advance(10_000, async () => server.pump());
  assert.deepEqual([ada.texts(), ada.events], [["a", "b"], []]);
});

test("chat: older pages come on demand, and a search can wait for each (MAN2)", async () => {
  const server = new FakeChatServer();
  const bob = page(server.connect("bob"));
  for (let number = 0; number < 12; number++) bob.chat.say({ text: String(number) });
  Object.assign(globalThis, { localStorage: new FakeStorage() }); // of another browser
  const ada = page(server.connect("ada"));
  assert.deepEqual([ada.chat.messages.length, ada.chat.hasMore, ada.chat.unread, ada.chat.news], [5, true, 5, 0]);
  await Promise.all([ada.chat.loadOlder(), ada.chat.loadOlder()]);
  await ada.chat.loadOlder();
  await ada.chat.loadOlder();
  assert.deepEqual(ada.texts(), bob.texts());
  assert.equal(ada.chat.hasMore, false);
});

test("chat: history that does not come is asked for again (MAN2)", async () => {
  const server = new FakeChatServer();
  page(server.connect("bob")).chat.say({ text: "a" });
  server.silent = true;
  const ada = page(server.connect("ada"));
  await advance(10_000);
  assert.equal(ada.chat.isKnown, false);
  server.silent = false;
  await advance(10_000, async () => server.pump());
  assert.deepEqual(ada.texts(), ["a"]);
  server.refuses = "rate_limited";
  const eve = page(server.connect("eve"));
  server.refuses = "";
  await advance(4_000, async () => server.pump());
  assert.deepEqual(eve.texts(), ["a"]);
});

test("chat: what others said is unread until it was seen, also for the next visit (MAN5)", () => {
  const server = new FakeChatServer();
  const line = server.connect("ada");
  const [ada, bob] = [page(line), page(server.connect("bob"))];
  bob.chat.say({ text: "a" });
  bob.chat.say({ text: "b" });
  assert.deepEqual([ada.chat.unread, ada.chat.news, bob.chat.unread], [2, 2, 0]);
  ada.chat.markRead();
  assert.deepEqual([ada.chat.unread, ada.chat.news], [0, 0]);
  bob.chat.say({ text: "c" });
  line.leave();
  const again = page(server.connect("ada"));
  assert.deepEqual([again.chat.unread, again.chat.news], [1, 0], "was there when it came");
  again.chat.say({ text: "d" });
  assert.equal(again.chat.unread, 0, "who answers has read");
});

test("chat: removed and cleared ones are gone for all, and what cannot be is said (MAN3)", () => {
  const server = new FakeChatServer();
  const [ada, bob] = [page(server.connect("ada")), page(server.connect("bob"))];
  for (const text of "abc") ada.chat.say({ text });
  ada.chat.remove(2);
  ada.chat.remove(2);
  assert.deepEqual([ada.texts(), bob.texts(), ada.events], [["a", "c"], ["a", "c"], []]);
  server.refuses = "forbidden";
  bob.chat.remove(1);
  bob.chat.clear();
  assert.deepEqual(bob.events.filter(([name]) => name !== "said"), [["remove", "forbidden"], ["clear", "forbidden"]]);
  server.refuses = "";
  ada.chat.clear();
  bob.chat.say({ text: "d" });
  assert.deepEqual([ada.texts(), bob.texts(), ada.chat.unread], [["d"], ["d"], 1]);
});

test("chat: what is private is with the two alone", () => {
  const server = new FakeChatServer();
  const [ada, bob, eve] = ["ada", "bob", "eve"].map((name) => page(server.connect(name)));
  ada?.chat.say({ text: "psst", to: "bob" });
  assert.deepEqual([ada?.texts(), bob?.texts(), eve?.texts()], [["psst"], ["psst"], []]);
});

test("chat: what is no message of a chat is left out, and the others are shown (rule PAG4)", () => {
  const server = new FakeChatServer();
  const good = { type: "chat_message", id: 1, from_peer_id: "bob", text: 5, name: {}, to: null, timestamp: 1 };
  const odd = [null, 5, "x", {}, { ...good, id: "1" }, { ...good, id: 1.5 }, { ...good, from_peer_id: null }, { ...good, timestamp: NaN }, { ...good, timestamp: 1e300 }, { ...good, picture: [] }, { ...good, to: 7 }];
  server.messages = /** @type {any[]} */ ([...odd.filter((one) => one && typeof one === "object"), good]);
  const { chat } = page(server.connect("ada"));
  for (const one of odd) chat.receive(/** @type {any} */ (Object(one) === one ? { ...Object(one), type: "chat_message" } : { type: "chat_message" }));
  assert.deepEqual(chat.messages, [good]);
  for (const messages of [null, 5, {}, "x"]) {
    const other = new FakeChatServer().connect("eve");
    other.send = (/** @type {any} */ { message_id }) => other.deliver({ type: "chat_history", messages, more: "yes", message_id });
    assert.deepEqual(page(other).chat.messages, []);
  }
});

test("chat: nothing is asked of a server that has none, and answers to others are left to them", () => {
  const line = new FakeChatServer().connect("ada");
  line.features = [];
  const { chat } = page(line);
  assert.deepEqual([line.sent, chat.isKnown], [[], false]);
  for (const type of ["ack", "error"]) assert.equal(chat.receive(/** @type {any} */ ({ type, message_id: "x", code: "forbidden" })), false);
  assert.equal(chat.receive(/** @type {any} */ ({ type: "pong" })), false);
});
