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
  isHere: ({ signaling, media }) => signaling.inCall && media.blur.state.possible,
  state: ({ media }) => {
    const { on, settable } = media.blur.state;
    if (!settable) return { label: text.blurBySystem, pressed: on, disabled: true };
    return { title: on ? text.blurOn : text.blurOff, pressed: on, active: on };
  },
  perform: ({ media }) => media.blur.toggle(),
};
