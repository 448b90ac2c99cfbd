/** Control that shares the screen: there where the browser can. */

import { ScreenShare } from "../../media/screen.js";
import { text } from "../../text/calls.js";

/** @import {Control} from "../control.js" */

/** @type {Control} */
export const screen = {
  name: "screen",
  label: text.shareScreen,
  icon: "screen",
  group: "call",
  isHere: ({ signaling }) => signaling.inCall && ScreenShare.supported,
  state: ({ screen: { stream } }) => (stream ? { label: text.stopSharing, icon: "screen-off", active: true } : {}),
  perform: ({ screen: share }) => (share.stream ? share.stop() : void share.start()),
};
