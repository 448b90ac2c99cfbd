/**
 * The connection of the browser client without a browser, driven line by line by
 * tests/unit/test_pair_machine.py: sockets, time and the wire are in the hands of the test.
 */

import { createInterface } from "node:readline";

import { CanvasConnection } from "../../web/protocol.js";

/** @type {{at: number, act: () => void, id: number}[]} */
let timers = [];
let now = 0;
let lastTimer = 0;

/** What happened since the last command. @type {object[]} */
let news = [];
/** @type {Map<number, FakeSocket>} */
const sockets = new Map();
/** @type {Map<string, CanvasConnection>} */
const clients = new Map();
let lastSocket = 0;
let opening = "";

class FakeSocket {
  static CONNECTING = 0;
  static OPEN = 1;
  static CLOSED = 3;
  readyState = FakeSocket.CONNECTING;
  /** @type {any} */ onopen = null;
  /** @type {any} */ onmessage = null;
  /** @type {any} */ onclose = null;

  constructor() {
    this.id = ++lastSocket;
    sockets.set(this.id, this);
    news.push({ what: "connect", client: opening, socket: this.id });
  }

  /** @param {string} text */
  send(text) {
    if (this.readyState !== FakeSocket.OPEN) throw new Error("InvalidStateError");
    news.push({ what: "send", socket: this.id, text });
  }

  /** @param {number} code */
  close(code) {
    if (this.readyState === FakeSocket.CLOSED) return;
    this.readyState = FakeSocket.CLOSED;
    news.push({ what: "close", socket: this.id, code });
  }
}

Object.assign(globalThis, {
  WebSocket: FakeSocket,
  setTimeout: (/** @type {() => void} */ act, delay = 0) => {
    timers.push({ at: now + delay, act, id: ++lastTimer });
    return lastTimer;
  },
  clearTimeout: (/** @type {number} */ id) => (timers = timers.filter((timer) => timer.id !== id)),
});
performance.now = () => now;
Math.random = () => 0.5; // the same again, so that a failure can be repeated

/** @type {Record<string, (command: any) => void>} */
const commands = {
  reset() {
    timers = [];
    now = lastSocket = lastTimer = 0;
    sockets.clear();
    clients.clear();
  },
  make({ client }) {
    const connection = new CanvasConnection({ url: "ws://test/ws", sessionId: "s" });
    clients.set(client, connection);
    connection.on("message", (message) => news.push({ what: "message", client, message }));
    connection.on("lost", () => news.push({ what: "lost", client }));
    connection.on("overflow", () => news.push({ what: "overflow", client }));
    during(client, () => connection.open());
  },
  opened({ client, socket }) {
    const target = /** @type {FakeSocket} */ (sockets.get(socket));
    if (target.readyState !== FakeSocket.CONNECTING) return;
    target.readyState = FakeSocket.OPEN;
    during(client, () => target.onopen?.());
  },
  deliver({ client, socket, text }) {
    const target = /** @type {FakeSocket} */ (sockets.get(socket));
    if (target.readyState === FakeSocket.OPEN) during(client, () => target.onmessage?.({ data: text }));
  },
  closed({ client, socket, code }) {
    const target = /** @type {FakeSocket} */ (sockets.get(socket));
    if (target.readyState === FakeSocket.CLOSED) return;
    target.readyState = FakeSocket.CLOSED;
    during(client, () => target.onclose?.({ code, reason: "" }));
  },
  say({ client, message }) {
    during(client, () => clients.get(client)?.send(message));
  },
  wake({ client }) {
    during(client, () => clients.get(client)?.wake());
  },
  advance({ ms }) {
    const end = now + ms;
    for (;;) {
      const [next] = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at || a.id - b.id);
      if (!next) break;
      timers = timers.filter((timer) => timer !== next);
      now = Math.max(now, next.at);
      next.act();
    }
    now = end;
  },
};

/**
 * @param {string} client whoever opens a socket meanwhile
 * @param {() => void} act
 */
function during(client, act) {
  opening = client;
  act();
}

// A timer belongs to whoever set it.
const plain = globalThis.setTimeout;
Object.assign(globalThis, {
  setTimeout: (/** @type {() => void} */ act, /** @type {number} */ delay) => {
    const client = opening;
    return plain(() => during(client, act), delay);
  },
});

for await (const line of createInterface({ input: process.stdin })) {
  news = [];
  const command = JSON.parse(line);
  commands[command.do]?.(command);
  process.stdout.write(`${JSON.stringify(news)}\n`);
}
