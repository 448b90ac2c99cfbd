/** Limits of how long a call may stay in a state: none lasts for ever. */

/** @import {CallEndReason, CallState} from "./call.js" */

/** Milliseconds, and what the call then ends with. @type {Partial<Record<CallState, [number, CallEndReason]>>} */
export const LIMITS = {
  ringing: [45_000, "timeout"],
  connecting: [20_000, "failed"],
  // Longer than the server keeps the place of a peer that is away: then it says so itself.
  reconnecting: [130_000, "failed"],
};
