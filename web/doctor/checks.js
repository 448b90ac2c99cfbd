/** The checks of the self-test, in order. Each gives its outcome in words. */

import { audioContext, Meter } from "../devices/meter.js";
import { JoinToken } from "../connection/jointoken.js";
import { Choices } from "../devices/choices.js";
import { shownWords } from "../lib/foreign.js";
import { newId } from "../lib/ids.js";
import { faultOf } from "../media/faults.js";
import { openDevices } from "../media/opening.js";
import { webSocketUrl } from "../app/page.js";
import { CanvasConnection } from "../protocol.js";
import { text } from "../text/doctor.js";
import { answerOf, gather, natOf, relayLoop } from "./network.js";

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
  if (!isSecureContext) return bad(text.browserInsecure);
  if (!navigator.mediaDevices?.getUserMedia) return bad(text.browserDisabled);
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
    return { outcome: bad(await whyNoServer(connection)), iceServers: [] };
  } finally {
    connection.close();
  }
}

/**
 * @param {CanvasConnection} connection that did not come about
 * @returns {Promise<string>} why, as far as it can be measured
 */
export async function whyNoServer({ closeCode, closeReason, features, putOff }) {
  if (closeCode === "unauthorized" || closeCode === "token_expired") return text.serverAsks;
  if (closeCode || putOff) return text.serverRefuses(closeReason || putOff);
  if (features.length > 0) return text.serverSlow; // its `welcome` came
  const address = webSocketUrl();
  address.protocol = address.protocol.replace("ws", "http");
  try {
    const { ok } = await fetch(new URL("health/live", address), { signal: AbortSignal.timeout(SERVER_MS), cache: "no-store" });
    return ok ? text.serverNoSocket : text.serverBad;
  } catch {
    return text.serverBad;
  }
}

/**
 * The camera that was chosen, if one was.
 *
 * @param {HTMLVideoElement} video shows the picture
 * @returns {Promise<Outcome>}
 */
export async function checkCamera(video) {
  return withDevice("video", async (track, stream) => {
    video.srcObject = stream;
    video.hidden = false;
    const frame = new Promise((resolve) => {
      video.requestVideoFrameCallback?.(() => resolve(true));
      setTimeout(() => resolve(false), LISTEN_MS);
    });
    await video.play();
    if (await frame) return good(text.cameraGood(shownWords(track.label, 120)));
    if (track.muted) return bad(text.silenced);
    // Pictures are shown to pages in sight alone.
    return document.hidden || !video.requestVideoFrameCallback ? fair(text.cameraUnseen) : bad(text.cameraDark);
  }).finally(() => {
    video.hidden = true;
    video.srcObject = null;
  });
}

/** The microphone that was chosen, if one was. @returns {Promise<Outcome>} */
export async function checkMicrophone() {
  return withDevice("audio", async (track) => {
    const context = audioContext();
    const meter = new Meter(track);
    const until = performance.now() + LISTEN_MS;
    let loudest = 0;
    while (loudest < QUIET && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      loudest = Math.max(loudest, meter.level);
    }
    meter.close();
    if (loudest >= QUIET) return good(text.microphoneGood(shownWords(track.label, 120)));
    if (context.state !== "running") return fair(text.microphoneUnheard);
    return track.muted ? bad(text.silenced) : fair(text.microphoneQuiet);
  });
}

/**
 * @param {"audio" | "video"} kind
 * @param {(track: MediaStreamTrack, stream: MediaStream) => Promise<Outcome>} look
 * @returns {Promise<Outcome>}
 */
async function withDevice(kind, look) {
  /** @type {MediaStream | null} */
  let stream = null;
  try {
    stream = await openDevices(new Choices(), [kind]);
    const [track] = stream.getTracks();
    return track ? await look(track, stream) : bad(text.deviceBad("missing"));
  } catch (error) {
    return bad(text.deviceBad(await faultOf(error, kind)));
  } finally {
    for (const track of stream?.getTracks() ?? []) track.stop();
  }
}

/**
 * @param {string} url
 * @returns {Promise<Outcome>}
 */
export async function checkStun(url) {
  const gathered = await gather([{ urls: url }]);
  switch (answerOf(gathered, "onicecandidateerror" in RTCPeerConnection.prototype)) {
    case "answers":
      return good(text.stunGood);
    case "silent":
      return bad(text.stunBad);
    case "unknown":
      return fair(text.stunUnknown);
  }
}

/**
 * @param {readonly string[]} urls of all STUN servers
 * @param {readonly Outcome[]} outcomes of the check of each
 * @returns {Promise<Outcome>}
 */
export async function checkNat(urls, outcomes) {
  if (urls.length === 0) return { ...fair(text.stunNone), untold: true };
  const answering = urls.filter((_, place) => outcomes[place]?.level === "good");
  const isTold = answering.length > 0 || outcomes.every(({ level }) => level === "bad");
  if (!isTold) return { ...fair(text.natUnknown), untold: true };
  const { candidates } = answering.length > 0 ? await gather([{ urls: answering }]) : { candidates: [] };
  switch (natOf(candidates, answering.length)) {
    case "kept":
      return good(text.natKept);
    case "symmetric":
      return fair(text.natSymmetric);
    case "silent":
      return bad(text.natSilent);
    case "unknown":
      return { ...fair(text.natUnknown), untold: true };
  }
}

/**
 * @param {RTCIceServer} server with one address
 * @returns {Promise<Outcome>}
 */
export async function checkTurn(server) {
  const result = await relayLoop(server);
  if ("ms" in result) return good(text.turnGood(result.ms));
  const isTls = String(server.urls).startsWith("turns:");
  const words = {
    unreachable: isTls ? text.turnsBad : text.turnBad,
    refused: text.turnRefused,
    full: text.turnFull,
    deaf: text.turnDeaf,
  };
  return bad(words[result.fault]);
}
