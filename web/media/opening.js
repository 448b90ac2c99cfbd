/** Opens cameras and microphones: those that were chosen, or others where those are not there. */

import { chosenOf } from "../devices/chosen.js";
import { presentDevice } from "../devices/present.js";
import { errorName, log } from "../lib/log.js";
import { opensUnasked } from "./permissions.js";

/** @import {Choices} from "../devices/choices.js" */
/** @import {MediaKind} from "./local.js" */

const CONSTRAINTS = {
  audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  video: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } },
};

/**
 * Open devices of these kinds, with one question to the person where the browser asks.
 *
 * @param {Choices} choices
 * @param {MediaKind[]} kinds
 * @param {MediaTrackConstraints} [picture] what the pictures of a camera are to be like, from the first one on
 * @returns {Promise<MediaStream>}
 */
export async function openDevices(choices, kinds, picture = {}) {
  const wishes = new Map(await Promise.all(kinds.map(async (kind) => {
    const { deviceId } = choices.get(kind);
    const present = deviceId ? await presentDevice(choices, kind) : null;
    return /** @type {const} */ ([kind, { deviceId, present: present?.deviceId ?? "" }]);
  })));
  const requests = (/** @type {"exact" | "ideal" | "any"} */ how) =>
    Object.fromEntries(kinds.map((kind) => {
      const { deviceId = "", present = "" } = wishes.get(kind) ?? {};
      const usual = kind === "video" ? { ...CONSTRAINTS.video, ...picture } : CONSTRAINTS.audio;
      if (!deviceId || how === "any") return [kind, usual];
      // `ideal` is weighed against the size of the pictures: it is for ids that may mean nothing.
      const id = how === "exact" && present ? { exact: present } : { ideal: present || deviceId };
      return [kind, { ...usual, deviceId: id }];
    }));
  const stream = await obtain([requests("exact"), requests("ideal"), requests("any")]);
  return correct(choices, stream, requests);
}

/**
 * Ask with weaker and weaker constraints, as long as they are what cannot be met.
 *
 * @param {MediaStreamConstraints[]} attempts
 * @returns {Promise<MediaStream>}
 */
async function obtain([first, ...weaker]) {
  try {
    return await navigator.mediaDevices.getUserMedia(first);
  } catch (error) {
    if (errorName(error) !== "OverconstrainedError" || weaker.length === 0) throw error;
    return obtain(weaker);
  }
}

/**
 * The names of devices are told only to pages that may use one, so a chosen device may turn out to be there when
 * another is open already. Nothing of that one was sent.
 *
 * @param {Choices} choices
 * @param {MediaStream} stream
 * @param {(how: "any") => Record<string, MediaTrackConstraints>} requests
 * @returns {Promise<MediaStream>}
 */
async function correct(choices, stream, requests) {
  for (const track of stream.getTracks()) {
    const kind = /** @type {MediaKind} */ (track.kind);
    const chosen = choices.get(kind);
    const device = chosen.deviceId ? await presentDevice(choices, kind) : null;
    if (!device) continue; // away today: it stays the chosen one
    if (track.getSettings().deviceId !== device.deviceId) {
      // Where it is asked each time, the person has just picked this one in the browser's own question.
      if (!(await opensUnasked(kind))) continue;
      const exact = { ...requests("any")[kind], deviceId: { exact: device.deviceId } };
      try {
        const [better] = (await navigator.mediaDevices.getUserMedia({ [kind]: exact })).getTracks();
        if (!better) continue;
        stopTrack(track);
        stream.removeTrack(track);
        stream.addTrack(better);
      } catch (error) {
        log("media", "not the chosen one", kind, errorName(error));
        continue;
      }
    }
    choices.recognize(kind, chosenOf(device));
  }
  return stream;
}

/** Turn a device off: its light goes out. @param {MediaStreamTrack} track */
export function stopTrack(track) {
  track.onended = track.onmute = track.onunmute = null;
  track.stop();
}
