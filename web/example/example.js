/**
 * A client of canvas-server in one page: `protocol.js` is all it takes.
 * What each message means is in docs/PROTOCOL.md.
 */

import { shownName } from "../lib/foreign.js";
import { CanvasConnection } from "../protocol.js";

/** @import {Peer} from "../types/messages.js" */

const MOST_SHOWN = 200;

/** @type {CanvasConnection | null} */
let connection = null;
/** @type {Map<string, Peer>} */
let peers = new Map();

/** @param {string} id */
const node = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
/** @param {string} id */
const value = (id) => /** @type {HTMLInputElement} */ (node(id)).value;

/**
 * @param {string} sessionId
 * @param {string} displayName
 */
function join(sessionId, displayName) {
  connection?.close();
  const url = new URL("../ws", location.href.replace(/^http/, "ws"));
  connection = new CanvasConnection({ url, sessionId, displayName });

  connection.on("state", (state) => (node("state").textContent = state));
  connection.on("message", (message) => {
    // Tokens and descriptions of media are nobody's business.
    const secret = ["resume_token", "sdp", "candidate", "credential"];
    show(JSON.stringify(message, (key, part) => (secret.includes(key) ? "…" : part)));
  });

  // One listener for each message you care about:
  connection.on("peer_list", (list) => {
    peers = new Map(list.peers.map((peer) => [peer.peer_id, peer]));
    showPeers();
  });
  connection.on("peer_joined", ({ peer }) => {
    peers.set(peer.peer_id, peer);
    showPeers();
  });
  connection.on("peer_updated", ({ peer }) => {
    peers.set(peer.peer_id, peer);
    showPeers();
  });
  connection.on("peer_left", ({ peer_id }) => {
    peers.delete(peer_id);
    showPeers();
  });

  connection.open();
}

function showPeers() {
  const lines = [...peers.values()].map((peer) => {
    const line = document.createElement("li");
    const own = peer.peer_id === connection?.peerId ? " (this page)" : "";
    const call = peer.in_call ? ", in a call" : "";
    line.textContent = `${shownName(peer.display_name) || peer.peer_id}${own}${call}`;
    return line;
  });
  node("peers").replaceChildren(...lines);
}

/** @param {string} text */
function show(text) {
  const line = document.createElement("li");
  line.textContent = text;
  node("messages").prepend(line);
  if (node("messages").children.length > MOST_SHOWN) node("messages").lastElementChild?.remove();
}

node("join").addEventListener("submit", (event) => {
  event.preventDefault();
  join(value("session"), value("name"));
});
addEventListener("pagehide", () => connection?.close());
