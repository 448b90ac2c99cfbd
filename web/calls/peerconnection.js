/** Factory of RTCPeerConnections, and placeholder tracks for the time before the devices are ready. */

import { errorName, log } from "../lib/log.js";
import { SpareConnection } from "./spareconnection.js";

export const KINDS = /** @type {const} */ (["audio", "video"]);

/**
 * @param {RTCConfiguration} ice
 * @returns {RTCPeerConnection}
 */
export function newPeerConnection(ice) {
  return spare.take(ice) ?? create(ice);
}

/**
 * @param {RTCConfiguration} ice
 * @returns {RTCPeerConnection}
 */
function create(ice) {
  try {
    return new RTCPeerConnection({ ...ice, bundlePolicy: "max-bundle" });
  } catch (error) {
    // A mistyped STUN or TURN address on the server: without them many calls still connect.
    log("call", "ICE servers refused", errorName(error));
    return new RTCPeerConnection({ ...ice, iceServers: [], bundlePolicy: "max-bundle" });
  }
}

/** For the next call. */
export const spare = new SpareConnection(create);

/** @type {Map<string, MediaStreamTrack>} */
const placeholders = new Map();

/** Do now what the first call would otherwise wait for: browsers start WebRTC at its first use. */
export function prepareCalls() {
  if (placeholders.size > 0) return;
  const pc = new RTCPeerConnection();
  for (const kind of KINDS) placeholders.set(kind, pc.addTransceiver(kind).receiver.track);
  pc.close();
}

/**
 * A track that sends nothing: addTrack asks for one before the devices are ready.
 *
 * @param {string} kind
 * @returns {MediaStreamTrack}
 */
export function placeholder(kind) {
  prepareCalls();
  return /** @type {MediaStreamTrack} */ (placeholders.get(kind));
}
