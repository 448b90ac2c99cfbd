/**
 * Join token of the link, which lets this window into its session (rules TOK1, TOK2). It comes in the
 * fragment, which no browser sends anywhere, or with a short link (LNK2), and stays in `sessionStorage`, which is of
 * this window.
 */

import { invitationTo } from "./invitation.js";
import { storageKey } from "../lib/site.js";
import { readText, writeText } from "../lib/stored.js";

const FRAGMENT = "token";
/** A request without an answer for so long is given up: longer than the server draws a picture. */
const REQUEST_MS = 60_000;

export class JoinToken {
  #key;
  /** The present token; empty: the link had none. */
  token;
  /** Resume token of this window: it shows that it was let in, where a link alone does not. */
  proof = "";

  /**
   * @param {string} sessionId
   * @param {string} [token] as it was taken out of the address
   */
  constructor(sessionId, token = joinTokenOf(sessionId)) {
    this.#key = keyOf(sessionId);
    this.token = token;
  }

  /** @param {string} token in the place of the present one */
  take(token) {
    this.token = token;
    writeText("window", this.#key, token); // where storage is forbidden, a reload needs the link again
  }

  /**
   * HTTP request to the server, with the token; a body is JSON.
   *
   * @param {string | URL} address
   * @param {RequestInit} [options]
   * @returns {Promise<Response>}
   * @throws {DOMException} `TimeoutError`
   */
  fetch(address, options = {}) {
    const headers = new Headers(options.headers);
    if (this.token) headers.set("authorization", `Bearer ${this.token}`);
    if (this.proof) headers.set("canvas-resume-token", this.proof);
    if (options.body !== undefined) headers.set("content-type", "application/json");
    return fetch(address, { signal: AbortSignal.timeout(REQUEST_MS), ...options, headers });
  }
}

/**
 * Take the token out of the address, or of the invitation, into this window, where there is one.
 *
 * @param {string} sessionId
 * @returns {string} the token of this window; empty: its link had none
 */
export function joinTokenOf(sessionId) {
  const key = keyOf(sessionId);
  const brought = invitationTo(sessionId) || tokenIn(location.hash);
  if (!brought) return readText("window", key) ?? "";
  // Nobody who looks over a shoulder, and no list of visited pages, is to have it.
  history.replaceState(history.state, "", location.pathname + location.search);
  writeText("window", key, brought);
  return brought;
}

/**
 * @param {string} hash of an address
 * @returns {boolean} whether it is that of a link which lets in
 */
export function hasToken(hash) {
  return Boolean(tokenIn(hash));
}

/** @param {string} hash */
function tokenIn(hash) {
  return new URLSearchParams(hash.slice(1)).get(FRAGMENT);
}

/** @param {string} sessionId */
function keyOf(sessionId) {
  return storageKey(`token.${sessionId}`);
}
