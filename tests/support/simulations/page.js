/**
 * What the browser client finds around it, without a browser: sockets, time and the wire are in the
 * hands of the test. `serve` reads commands, one line of JSON each, and answers each with a list of what
 * happened; pages.py is at the other end.
 */

import { createInterface } from "node:readline";

/** @type {{at: number, act: () => void, id: number, client: string}[]} */
let timers = [];
let now = 0;
let lastTimer = 0;

/** What happened since the last command. @type {object[]} */
let news = [];
/** @type {Map<number, FakeSocket>} */
const sockets = new Map();
let lastSocket = 0;
let acting = "";

class FakeSocket {
  static CONNECTING = 0;
  static OPEN = 1;
  static CLOSING = 2;
  static CLOSED = 3;
  readyState = FakeSocket.CONNECTING;
  /** @type {any} */ onopen = null;
  /** @type {any} */ onmessage = null;
  /** @type {any} */ onclose = null;

  constructor() {
    this.id = ++lastSocket;
    this.client = acting;
    sockets.set(this.id, this);
    tell({ what: "connect", client: acting, socket: this.id });
  }

  /** @param {string} text */
  send(text) {
    if (this.readyState === FakeSocket.CONNECTING) throw new Error("InvalidStateError");
    if (this.readyState === FakeSocket.OPEN) tell({ what: "send", socket: this.id, text });
  }

  /** @param {number} code */
  close(code) {
    if (this.readyState === FakeSocket.CLOSED) return;
    this.readyState = FakeSocket.CLOSED;
    tell({ what: "close", socket: this.id, code });
  }
}

Object.assign(globalThis, {
  WebSocket: FakeSocket,
  // A timer belongs to whoever set it.
  setTimeout: (/** @type {() => void} */ act, delay = 0) => {
    const client = acting;
    timers.push({ at: now + delay, act: () => during(client, act), id: ++lastTimer, client });
    return lastTimer;
  },
  clearTimeout: (/** @type {number} */ id) => (timers = timers.filter((timer) => timer.id !== id)),
});
performance.now = () => now;
// The same again, so that a failure can be repeated.
Math.random = () => 0.5;
let lastId = 0;
crypto.getRandomValues = (array) => {
  lastId += 1;
  if (array instanceof Uint8Array) new DataView(array.buffer).setUint32(array.length - 4, lastId);
  return array;
};

/** @param {{what: string, [name: string]: unknown}} item that happened */
export function tell(item) {
  news.push(item);
}

/**
 * @param {string} client whoever opens a socket or sets a timer meanwhile
 * @param {() => void} act
 */
export function during(client, act) {
  acting = client;
  act();
}

/**
 * Close a page as a browser does: its sockets say that it is going away, its timers are gone.
 *
 * @param {string} client
 */
export function closePage(client) {
  timers = timers.filter((timer) => timer.client !== client);
  for (const socket of sockets.values()) {
    if (socket.client !== client) continue;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(1001);
  }
}

/** @type {Record<string, (command: any) => void>} */
const common = {
  reset() {
    timers = [];
    now = lastSocket = lastTimer = lastId = 0;
    sockets.clear();
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
  closing({ socket }) {
    const target = /** @type {FakeSocket} */ (sockets.get(socket));
    if (target.readyState === FakeSocket.OPEN) target.readyState = FakeSocket.CLOSING;
  },
  closed({ client, socket, code }) {
    const target = /** @type {FakeSocket} */ (sockets.get(socket));
    if (target.readyState === FakeSocket.CLOSED) return;
    target.readyState = FakeSocket.CLOSED;
    during(client, () => target.onclose?.({ code, reason: "" }));
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
 * @param {Record<string, (command: any) => void>} commands of this test, beside the common ones
 * @param {() => void} [after] each of them
 */
export async function serve(commands, after = () => {}) {
  for await (const line of createInterface({ input: process.stdin })) {
    news = [];
    const command = JSON.parse(line);
    common[command.do]?.(command);
    commands[command.do]?.(command);
    after();
    process.stdout.write(`${JSON.stringify(news)}\n`);
  }
}
