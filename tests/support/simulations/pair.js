/** The connection of the browser client without a browser, for tests/unit/test_pair_machine.py. */

import { CanvasConnection } from "../../../web/protocol.js";
import { EarlySocket } from "../../../web/connection/earlysocket.js";
import { subscription, TAKES } from "../../../web/connection/subscription.js";
import { during, serve, tell } from "./page.js";

/** @type {Map<string, CanvasConnection>} */
const clients = new Map();
/** Sockets of clients whose code is on its way. @type {Map<string, EarlySocket>} */
const arrivals = new Map();
/** The client that takes what is new. @type {string | null} */
let taker = null;

/**
 * @param {string} client
 * @returns {readonly string[]} features that it takes; the first one takes all, the others none
 */
function takesOf(client) {
  if (taker === null) taker = client;
  return taker === client ? TAKES : [];
}

await serve({
  reset() {
    clients.clear();
    arrivals.clear();
    taker = null;
  },
  arrive({ client }) {
    during(client, () => {
      const early = new EarlySocket("ws://test/ws");
      early.subscribe(subscription({ sessionId: "s", displayName: "", takes: takesOf(client) }));
      arrivals.set(client, early);
    });
  },
  make({ client }) {
    const early = arrivals.get(client) ?? null;
    const connection = new CanvasConnection({ url: "ws://test/ws", sessionId: "s", early, takes: takesOf(client) });
    clients.set(client, connection);
    connection.on("message", (message) => tell({ what: "message", client, message }));
    connection.on("lost", () => tell({ what: "lost", client }));
    connection.on("overflow", () => tell({ what: "overflow", client }));
    during(client, () => connection.open());
  },
  say({ client, message }) {
    during(client, () => clients.get(client)?.send(message));
  },
  wake({ client }) {
    during(client, () => clients.get(client)?.wake());
  },
});
