/** Why a camera or microphone cannot be used, as far as the browser lets a page know. */

import { devicesOf } from "../devices/present.js";
import { errorName } from "../lib/log.js";
import { NAMES, permissionOf } from "./permissions.js";

/** @import {MediaKind} from "./local.js" */

/**
 * `refused`: the person or the browser said no; `dismissed`: the question was closed without an answer; `system`: the
 * browser may use it, but the system does not let the browser; `embedded`: the page around this one does not pass the
 * right on (W3C permissions-policy); `disabled`: the browser has it turned off for all pages; `missing`: there is no
 * device; `busy`: another program has it; `insecure`: the page was not loaded over HTTPS or from this machine; `lost`:
 * the device went away; `sharp`: it cannot blur the background, though the person wants that.
 *
 * @typedef {"refused" | "dismissed" | "system" | "embedded" | "disabled" | "missing" | "busy" | "insecure" | "lost" |
 *   "sharp"} MediaFault
 */

/**
 * The errors of getUserMedia (W3C mediacapture-main, section 10.2). What they leave open is asked of the browser.
 *
 * @param {unknown} error
 * @param {MediaKind} kind
 * @returns {Promise<MediaFault>}
 */
export async function faultOf(error, kind) {
  switch (errorName(error)) {
    case "NotFoundError":
      return (await isForbidden(error, kind)) ? "system" : "missing";
    case "OverconstrainedError":
      return "missing";
    case "NotReadableError":
    case "AbortError":
      return "busy";
    case "SecurityError":
      return "disabled";
    case "TypeError":
      return isSecure() ? "disabled" : "insecure";
    default:
      return refusalOf(error, kind);
  }
}

/** @returns {MediaFault} why there is no getUserMedia at all */
export function absence() {
  return isSecure() ? "disabled" : "insecure";
}

/**
 * @param {unknown} error a NotAllowedError
 * @param {MediaKind} kind
 * @returns {Promise<MediaFault>}
 */
async function refusalOf(error, kind) {
  if (!isPassedOn(NAMES[kind])) return "embedded";
  if (/system/i.test(wordsOf(error))) return "system";
  if (/dismissed/i.test(wordsOf(error))) return "dismissed";
  return (await permissionOf(kind)) === "granted" ? "system" : "refused";
}

/**
 * @param {unknown} error of a request for several kinds at once
 * @param {MediaKind[]} kinds
 * @returns {Promise<boolean>} the person did not want to answer: to ask for each alone would be asking again and again
 */
export async function wasDismissed(error, kinds) {
  if (errorName(error) !== "NotAllowedError" || !kinds.every((kind) => isPassedOn(NAMES[kind]))) return false;
  const permissions = await Promise.all(kinds.map(permissionOf));
  return permissions.every((permission) => permission === "prompt");
}

/**
 * @param {unknown} error a NotFoundError
 * @param {MediaKind} kind
 * @returns {Promise<boolean>} Firefox on macOS means that the system forbids what is there
 */
async function isForbidden(error, kind) {
  return /object can ?not be found/i.test(wordsOf(error)) && (await devicesOf(kind)).length > 0;
}

/** @param {unknown} error */
function wordsOf(error) {
  return error instanceof Error || error instanceof DOMException ? error.message : "";
}

/**
 * @param {string} feature of W3C permissions-policy
 * @returns {boolean} false: the page that embeds this one keeps it from it
 */
export function isPassedOn(feature) {
  const document = /** @type {{featurePolicy?: {allowsFeature: (name: string) => boolean}} | undefined} */ (
    globalThis.document
  );
  return document?.featurePolicy?.allowsFeature(feature) ?? true;
}

function isSecure() {
  return globalThis.isSecureContext !== false;
}
