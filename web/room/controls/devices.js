/** Control that opens the dialog of camera, microphone and speaker. */

import { Part } from "../../ui/part.js";
import { text } from "../../text/devices.js";

/** @import {Control} from "../control.js" */

export const deviceDialog = new Part(() => import("../../devices/dialog.js"));

/** @type {Control} */
export const devices = {
  name: "devices",
  label: text.title,
  icon: "sliders",
  group: "call",
  place: "seldom",
  perform: ({ choices, media, lobby, notices }) => void deviceDialog.use(({ showDevices }) => showDevices(choices, lobby.media ?? media), notices),
};
