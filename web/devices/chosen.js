/**
 * A device that a person has chosen, and how it is found again: by its id, or where ids were made anew (cleared site
 * data, Firefox without a lasting permission) by its name and group. Pure.
 */

import { isRecord } from "../lib/own.js";

/**
 * @typedef {object} ChosenDevice
 * @property {string} deviceId empty: the one of the system
 * @property {string} label its name; empty: not told yet
 * @property {string} groupId devices of one piece of hardware share it
 */

/** Nothing was chosen. @type {ChosenDevice} */
export const SYSTEM = { deviceId: "", label: "", groupId: "" };

const MOST_LETTERS = 512;

/**
 * @param {unknown} kept an id alone, as earlier versions kept it, or a record
 * @returns {ChosenDevice | undefined}
 */
export function asChosenDevice(kept) {
  if (isText(kept)) return { ...SYSTEM, deviceId: kept };
  if (!isRecord(kept)) return undefined;
  const { deviceId, label = "", groupId = "" } = kept;
  return isText(deviceId) && isText(label) && isText(groupId) ? { deviceId, label, groupId } : undefined;
}

/** @param {unknown} value @returns {value is string} */
function isText(value) {
  return typeof value === "string" && value.length <= MOST_LETTERS;
}

/**
 * @param {Pick<MediaDeviceInfo, "deviceId" | "label" | "groupId">} device
 * @returns {ChosenDevice}
 */
export function chosenOf({ deviceId, label, groupId }) {
  return { deviceId, label: label.slice(0, MOST_LETTERS), groupId };
}

/**
 * @template {Pick<MediaDeviceInfo, "deviceId" | "label" | "groupId">} Device
 * @param {ChosenDevice} chosen
 * @param {readonly Device[]} devices of its kind
 * @returns {Device | null} `null`: it is not there now, or cannot be told from the others
 */
export function findChosen(chosen, devices) {
  if (!chosen.deviceId) return null;
  const byId = devices.find(({ deviceId }) => deviceId === chosen.deviceId);
  if (byId) return byId;
  const named = devices.filter(({ deviceId, label }) => deviceId && label && label === chosen.label);
  const inGroup = devices.filter(({ groupId }) => groupId && groupId === chosen.groupId);
  const found = named.find((device) => inGroup.includes(device)) ?? named[0];
  return found ?? (inGroup.length === 1 ? inGroup[0] : undefined) ?? null;
}
