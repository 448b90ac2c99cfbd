/** A bare relay on `ws`, without rules, limits or checks: just enough for the load generator. */

import { randomUUID } from "node:crypto";
import { WebSocketServer } from "ws";

const RELAYED = {
  start_call: "incoming_call",
  offer: "relay_offer",
  answer: "relay_answer",
  ice_candidate: "relay_ice_candidate",
  end_call: "call_ended",
};
const peers = new Map();
const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false }, () => {
  console.log(`ready: http://127.0.0.1:${server.address().port}`);
});
server.on("connection", (socket) => {
  const id = randomUUID();
  peers.set(id, socket);
  socket.on("close", () => peers.delete(id));
  socket.on("error", () => peers.delete(id));
  socket.on("message", (data) => {
    const { target_peer_id: target, ...message } = JSON.parse(data);
    const type = RELAYED[message.type];
    if (type) peers.get(target)?.send(JSON.stringify({ ...message, type, from_peer_id: id }));
    else if (message.type === "subscribe") socket.send(JSON.stringify({ type: "peer_assigned", peer_id: id }));
    else if (message.type === "ping") socket.send(JSON.stringify({ type: "pong" }));
  });
});
