/** The connection of the browser client without a browser, for tests/unit/test_pair_machine.py. */

import { CanvasConnection } from "../../../web/protocol.js";
import { during, serve, tell } from "./page.js";

/** @type {Map<string, CanvasConnection>} */
const clients = new Map();

await serve({
  reset() {
    clients.clear();
  },
  make({ client }) {
    const connection = new CanvasConnection({ url: "ws://test/ws", sessionId: "s" });
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
