/** The address of the page and what it asks for; the name that this browser remembers; clipboard and files. */

import { plainName } from "../lib/foreign.js";
import { readText, writeText } from "../lib/stored.js";
import { pathInSite, sitePath } from "../lib/site.js";

const NAME_KEY = "canvas-server.name";
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[?::1\]?)$/;

/** @returns {string | null} the session in `s/{session}` */
export function sessionOfAddress() {
  return /^s\/([A-Za-z0-9_-]{1,64})\/?$/.exec(pathInSite(location.pathname) ?? "")?.[1] ?? null;
}

/** @returns {string} the link to give to others: the address without its wishes */
export function linkToShare() {
  return location.origin + location.pathname;
}

/** @returns {boolean} the address says that the canvas is not to be drawn (`draw=0`) */
export function asksNotToDraw() {
  return new URLSearchParams(location.search).get("draw") === "0";
}

/** @returns {URL} of the WebSocket endpoint of this server */
export function webSocketUrl() {
  const url = new URL(sitePath("ws"), location.href);
  url.protocol = url.protocol.replace("http", "ws");
  return url;
}

/**
 * A link must not switch a camera on, so `auto=1` counts on this machine only, and elsewhere
 * where whoever runs the server wants it.
 *
 * @param {readonly string[]} features of the server
 * @returns {boolean}
 */
export function autoAccept(features) {
  const isWanted = new URLSearchParams(location.search).get("auto") === "1";
  return isWanted && (LOOPBACK.test(location.hostname) || features.includes("auto_accept"));
}

/** @returns {string} the name in the address, else the remembered one, else one for a guest */
export function firstName() {
  return plainName(new URLSearchParams(location.search).get("name")) || rememberedName() || guest();
}

/** @param {string} name */
export function rememberName(name) {
  writeText("browser", NAME_KEY, name);
}

/** @returns {string} */
function rememberedName() {
  return plainName(readText("browser", NAME_KEY));
}

/** @returns {string} */
function guest() {
  return `Guest ${1000 + Math.floor(Math.random() * 9000)}`;
}

/**
 * @param {string} words
 * @returns {Promise<boolean>} whether they are in the clipboard
 */
export async function copy(words) {
  try {
    await navigator.clipboard.writeText(words);
    return true;
  } catch {
    return false;
  }
}
