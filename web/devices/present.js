/** The devices that are there, as far as the browser tells. */

import { findChosen } from "./chosen.js";

/** @import {Choices, DeviceKind} from "./choices.js" */

/** @type {Record<DeviceKind, MediaDeviceKind>} */
const DEVICES = { audio: "audioinput", video: "videoinput", speaker: "audiooutput" };

/**
 * @param {Choices} choices
 * @param {DeviceKind} kind
 * @returns {Promise<MediaDeviceInfo | null>} the chosen device; `null`: none is chosen, or it cannot be seen now
 */
export async function presentDevice(choices, kind) {
  return findChosen(choices.get(kind), await devicesOf(kind));
}

/**
 * @param {DeviceKind} kind
 * @returns {Promise<MediaDeviceInfo[]>} without names before the page may use one
 */
export async function devicesOf(kind) {
  try {
    const all = await navigator.mediaDevices.enumerateDevices();
    return all.filter((device) => device.kind === DEVICES[kind]);
  } catch {
    return [];
  }
}
