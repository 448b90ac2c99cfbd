/**
 * The code by which two people see that nobody is between them (RFC 8827 section 6.2: whoever relays
 * the signals could put certificates of its own in the place of theirs).
 *
 * It is made of the fingerprints that both have agreed on, and slowly, so that nobody finds two other
 * certificates with the same code while the call is set up: 60 bits, after a million rounds for each try.
 */

import { PICTURES } from "./pictures.js";

const ROUNDS = 1_000_000;
const LENGTH = 10;
const SALT = "canvas-server, code of a call, 1";

/**
 * Every fingerprint counts: DTLS takes a certificate that has any of those that a description names
 * (RFC 8122 section 5), so one that was added must show as well.
 *
 * @param {string | undefined} sdp
 * @returns {string} the fingerprints in it; empty: there is none
 */
export function fingerprintsOf(sdp = "") {
  const found = [...sdp.matchAll(/^a=fingerprint:(\S+) (\S+?)\s*$/gm)];
  return [...new Set(found.map(([, hash, value]) => `${hash} ${value}`.toLowerCase()))].sort().join(",");
}

/**
 * @param {Pick<RTCPeerConnection, "currentLocalDescription" | "currentRemoteDescription">} pc
 * @returns {string} what both ends have agreed on, the same at either; empty: nothing yet
 */
export function agreedOn({ currentLocalDescription, currentRemoteDescription }) {
  const ends = [currentLocalDescription, currentRemoteDescription].map((one) => fingerprintsOf(one?.sdp));
  return ends.includes("") ? "" : ends.sort().join("\n");
}

/**
 * @param {string} agreed as `agreedOn` gives it
 * @returns {Promise<(readonly [string, string])[]>} pictures with their names
 * @throws {TypeError} the page did not come over https, so the browser computes nothing secret
 */
export async function codeOf(agreed) {
  const bytes = new TextEncoder();
  const key = await crypto.subtle.importKey("raw", bytes.encode(agreed), "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt: bytes.encode(SALT), iterations: ROUNDS };
  const bits = new DataView(await crypto.subtle.deriveBits(how, key, 64)).getBigUint64(0);
  return Array.from({ length: LENGTH }, (_, place) => {
    const six = Number((bits >> BigInt(58 - 6 * place)) & 63n);
    return /** @type {readonly [string, string]} */ (PICTURES[six]);
  });
}
