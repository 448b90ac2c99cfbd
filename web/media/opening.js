/** Opens cameras and microphones, and says why one cannot be opened. */

import { errorName } from "../lib/log.js";

/** @import {Choices} from "../devices/choices.js" */
/** @import {MediaKind} from "./local.js" */

/**
 * Why something is missing. `refused`: the person or the browser said no; `missing`: there is no
 * device; `busy`: another program has it; `insecure`: the page was not loaded over HTTPS or from
 * this machine; `lost`: the device went away.
 *
 * @typedef {"refused" | "missing" | "busy" | "insecure" | "lost"} MediaFault
 */

const CONSTRAINTS = {
  audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  video: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } },
};

/**
 * Open the devices that were chosen, or others where those are not there.
 *
 * @param {Choices} choices
 * @param {MediaKind[]} kinds
 * @returns {Promise<MediaStream>}
 */
export async function openDevices(choices, kinds) {
  const chosen = kinds.map((kind) => {
    const deviceId = choices.get(kind);
    // `ideal` would be weighed against the size of the pictures.
    return [kind, deviceId ? { ...CONSTRAINTS[kind], deviceId: { exact: deviceId } } : CONSTRAINTS[kind]];
  });
  try {
    return await navigator.mediaDevices.getUserMedia(Object.fromEntries(chosen));
  } catch (error) {
    if (errorName(error) !== "OverconstrainedError") throw error;
    const any = kinds.map((kind) => [kind, CONSTRAINTS[kind]]);
    return navigator.mediaDevices.getUserMedia(Object.fromEntries(any));
  }
}

/** Turn a device off: its light goes out. @param {MediaStreamTrack} track */
export function stopTrack(track) {
  track.onended = null;
  track.stop();
}

/**
 * @param {MediaKind} kind
 * @returns {Promise<boolean>} the person or the browser does not allow it (any more)
 */
export async function isRefused(kind) {
  const name = kind === "video" ? "camera" : "microphone";
  try {
    const status = await navigator.permissions.query({ name: /** @type {any} */ (name) });
    return status.state !== "granted";
  } catch {
    return false; // a browser that does not tell
  }
}

/**
 * The errors of getUserMedia (W3C mediacapture-main, section 10.2).
 *
 * @param {unknown} error
 * @returns {MediaFault}
 */
export function faultOf(error) {
  switch (errorName(error)) {
    case "NotFoundError":
    case "OverconstrainedError":
      return "missing";
    case "NotReadableError":
    case "AbortError":
      return "busy";
    default:
      return "refused";
  }
}
