/** Permissions of this page for camera and microphone (W3C Permissions). */

import { errorName, log } from "../lib/log.js";

/** @import {MediaKind} from "./local.js" */

/** The names of the permissions, and of the policies of pages around this one. */
export const NAMES = /** @type {const} */ ({ video: "camera", audio: "microphone" });

/**
 * @param {MediaKind} kind
 * @returns {Promise<PermissionState | "unknown">} `unknown`: a browser that does not tell
 */
export async function permissionOf(kind) {
  try {
    const name = /** @type {any} */ (NAMES[kind]);
    return (await navigator.permissions.query({ name })).state;
  } catch {
    return "unknown";
  }
}

/** What is watched: a browser may drop what nobody holds. @type {Set<PermissionStatus>} */
const watched = new Set();

/**
 * @param {MediaKind} kind
 * @param {(state: PermissionState) => void} changed by the person or the browser; never called by a browser that does not tell
 */
export async function watchPermission(kind, changed) {
  try {
    const status = await navigator.permissions.query({ name: /** @type {any} */ (NAMES[kind]) });
    watched.add(status);
    status.addEventListener("change", () => changed(status.state));
  } catch (error) {
    log("media", "permission", errorName(error));
  }
}

/**
 * @param {MediaKind} kind
 * @returns {Promise<boolean>} the browser would not ask the person out of the blue
 */
export async function opensUnasked(kind) {
  const permission = await permissionOf(kind);
  return permission === "granted" || permission === "unknown";
}
