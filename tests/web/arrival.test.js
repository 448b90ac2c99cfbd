/** A socket that is opened before the page is there, and the connection that takes it over: every order of events. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { advance, installClock, resetClock } from "./fakes/clock.js";
import { FakeWebSocket, installWebSocket } from "./fakes/websocket.js";

installClock();
installWebSocket();
const { CanvasConnection } = await import("../../web/protocol.js");
const { EarlySocket, MOST_FRAMES, MOST_LENGTH, PATIENCE_MS } = await import("../../web/connection/earlysocket.js");
const { subscription } = await import("../../web/connection/subscription.js");

const ID = "11111111-1111-4111-8111-111111111111";
const WELCOME = { type: "welcome", features: ["x"] };
const ASSIGNED = { type: "peer_assigned", peer_id: ID, resume_token: "t", ice_servers: [] };
const PEOPLE = { type: "peer_list", session_id: "s", peers: [] };
const SCENE = { type: "scene_update", scene: {} };
const OWN = { sessionId: "s", displayName: "Ada", token: "join" };
const SUBSCRIBE = { type: "subscribe", session_id: "s", display_name: "Ada", token: "join" };

/** Arrive, as the script of the document does. @param {{peerId: string, token: string} | null} [identity] */
function arrive(identity = null) {
  const early = new EarlySocket("ws://test/ws");
  const socket = FakeWebSocket.latest;
  const subscribe = () => early.subscribe(subscription({ ...OWN, peerId: identity?.peerId, resumeToken: identity?.token }));
  return { early, socket, subscribe };
}

/**
 * The code of the page is there.
 *
 * @param {InstanceType<typeof EarlySocket>} early
 * @param {{peerId: string, token: string} | null} [identity]
 */
function adopt(early, identity = null) {
  const pass = { token: OWN.token, take: () => {} };
  const connection = new CanvasConnection({ url: "ws://test/ws", sessionId: "s", displayName: "Ada", pass, identity, early });
  /** @type {string[]} */
  const seen = [];
  connection.on("state", (state) => seen.push(state));
  connection.on("lost", () => seen.push("lost"));
  connection.on("message", ({ type }) => seen.push(type));
  connection.open();
  return { connection, seen };
}

/** Let time pass until it opens a socket of its own. */
async function attempt() {
  const { length } = FakeWebSocket.made;
  for (let count = 0; count < 200 && FakeWebSocket.made.length === length; count++) await advance(100);
  return FakeWebSocket.latest;
}

test.beforeEach(() => {
  FakeWebSocket.made = [];
  resetClock();
});

/** What happens to the socket, each after the one before; `subscribe` and `adopt` come between them at any place. */
const EVENTS = /** @type {const} */ (["accept", WELCOME, ASSIGNED, PEOPLE, SCENE]);

for (let known = 0; known < EVENTS.length; known++) {
  for (let there = known; there <= EVENTS.length; there++) {
    // The server assigns nothing to whom has not subscribed.
    if (known > 2) continue;
    test(`the place is known after ${known} events, the code is there after ${there}: one subscribe, all in order`, () => {
      const { early, socket, subscribe } = arrive();
      /** @type {ReturnType<typeof adopt> | undefined} */
      let page;
      for (let count = 0; count <= EVENTS.length; count++) {
        if (count === known) subscribe();
        if (count === there) page = adopt(early);
        const event = EVENTS[count];
        if (event === "accept") socket.accept();
        else if (event) socket.receive(event);
      }
      assert.ok(page);
      assert.deepEqual(socket.sent, [SUBSCRIBE]);
      assert.deepEqual(page.seen, ["welcome", "open", "peer_assigned", "peer_list", "scene_update"]);
      assert.deepEqual([page.connection.peerId, page.connection.resumeToken, page.connection.features], [ID, "t", ["x"]]);
      assert.equal(FakeWebSocket.made.length, 1);
    });
  }
}

test("code that is there before its place is known subscribes by itself, once", () => {
  const { early, socket, subscribe } = arrive();
  socket.accept();
  adopt(early);
  subscribe();
  assert.deepEqual(socket.sent, [SUBSCRIBE]);
});

test("what is sent before the socket is taken over goes out after the subscribe", () => {
  const { early, socket, subscribe } = arrive();
  subscribe();
  socket.accept();
  socket.receive(ASSIGNED);
  const pass = { token: "join", take: () => {} };
  const connection = new CanvasConnection({ url: "ws://test/ws", sessionId: "s", displayName: "Ada", pass, early });
  connection.send({ type: "list_peers" });
  connection.open();
  assert.deepEqual(socket.sent, [SUBSCRIBE, { type: "list_peers" }]);
});

test("a socket that closed before the code was there is replaced, and the place resumed from what had come", async () => {
  const { early, socket, subscribe } = arrive();
  subscribe();
  socket.accept();
  for (const message of [WELCOME, ASSIGNED, PEOPLE]) socket.receive(message);
  socket.fail(1006);
  const { seen } = adopt(early);
  assert.deepEqual(seen, ["welcome", "open", "peer_assigned", "peer_list", "resuming"]);
  const next = await attempt();
  next.accept();
  assert.deepEqual(next.sent, [{ ...SUBSCRIBE, peer_id: ID, resume_token: "t", received: 1 }]);
});

test("a server that is away is tried again as ever", async () => {
  const { early, socket, subscribe } = arrive();
  subscribe();
  socket.fail(1006);
  const { connection, seen } = adopt(early);
  assert.deepEqual([connection.state, seen], ["connecting", []]);
  const next = await attempt();
  next.accept();
  next.receive(ASSIGNED);
  assert.deepEqual([next.sent, connection.state], [[SUBSCRIBE], "open"]);
});

test("a link that lets nobody in is refused in the server's words", () => {
  const { early, socket, subscribe } = arrive();
  subscribe();
  socket.accept();
  socket.receive({ type: "error", code: "unauthorized", message: "no" });
  socket.fail(4101, "no");
  const { connection, seen } = adopt(early);
  assert.deepEqual([connection.closeCode, connection.closeReason, seen], ["unauthorized", "no", ["closed"]]);
});

test("a close code that is final is final", () => {
  const { early, socket, subscribe } = arrive();
  subscribe();
  socket.accept();
  socket.fail(4101, "gone");
  const { connection } = adopt(early);
  assert.deepEqual([connection.state, connection.closeCode, FakeWebSocket.made.length], ["closed", "4101", 1]);
});

test("a reloaded window asks for its place early; one that is taken is given up for another on the same socket", () => {
  const identity = { peerId: "other", token: "old" };
  const { early, socket, subscribe } = arrive(identity);
  subscribe();
  socket.accept();
  socket.receive({ type: "error", code: "peer_id_taken", message: "" });
  const { connection } = adopt(early, identity);
  assert.deepEqual(socket.sent, [{ ...SUBSCRIBE, peer_id: "other", resume_token: "old" }, SUBSCRIBE]);
  socket.receive(ASSIGNED);
  assert.equal(connection.state, "open");
});

test("a server that puts off ends the socket: nothing after it counts", async () => {
  const { early, socket, subscribe } = arrive();
  subscribe();
  socket.accept();
  socket.receive({ type: "error", code: "server_full", message: "" });
  socket.receive(ASSIGNED);
  socket.fail(1006);
  const { connection, seen } = adopt(early);
  assert.deepEqual([connection.putOff, connection.peerId, seen], ["server_full", null, []]);
});

for (const [name, frames] of /** @type {[string, string[]][]} */ ([
  ["too many messages", Array(MOST_FRAMES + 1).fill(JSON.stringify(PEOPLE))],
  ["too much of them", Array(3).fill(JSON.stringify({ ...PEOPLE, more: "x".repeat(MOST_LENGTH / 2) }))],
])) {
  test(`${name} before the code is there break the socket: what was kept counts, the rest is resumed`, async () => {
    const { early, socket, subscribe } = arrive();
    subscribe();
    socket.accept();
    socket.receive(ASSIGNED);
    for (const data of frames) socket.onmessage?.({ data });
    assert.equal(socket.closedWith, 3001);
    const { connection, seen } = adopt(early);
    assert.equal(connection.state, "resuming");
    const received = seen.filter((type) => type === "peer_list").length;
    assert.ok(received > 0 && received < frames.length, String(received));
    const next = await attempt();
    next.accept();
    assert.deepEqual(next.sent, [{ ...SUBSCRIBE, peer_id: ID, resume_token: "t", received }]);
  });
}

test("a page whose code does not come leaves nobody behind for ever", async () => {
  const { early, socket, subscribe } = arrive();
  subscribe();
  socket.accept();
  socket.receive(ASSIGNED);
  await advance(PATIENCE_MS);
  assert.equal(socket.closedWith, 3001);
  assert.equal(adopt(early).connection.state, "resuming");
});

test("whatever happens in whatever order, no message is lost, doubled or out of order, and the page is connected", async () => {
  for (let seed = 1; seed <= 300; seed++) await randomly(seed);
});

/**
 * A server that numbers what it sends, cuts at random, and resumes as RES1 says; code that comes at a random moment.
 *
 * @param {number} seed
 */
async function randomly(seed) {
  FakeWebSocket.made = [];
  resetClock();
  let state = seed;
  const random = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  const { early, subscribe } = arrive();
  /** @type {string[]} */
  const got = [];
  /** @type {InstanceType<typeof CanvasConnection> | null} */
  let connection = null;
  let isKnown = false;
  let [sent, begins, assigned] = [0, 0, /** @type {FakeWebSocket | null} */ (null)];
  const steps = 30;
  const adoptAt = Math.floor(random() * steps);
  for (let step = 0; step < steps + 20; step++) {
    const socket = FakeWebSocket.latest;
    const dice = step < steps ? random() : 0.5;
    if (!isKnown && (dice < 0.3 || step >= adoptAt)) {
      isKnown = true;
      subscribe();
    }
    if (step === adoptAt) {
      connection = new CanvasConnection({ url: "ws://test/ws", sessionId: "s", displayName: "Ada", early });
      connection.on("message", (message) => {
        if (message.type === "chat") got.push(message.number);
      });
      connection.open();
    }
    if (socket.readyState === FakeWebSocket.CONNECTING) {
      if (dice < 0.15) socket.fail(1006);
      else socket.accept();
    } else if (socket.readyState === FakeWebSocket.OPEN) {
      const request = socket.ofType("subscribe").at(-1);
      if (dice < 0.1) socket.fail(1006);
      else if (request && assigned !== socket) {
        assigned = socket;
        begins = request.resume_token ? begins + (request.received ?? 0) : 0;
        if (!request.resume_token) sent = 0;
        if (!request.resume_token) got.length = 0;
        socket.receive({ ...ASSIGNED, recovered: Boolean(request.resume_token) });
        for (let number = begins; number < sent; number++) socket.receive({ type: "chat", number });
      } else if (assigned === socket) socket.receive({ type: "chat", number: sent++ });
    }
    await advance(step < steps ? random() * 400 : 400);
  }
  assert.equal(connection?.state, "open", `seed ${seed}`);
  assert.deepEqual(got, Array.from({ length: sent }, (_, number) => number), `seed ${seed}`);
}
