/** Permissions of this page for camera and microphone (W3C Permissions). */

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

/**
 * @param {MediaKind} kind
 * @returns {Promise<boolean>} the browser would not ask the person out of the blue
 */
export async function opensUnasked(kind) {
  const permission = await permissionOf(kind);
  return permission === "granted" || permission === "unknown";
}
