/** The connection to the server: joining, resuming, being refused, and what is sent meanwhile. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { advance, installClock, resetClock } from "./fakes/clock.js";
import { FakeWebSocket, installWebSocket } from "./fakes/websocket.js";

installClock();
installWebSocket();
const { CanvasConnection } = await import("../../web/protocol.js");

const ID = "11111111-1111-4111-8111-111111111111";
/** @type {any} */
const EDIT = { type: "remove_element", id: "e", message_id: "m1" };
/** @type {any} */
const HANG_UP = { type: "end_call", target_peer_id: "p" };

/** @param {object} [options] */
function build(options = {}) {
  const connection = new CanvasConnection({ url: "ws://test/ws", sessionId: "s", displayName: "Ada", ...options });
  /** @type {string[]} */
  const events = [];
  connection.on("state", (state) => events.push(state));
  connection.on("lost", () => events.push("lost"));
  connection.on("overflow", () => events.push("overflow"));
  connection.on("message", (message) => events.push(message.type === "error" ? message.code : message.type));
  connection.open();
  return { connection, events };
}

/** @param {object} [more] */
const assign = (more) => {
  FakeWebSocket.latest.receive({ type: "peer_assigned", peer_id: ID, resume_token: "t", ice_servers: [], ...more });
};

/** @param {object} [more] */
function join(more) {
  FakeWebSocket.latest.accept();
  assign(more);
}

/** Let time pass until it tries to connect. */
async function attempt() {
  for (let count = 0; count < 200; count++) {
    if (FakeWebSocket.latest.readyState === FakeWebSocket.CONNECTING) return;
    await advance(100);
  }
  assert.fail("it does not try again");
}

/** @param {object} [options] */
function joined(options) {
  const built = build(options);
  join();
  built.events.splice(0);
  return { ...built, socket: FakeWebSocket.latest };
}

test.beforeEach(() => {
  FakeWebSocket.made = [];
  resetClock();
});

test("who waits to be let in keeps the socket and the place, takes another name, and is open when let in (JON6)", async () => {
  const { connection, events } = build();
  const socket = FakeWebSocket.latest;
  socket.accept();
  socket.receive({ type: "waiting", session_id: "s", peer_id: ID, resume_token: "queue", since: 1 });
  await advance(10_000);
  assert.equal(FakeWebSocket.made.length, 1, "it is no attempt that failed");
  assert.deepEqual([connection.isWaiting, connection.state], [true, "connecting"]);
  connection.rename("Ada L.");
  assert.deepEqual(socket.sent.at(-1), { type: "subscribe", session_id: "s", display_name: "Ada L.", peer_id: ID, resume_token: "queue" });
  await advance(16_000);
  assert.deepEqual(socket.sent.at(-1), { type: "ping" }, "a line that is dead is found out");
  socket.receive({ type: "pong" });
  socket.close(1006);
  await attempt();
  FakeWebSocket.latest.accept();
  assert.deepEqual(FakeWebSocket.latest.sent, [{ type: "subscribe", session_id: "s", display_name: "Ada L.", peer_id: ID, resume_token: "queue" }]);
  assign();
  assert.deepEqual([connection.isWaiting, connection.state], [false, "open"]);
  assert.ok(!events.includes("lost"));
});

test("it joins, and is open when the server has given it a place", () => {
  const { connection, events } = build({ pass: { token: "join", take: () => {} } });
  assert.equal(connection.state, "connecting");
  const socket = FakeWebSocket.latest;
  socket.accept();
  assert.deepEqual(socket.sent, [{ type: "subscribe", session_id: "s", display_name: "Ada", token: "join" }]);
  socket.receive({ type: "welcome", features: ["x"] });
  assert.equal(connection.state, "connecting");
  assign();
  assert.deepEqual(events, ["welcome", "open", "peer_assigned"]);
  assert.deepEqual([connection.peerId, connection.resumeToken, connection.features], [ID, "t", ["x"]]);
});

test("opening it twice opens one socket", () => {
  const { connection } = build();
  connection.open();
  join();
  connection.open();
  assert.equal(FakeWebSocket.made.length, 1);
});

test("what is sent before it is open goes out when it is", () => {
  const { connection } = build();
  connection.send(EDIT);
  FakeWebSocket.latest.accept();
  connection.send(HANG_UP);
  assert.deepEqual(FakeWebSocket.latest.ofType("remove_element"), []);
  assign({ recovered: true });
  assert.deepEqual(FakeWebSocket.latest.sent.slice(1), [EDIT, HANG_UP]);
});

test("after a break it resumes its place and sends again what had not arrived", async () => {
  const { connection, events, socket } = joined();
  socket.receive({ type: "pong" });
  socket.receive({ type: "pong" });
  connection.send(EDIT);
  connection.send(HANG_UP);
  socket.fail();
  assert.equal(connection.state, "resuming");
  await advance(0);
  const next = FakeWebSocket.latest;
  assert.notEqual(next, socket);
  next.accept();
  assert.deepEqual(next.sent, [
    { type: "subscribe", session_id: "s", display_name: "Ada", peer_id: ID, resume_token: "t", received: 2 },
  ]);
  assign({ recovered: true, received: 1 });
  assert.deepEqual(next.sent.slice(1), [HANG_UP]);
  assert.deepEqual(events, ["pong", "pong", "resuming", "open", "peer_assigned"]);
});

test("when the server has forgotten it says so first, and sends only what does no harm twice", async () => {
  const { connection, events, socket } = joined();
  connection.send(EDIT);
  connection.send(HANG_UP);
  socket.fail();
  await advance(0);
  join({ recovered: false });
  assert.deepEqual(events, ["resuming", "lost", "open", "peer_assigned"]);
  assert.deepEqual(FakeWebSocket.latest.sent.slice(1), [HANG_UP]);
});

test("a page that was reloaded asks for its peer id with its token", () => {
  build({ identity: { peerId: ID, token: "old" } });
  FakeWebSocket.latest.accept();
  const [subscribe] = FakeWebSocket.latest.sent;
  assert.deepEqual([subscribe.peer_id, subscribe.resume_token, subscribe.received], [ID, "old", undefined]);
});

test("a peer id that somebody else has is given up for another one", () => {
  const { connection } = build({ identity: { peerId: "other", token: "old" } });
  const socket = FakeWebSocket.latest;
  socket.accept();
  socket.receive({ type: "error", code: "peer_id_taken", message: "" });
  assert.equal(connection.peerId, null);
  assert.deepEqual(socket.sent[1], { type: "subscribe", session_id: "s", display_name: "Ada" });
  assign();
  assert.equal(connection.state, "open");
});

test("a server that puts off is asked again, less and less often", async () => {
  const { connection } = build();
  /** @type {number[]} */
  const pauses = [];
  for (let count = 0; count < 20; count++) {
    await attempt();
    const socket = FakeWebSocket.latest;
    socket.accept();
    const before = performance.now();
    socket.receive({ type: "error", code: "server_full", message: "" });
    assert.equal(socket.closedWith, 3001);
    await attempt();
    pauses.push(performance.now() - before);
  }
  assert.equal(connection.putOff, "server_full");
  assert.equal(connection.state, "connecting");
  const [first, last] = [pauses[0] ?? 0, pauses.at(-1) ?? 0];
  assert.ok(first <= 100 && last >= 2_500 && Math.max(...pauses) <= 5_100, String(pauses));
  join();
  assert.equal(connection.putOff, "");
});

test("a server that refuses for good is not asked again", async () => {
  const { connection, events } = build();
  FakeWebSocket.latest.accept();
  FakeWebSocket.latest.receive({ type: "error", code: "unauthorized", message: "no" });
  assert.deepEqual([connection.state, connection.closeCode, connection.closeReason], ["closed", "unauthorized", "no"]);
  assert.deepEqual(events, ["closed"], "the error is no message of the session");
  assert.equal(FakeWebSocket.latest.closedWith, 1000);
  await advance(60_000);
  assert.equal(FakeWebSocket.made.length, 1);
});

for (const code of [1001, 1006, 1012, 4000, 4099]) {
  test(`close code ${code} means come back`, async () => {
    const { connection, socket } = joined();
    socket.fail(code);
    await advance(0);
    join({ recovered: true });
    assert.equal(connection.state, "open");
  });
}

for (const code of [4100, 4101, 4199]) {
  test(`close code ${code} means do not come back`, async () => {
    const { connection, socket } = joined();
    socket.fail(code, "why");
    assert.deepEqual([connection.state, connection.closeCode, connection.closeReason], ["closed", String(code), "why"]);
    await advance(60_000);
    assert.equal(FakeWebSocket.made.length, 1);
  });
}

test("an earlier socket of its own that takes over is no other window", async () => {
  const { connection, socket } = joined();
  socket.fail();
  await advance(0);
  FakeWebSocket.latest.accept(); // its subscribe goes out, and is answered by nobody
  await advance(5_000);
  await attempt();
  join({ recovered: true });
  FakeWebSocket.latest.fail(4100);
  assert.equal(connection.state, "resuming");
  await attempt();
  join({ recovered: true });
  FakeWebSocket.latest.fail(4100);
  assert.equal(connection.state, "closed", "only once");
});

test("an attempt that nobody answers is given up, wherever it hangs", async () => {
  const { connection } = build();
  await advance(5_000);
  assert.equal(FakeWebSocket.made[0]?.closedWith, 3001);
  await attempt();
  FakeWebSocket.latest.accept();
  await advance(5_000);
  assert.equal(FakeWebSocket.made[1]?.closedWith, 3001);
  await attempt();
  join();
  assert.equal(connection.state, "open");
});

test("a silent connection is pinged, and given up when nothing comes back", async () => {
  const { connection, socket } = joined();
  await advance(15_000);
  assert.deepEqual(socket.ofType("ping"), [{ type: "ping", received: 0 }]);
  socket.receive({ type: "pong", received: 1 });
  await advance(14_999);
  assert.equal(socket.ofType("ping").length, 1);
  await advance(1);
  assert.equal(socket.ofType("ping").length, 2);
  await advance(8_000);
  assert.equal(socket.closedWith, 3001);
  assert.equal(connection.state, "resuming");
});

test("any message is a sign of life", async () => {
  const { connection, socket } = joined();
  for (let count = 0; count < 10; count++) {
    await advance(14_000);
    socket.receive({ type: "peer_list", peers: [] });
  }
  assert.deepEqual(socket.ofType("ping"), []);
  await advance(20_000);
  socket.receive({ type: "peer_list", peers: [] });
  await advance(10_000);
  assert.equal(connection.state, "open");
});

test("when the network is back it looks at once whether it is alive", async () => {
  const { connection, socket } = joined();
  connection.wake();
  connection.wake();
  assert.equal(socket.ofType("ping").length, 1);
  await advance(3_000);
  assert.equal(connection.state, "resuming");
});

test("when the network is back it does not wait for what is left of a pause", async () => {
  const { connection, socket } = joined();
  socket.fail();
  await advance(0);
  FakeWebSocket.latest.fail();
  const { length } = FakeWebSocket.made;
  connection.wake();
  assert.equal(FakeWebSocket.made.length, length + 1);
  connection.wake();
  assert.equal(FakeWebSocket.made.length, length + 1, "an attempt that has just begun goes on");
  await advance(1_001);
  connection.wake();
  assert.equal(FakeWebSocket.latest.closedWith, 3001, "one without an answer is given up");
});

test("after some sound seconds the next pause is short again", async () => {
  joined();
  for (let count = 0; count < 8; count++) {
    FakeWebSocket.latest.fail();
    await advance(5_000);
  }
  join({ recovered: true });
  await advance(5_000);
  const { length } = FakeWebSocket.made;
  FakeWebSocket.latest.fail();
  await advance(0);
  assert.equal(FakeWebSocket.made.length, length + 1);
});

test("what can never arrive is refused here, as the server would", () => {
  const { connection, events, socket } = joined();
  connection.send(/** @type {any} */ ({ ...EDIT, type: "add_element", element: { content: "x".repeat(1_100_000) } }));
  assert.deepEqual(events, ["too_large"]);
  assert.deepEqual(socket.ofType("add_element"), []);
});

test("an edit that was too large for what stands before the server is not sent again", async () => {
  const { connection, events, socket } = joined();
  const large = { ...EDIT, type: "add_element", element: { content: "x".repeat(20_000) } };
  connection.send(/** @type {any} */ (large));
  connection.send(HANG_UP);
  socket.fail(1009);
  await advance(0);
  join({ recovered: true, received: 0 });
  assert.deepEqual(events, ["resuming", "too_large", "open", "peer_assigned"]);
  assert.deepEqual(FakeWebSocket.latest.sent.slice(1), [HANG_UP]);
});

test("when too much waits it says that something is lost", () => {
  const { connection, events, socket } = joined();
  socket.fail();
  for (let count = 0; count < 1_001; count++) connection.send(EDIT);
  assert.deepEqual(events, ["resuming", "overflow"]);
});

test("when much is in doubt it asks what has arrived, once", () => {
  const { connection, socket } = joined();
  for (let count = 0; count < 100; count++) connection.send(EDIT);
  assert.equal(socket.ofType("ping").length, 1);
  socket.receive({ type: "pong", received: 101 });
  for (let count = 0; count < 40; count++) connection.send(EDIT);
  assert.equal(socket.ofType("ping").length, 1);
  for (let count = 0; count < 40; count++) connection.send(EDIT);
  assert.equal(socket.ofType("ping").length, 2);
});

test("a ping that a break has cut off is not waited for", async () => {
  const { connection, socket } = joined();
  connection.wake();
  socket.fail();
  await advance(0);
  join({ recovered: true });
  for (let count = 0; count < 70; count++) connection.send(EDIT);
  assert.equal(FakeWebSocket.latest.ofType("ping").length, 1);
  await advance(7_000);
  assert.equal(connection.state, "open", "nor is the first one's time counted");
});

test("a pointer is not worth being sent when the connection is back", async () => {
  const { connection, socket } = joined();
  socket.readyState = FakeWebSocket.CLOSING;
  connection.send({ type: "cursor", x: 1, y: 2 });
  socket.fail();
  await advance(0);
  join({ recovered: false });
  assert.deepEqual(FakeWebSocket.latest.ofType("cursor"), []);
});

test("what a client takes it says in every subscribe (CRW1)", async () => {
  const { connection, socket } = joined({ takes: ["pointers"] });
  connection.rename("Bea");
  socket.fail();
  await advance(0);
  FakeWebSocket.latest.accept();
  const wishes = [...socket.ofType("subscribe"), ...FakeWebSocket.latest.ofType("subscribe")];
  assert.deepEqual(wishes.map(({ features }) => features), [["pointers"], ["pointers"], ["pointers"]]);
});

test("another name is sent at once, or with the next subscribe; one that is bound stays", async () => {
  const { connection, socket } = joined();
  connection.rename("Bea");
  assert.deepEqual(socket.ofType("subscribe")[1], { type: "subscribe", session_id: "s", display_name: "Bea" });
  assign();
  socket.fail();
  connection.rename("Cleo");
  await advance(0);
  FakeWebSocket.latest.accept();
  assert.equal(FakeWebSocket.latest.sent[0].display_name, "Cleo");
  assign({ recovered: true, bound_name: "Dora" });
  connection.rename("Eva");
  assert.equal(connection.displayName, "Dora");
  assert.ok(connection.nameIsBound);
});

test("an error that names no message is about the only one that it can be about", async () => {
  const { connection, socket } = joined();
  /** @type {any[]} */
  const errors = [];
  connection.on("error", (error) => errors.push(error.message_id));
  await advance(15_000);
  socket.receive({ type: "pong", received: 1 });
  connection.send(EDIT);
  await advance(15_000);
  socket.receive({ type: "error", code: "invalid_json", message: "" });
  assert.deepEqual(errors, ["m1"]);
});

test("a renewed join token is kept", () => {
  /** @type {string[]} */
  const taken = [];
  const { socket } = joined({ pass: { token: "join", take: (/** @type {string} */ token) => taken.push(token) } });
  socket.receive({ type: "token_renewed", token: "next" });
  assert.deepEqual(taken, ["next"]);
});

test("closing it leaves at once and for good", async () => {
  const { connection, socket } = joined();
  connection.close();
  assert.deepEqual([connection.state, connection.closeCode, socket.closedWith], ["closed", "", 1000]);
  connection.send(EDIT);
  connection.wake();
  await advance(60_000);
  assert.equal(FakeWebSocket.made.length, 1);
});

test("opened again after it was closed, it begins with nothing to be sent", () => {
  const { connection } = joined();
  FakeWebSocket.latest.readyState = FakeWebSocket.CLOSING;
  connection.send(EDIT);
  connection.close();
  connection.open();
  assert.equal(FakeWebSocket.made.length, 2);
  join({ recovered: false });
  assert.equal(connection.state, "open");
  assert.deepEqual(FakeWebSocket.latest.ofType("remove_element"), []);
});

test("a listener that closes it while it is about to open has the last word", async () => {
  const { connection, socket } = joined();
  connection.on("lost", () => connection.close());
  socket.fail();
  await advance(0);
  join({ recovered: false });
  assert.equal(connection.state, "closed");
});

test("what is not JSON is ignored", () => {
  const { connection, events, socket } = joined();
  socket.onmessage?.({ data: "{" });
  assert.deepEqual(events, []);
  assert.equal(connection.state, "open");
});
