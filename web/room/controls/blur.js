/** Control that blurs the background of the camera's picture: there where the camera can. */

import { text } from "../../text/devices.js";

/** @import {Control} from "../control.js" */

/** @type {Control} */
export const blur = {
  name: "blur",
  label: text.blur,
  icon: "blur",
  group: "call",
  place: "seldom",
  isHere: ({ signaling, media, lobby }) => (signaling.inCall || lobby.isOpen) && (lobby.media ?? media).blur.state.possible,
  state: ({ media, lobby }) => {
    const { on, settable } = (lobby.media ?? media).blur.state;
    if (!settable) return { label: text.blurBySystem, pressed: on, disabled: true };
    return { title: on ? text.blurOn : text.blurOff, pressed: on, active: on };
  },
  perform: ({ media, lobby }) => (lobby.media ?? media).blur.toggle(),
};
