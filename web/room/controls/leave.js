/** Control that leaves the call. */

import { text } from "../../text/calls.js";

/** @import {Control} from "../control.js" */

/** @type {Control} */
export const leave = {
  name: "leave",
  label: text.leaveCall,
  icon: "phone-off",
  group: "call",
  place: "always",
  tone: "danger",
  words: true,
  isHere: ({ signaling }) => signaling.inCall,
  state: ({ signaling: { calls, inGroup } }) => {
    const begun = calls.filter(({ state, outgoing }) => outgoing || state !== "ringing");
    if (!inGroup && begun.length > 0 && begun.every(({ state }) => state === "ringing")) return { label: text.cancelCall };
    return { label: begun.length > 1 ? text.leaveCalls : text.leaveCall };
  },
  perform: ({ signaling }) => signaling.leaveCall(),
};
