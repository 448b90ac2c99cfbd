/** Controls that switch the microphone and the camera. */

import { switchText, text } from "../../text/devices.js";

/** @import {MediaKind} from "../../media/local.js" */
/** @import {Control, ControlState, RoomContext} from "../control.js" */

/**
 * @param {RoomContext} context
 * @param {MediaKind} kind
 * @returns {ControlState} pressed: nothing is sent
 */
function stateOf({ media }, kind) {
  const opening = media.isOpening(kind);
  const off = !opening && !media.isOn(kind);
  const fault = media.isOn(kind) && !media.isSent(kind) ? "silenced" : media.fault(kind);
  const symbol = kind === "audio" ? "mic" : "camera";
  return {
    label: switchText(kind, opening ? "opening" : fault),
    icon: off ? `${symbol}-off` : symbol,
    pressed: off,
    busy: opening,
    ...(fault && !opening && { fault }),
  };
}

/** @type {Control} */
export const microphone = {
  name: "mute",
  label: text.mute,
  icon: "mic",
  group: "call",
  place: "always",
  keys: ["M"],
  isHere: ({ signaling }) => signaling.inCall,
  state: (context) => stateOf(context, "audio"),
  perform: ({ media }) => media.toggle("audio"),
};

/** @type {Control} */
export const camera = {
  name: "camera",
  label: text.cameraSwitch,
  icon: "camera",
  group: "call",
  place: "always",
  keys: ["V"],
  isHere: ({ signaling }) => signaling.inCall,
  state: (context) => stateOf(context, "video"),
  perform: ({ media }) => media.toggle("video"),
};
