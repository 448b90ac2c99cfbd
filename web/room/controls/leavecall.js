/** Control that leaves the call. */

import { text } from "../../text/calls.js";
import { focusDock } from "./joincall.js";

/** @import {Control} from "../control.js" */

/** @type {Control} */
export const leaveCall = {
  name: "leave-call",
  label: text.leaveCall,
  icon: "phone-off",
  group: "call",
  place: "always",
  tone: "danger",
  words: true,
  isHere: ({ signaling }) => signaling.inCall,
  state: ({ signaling: { calls, savedGroup } }) => {
    const begun = calls.filter(({ state, outgoing }) => outgoing || state !== "ringing");
    if (savedGroup !== "joined" && begun.length > 0 && begun.every(({ state }) => state === "ringing")) return { label: text.cancelCall };
    return {};
  },
  perform: ({ signaling }, button) => {
    signaling.leaveCall();
    focusDock(button);
  },
};
