/** Devices that went away, and those that come in their place. */

import { devicesOf, presentDevice } from "../devices/present.js";
import { permissionOf } from "./permissions.js";

/** @import {Choices} from "../devices/choices.js" */
/** @import {MediaFault} from "./faults.js" */
/** @import {MediaKind} from "./local.js" */

/** As what Chromium lists the device of the system, in the group of the one that it is. */
const USUAL = "default";

/**
 * @param {MediaFault | null} fault
 * @returns {boolean} the device may be there again without anything that its person does in the page
 */
export function isPassing(fault) {
  return fault === "lost" || fault === "busy";
}

/**
 * @param {MediaFault | null} before
 * @param {MediaFault} now why it cannot be had again
 * @returns {MediaFault | null} what is wrong with it: whether a device is gone, or another program has it, is known when it is asked for
 */
export function laterFault(before, now) {
  if (!isPassing(before)) return before; // another one does meanwhile
  return now === "busy" ? "busy" : "lost";
}

/**
 * @param {MediaStreamTrack} track that has ended by itself
 * @returns {Promise<boolean>} the permission was taken back; false: the device is gone, or another program has it
 */
export async function wasTakenBack(track) {
  const kind = /** @type {MediaKind} */ (track.kind);
  const permission = await permissionOf(kind);
  if (permission !== "prompt") return permission === "denied";
  // Where the person is asked each time, only a device that is still there was taken back; ids that are hidden again
  // were, too.
  const { deviceId } = track.getSettings();
  return (await devicesOf(kind)).some((device) => device.deviceId === deviceId || device.deviceId === "");
}

/**
 * @param {Choices} choices
 * @param {MediaStreamTrack | null} track
 * @returns {Promise<boolean>} another device than the chosen one is open, and the chosen one is there; where none is
 *   chosen, the system has another usual one now
 */
export async function isSecondChoice(choices, track) {
  if (!track) return false;
  const kind = /** @type {MediaKind} */ (track.kind);
  const { deviceId, groupId } = track.getSettings();
  const chosen = await presentDevice(choices, kind);
  if (chosen) return chosen.deviceId !== deviceId;
  if (deviceId !== USUAL || !groupId) return false;
  const usual = (await devicesOf(kind)).find((device) => device.deviceId === USUAL);
  return Boolean(usual?.groupId) && usual?.groupId !== groupId;
}
