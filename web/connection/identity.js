/**
 * Identity of this window: its peer id, resume token and calls, so that a reload finds its place again. Kept in
 * `sessionStorage`, which is of one window; a duplicated window gets a copy of it, so a lock shows whether the first
 * one lives.
 */

import { isRecord } from "../lib/own.js";
import { isReloaded } from "../lib/navigation.js";
import { storageKey } from "../lib/site.js";
import { readText, writeText } from "../lib/stored.js";

/** @import {Entry} from "../calls/group.js" */

/**
 * @typedef {object} SavedCall
 * @property {string} peerId
 * @property {string} callId
 * @property {boolean} ringing nobody has answered yet
 * @property {boolean} group it is one of the call of the canvas
 */

/**
 * @typedef {object} Identity
 * @property {string} peerId
 * @property {string} token
 * @property {SavedCall[]} calls
 * @property {Entry | null} group how it came into the call of the canvas; `null`: it is not in it
 */

const MOST_CALLS = 64;
const RELOAD_MS = 3_000;
const DUPLICATE_MS = 700;

let kept = "";
/** @type {Set<string>} */
const held = new Set();

/**
 * @param {string} sessionId
 * @returns {Promise<Identity | null>} null: this window is somebody new
 */
export async function recallIdentity(sessionId) {
  const identity = read(sessionId);
  if (!identity) return null;
  const reloaded = isReloaded();
  // On a reload the page before this one may not quite have let go yet.
  return (await hold(identity.peerId, reloaded ? RELOAD_MS : DUPLICATE_MS)) ? identity : null;
}

/**
 * @param {string} sessionId
 * @param {Identity} identity
 */
export function keepIdentity(sessionId, identity) {
  if (!navigator.locks) return; // without a lock a copy could not be told from the original
  const text = JSON.stringify(identity);
  if (text === kept) return;
  kept = text;
  hold(identity.peerId, DUPLICATE_MS);
  writeText("window", keyOf(sessionId), text); // where storage is forbidden, a reload makes somebody new
}

/** The arrival of this window has the lock. @param {Identity} identity */
export function takeHold({ peerId }) {
  held.add(peerId);
}

/**
 * Hold the lock of a peer id for as long as the page lives.
 *
 * @param {string} peerId
 * @param {number} patience milliseconds to wait for another page to let go
 * @returns {Promise<boolean>} false: another window is this peer
 */
async function hold(peerId, patience) {
  if (held.has(peerId)) return true;
  if (!navigator.locks) return false;
  held.add(peerId);
  return new Promise((resolve) => {
    const forever = () => {
      resolve(true);
      return new Promise(() => {});
    };
    const signal = AbortSignal.timeout(patience);
    navigator.locks.request(`canvas-server.peer.${peerId}`, { signal }, forever).catch(() => {
      held.delete(peerId);
      resolve(false);
    });
  });
}

/**
 * @param {string} sessionId
 * @returns {Identity | null}
 */
function read(sessionId) {
  try {
    return identityOf(JSON.parse(readText("window", keyOf(sessionId)) ?? "null"));
  } catch {
    return null;
  }
}

/**
 * @param {unknown} kept by some version of this page, or by whoever else wrote into the storage
 * @returns {Identity | null} `null`: it is none
 */
export function identityOf(kept) {
  if (!isRecord(kept)) return null;
  const { peerId, token, calls, group } = kept;
  if (typeof peerId !== "string" || typeof token !== "string" || !peerId || !token) return null;
  const known = Array.isArray(calls) ? calls.filter(isSavedCall).slice(0, MOST_CALLS) : [];
  return {
    peerId,
    token,
    calls: known.map(({ peerId, callId, ringing, group }) => ({ peerId, callId, ringing, group: group === true })),
    group: entryOf(group),
  };
}

/**
 * @param {unknown} kept a version before this one kept a boolean
 * @returns {Entry | null}
 */
function entryOf(kept) {
  if (kept === "phone") return kept;
  return kept === "joined" || kept === true ? "joined" : null;
}

/**
 * @param {unknown} call
 * @returns {call is SavedCall}
 */
function isSavedCall(call) {
  return isRecord(call) && typeof call["peerId"] === "string" && typeof call["callId"] === "string" && typeof call["ringing"] === "boolean";
}

/** @param {string} sessionId */
function keyOf(sessionId) {
  return storageKey(`identity.${sessionId}`);
}
