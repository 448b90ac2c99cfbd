/** The checks of the self-test, in order. Each gives its outcome in words. */

import { audioContext, Meter } from "../devices/meter.js";
import { JoinToken } from "../connection/jointoken.js";
import { newId } from "../lib/ids.js";
import { errorName } from "../lib/log.js";
import { webSocketUrl } from "../app/page.js";
import { CanvasConnection } from "../protocol.js";
import { text } from "../text/doctor.js";
import { gather, natOf, relayLoop } from "./network.js";

/** @import {Outcome} from "../text/doctor.js" */
/** @import {IceServer} from "../types/messages.js" */

const SERVER_MS = 8_000;
const LISTEN_MS = 3_000;
const QUIET = 0.001;

/** @param {string} words @returns {Outcome} */
const good = (words) => ({ level: "good", words });
/** @param {string} words @returns {Outcome} */
const fair = (words) => ({ level: "fair", words });
/** @param {string} words @returns {Outcome} */
const bad = (words) => ({ level: "bad", words });

/** @returns {Outcome} */
export function checkBrowser() {
  if (!("RTCPeerConnection" in globalThis)) return bad(text.browserOld);
  if (!navigator.mediaDevices) return bad(text.browserInsecure);
  return good(text.browserGood);
}

/**
 * Join a session for its ICE servers: one of nobody else, or where the server lets in by token only, the one
 * that the address names (`/doctor/?session=NAME#token=…`; within a window that has been there without token).
 *
 * @returns {Promise<{outcome: Outcome, iceServers: readonly IceServer[]}>}
 */
export async function checkServer() {
  const named = new URLSearchParams(location.search).get("session");
  const sessionId = named ?? `test-${newId()}`;
  const pass = new JoinToken(sessionId);
  const connection = new CanvasConnection({ url: webSocketUrl(), sessionId, displayName: text.self, pass });
  try {
    /** @type {Promise<readonly IceServer[]>} */
    const assigned = new Promise((resolve, reject) => {
      connection.on("peer_assigned", ({ ice_servers }) => resolve(ice_servers));
      connection.on("state", (state) => state === "closed" && reject());
      setTimeout(reject, SERVER_MS);
    });
    connection.open();
    const iceServers = await assigned;
    const answered = new Promise((resolve, reject) => {
      connection.on("pong", resolve);
      setTimeout(reject, SERVER_MS);
    });
    const began = performance.now();
    connection.send({ type: "ping" });
    await answered;
    return { outcome: good(text.serverGood(performance.now() - began)), iceServers };
  } catch {
    const wantsToken = connection.closeCode === "unauthorized" || connection.closeCode === "token_expired";
    return { outcome: bad(wantsToken ? text.serverAsks : text.serverBad), iceServers: [] };
  } finally {
    connection.close();
  }
}

/**
 * @param {HTMLVideoElement} video shows the picture
 * @returns {Promise<Outcome>}
 */
export async function checkCamera(video) {
  /** @type {MediaStream | null} */
  let stream = null;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: true });
    video.srcObject = stream;
    video.hidden = false;
    const frame = new Promise((resolve) => {
      video.requestVideoFrameCallback(() => resolve(true));
      setTimeout(() => resolve(false), LISTEN_MS);
    });
    await video.play();
    const label = stream.getVideoTracks()[0]?.label ?? "";
    return (await frame) ? good(text.cameraGood(label)) : bad(text.cameraDark);
  } catch (error) {
    return bad(text.deviceBad(errorName(error)));
  } finally {
    video.hidden = true;
    video.srcObject = null;
    for (const track of stream?.getTracks() ?? []) track.stop();
  }
}

/** @returns {Promise<Outcome>} */
export async function checkMicrophone() {
  /** @type {MediaStream | null} */
  let stream = null;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const [track] = stream.getAudioTracks();
    if (!track) return bad(text.deviceBad("NotFoundError"));
    await audioContext().resume();
    const meter = new Meter(track);
    const until = performance.now() + LISTEN_MS;
    let loudest = 0;
    while (loudest < QUIET && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      loudest = Math.max(loudest, meter.level);
    }
    meter.close();
    return loudest < QUIET ? fair(text.microphoneQuiet) : good(text.microphoneGood(track.label));
  } catch (error) {
    return bad(text.deviceBad(errorName(error)));
  } finally {
    for (const track of stream?.getTracks() ?? []) track.stop();
  }
}

/**
 * @param {string} url
 * @returns {Promise<Outcome>}
 */
export async function checkStun(url) {
  const { candidates } = await gather([{ urls: url }]);
  const open = natOf(candidates, 1) === "open";
  return open || candidates.some(({ type }) => type === "srflx") ? good(text.stunGood) : bad(text.stunBad);
}

/**
 * @param {string[]} urls of all STUN servers
 * @returns {Promise<Outcome>}
 */
export async function checkNat(urls) {
  if (urls.length === 0) return fair(text.stunNone);
  const { candidates } = await gather([{ urls }]);
  switch (natOf(candidates, urls.length)) {
    case "open":
      return good(text.natOpen);
    case "cone":
      return good(text.natCone);
    case "symmetric":
      return fair(text.natSymmetric);
    case "blocked":
      return bad(text.natBlocked);
    case "unknown":
      return fair(text.natUnknown);
  }
}

/**
 * @param {RTCIceServer} server with one address
 * @returns {Promise<Outcome>}
 */
export async function checkTurn(server) {
  const result = await relayLoop(server);
  if ("ms" in result) return good(text.turnGood(result.ms));
  const words = { unreachable: text.turnBad, refused: text.turnRefused, deaf: text.turnDeaf };
  return bad(words[result.fault]);
}
