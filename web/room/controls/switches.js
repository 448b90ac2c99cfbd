/** Controls that switch the microphone and the camera. */

import { switchText, text } from "../../text/devices.js";

/** @import {MediaKind} from "../../media/local.js" */
/** @import {Control, ControlState, RoomContext} from "../control.js" */

/**
 * @param {RoomContext} context
 * @param {MediaKind} kind
 * @returns {ControlState} pressed: nothing is sent
 */
function stateOf({ media: ofCalls, lobby }, kind) {
  const media = lobby.media ?? ofCalls;
  if (!media.stream) return plain(kind, !media.isWanted(kind)); // what joining turns on
  const opening = media.isOpening(kind);
  const off = !opening && !media.isOn(kind);
  const fault = media.isOn(kind) && !media.isSent(kind) ? "silenced" : media.fault(kind);
  return {
    ...plain(kind, off),
    label: switchText(kind, opening ? "opening" : fault),
    busy: opening,
    ...(fault && !opening && { fault }),
  };
}

/**
 * @param {MediaKind} kind
 * @param {boolean} off
 * @returns {ControlState}
 */
function plain(kind, off) {
  const symbol = kind === "audio" ? "mic" : "camera";
  return { label: switchText(kind, null), icon: off ? `${symbol}-off` : symbol, pressed: off };
}

/** @param {RoomContext} context */
const isHere = ({ signaling, lobby, mayPublish }) => signaling.inCall || (lobby.isOpen && mayPublish());

/** @type {Control} */
export const microphone = {
  name: "mute",
  label: text.mute,
  icon: "mic",
  group: "call",
  place: "always",
  keys: ["M"],
  isHere,
  state: (context) => stateOf(context, "audio"),
  perform: ({ media, lobby }) => (lobby.media ?? media).toggle("audio"),
};

/** @type {Control} */
export const camera = {
  name: "camera",
  label: text.cameraSwitch,
  icon: "camera",
  group: "call",
  place: "always",
  keys: ["Shift+V"],
  isHere,
  state: (context) => stateOf(context, "video"),
  perform: ({ media, lobby }) => (lobby.media ?? media).toggle("video"),
};
