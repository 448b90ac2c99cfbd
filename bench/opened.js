/**
 * Opens a session as a page does, and says how long that took: from `subscribe` to the whole scene,
 * then to read it and to take it in. Usage: node opened.js WEBSOCKET_URL SESSION ELEMENTS
 */

import { SceneState } from "../web/scene/scene.js";

const [url, session, count] = process.argv.slice(2);
const socket = new WebSocket(url);
let began = 0;

/** @param {string} text */
function take(text) {
  if (!text.startsWith('{"type":"scene_update"')) return;
  const came = performance.now();
  const { scene } = JSON.parse(text);
  if (scene.session_id !== session || scene.elements.length < Number(count)) return;
  const read = performance.now();
  new SceneState().replace(scene);
  const taken = performance.now();
  const figures = {
    to_scene_ms: came - began,
    parse_ms: read - came,
    take_ms: taken - read,
    bytes: Buffer.byteLength(text),
  };
  process.stdout.write(JSON.stringify(figures));
  process.exit(0);
}

socket.onmessage = ({ data }) => take(String(data));
socket.onopen = () => {
  began = performance.now();
  socket.send(JSON.stringify({ type: "subscribe", session_id: session }));
};
socket.onclose = () => process.exit(1);
setTimeout(() => process.exit(2), 20_000);
