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
const sessions = new Map();
const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false }, () => {
  console.log(`ready: http://127.0.0.1:${server.address().port}`);
});
server.on("connection", (socket) => {
  const id = randomUUID();
  let session = new Set();
  const gone = () => peers.delete(id) && session.delete(socket);
  peers.set(id, socket);
  socket.on("close", gone);
  socket.on("error", gone);
  socket.on("message", (data) => {
    const { target_peer_id: target, ...message } = JSON.parse(data);
    const type = RELAYED[message.type];
    if (type) peers.get(target)?.send(JSON.stringify({ ...message, type, from_peer_id: id }));
    else if (message.type === "subscribe") {
      if (!sessions.has(message.session_id)) sessions.set(message.session_id, session);
      session = sessions.get(message.session_id).add(socket);
      socket.send(JSON.stringify({ type: "peer_assigned", peer_id: id }));
    } else if (message.type === "add_element") {
      socket.send(JSON.stringify({ type: "ack", message_id: message.message_id, result: { id: "1" } }));
    } else if (message.type === "update_element") {
      const text = JSON.stringify({ type: "element_updated", element: { id: message.id, ...message.changes } });
      for (const other of session) other.send(text);
    } else if (message.type === "ping") socket.send(JSON.stringify({ type: "pong" }));
  });
});
