/** Control that opens the menu of the layouts. */

import { openLayoutMenu } from "../../layouts/menu.js";
import { text } from "../../text/layouts.js";

/** @import {Control} from "../control.js" */

/** @type {Control} */
export const layout = {
  name: "layout",
  label: text.layout,
  icon: "layout",
  group: "room",
  place: "always",
  keys: ["L"],
  isHere: ({ signaling }) => signaling.inCall,
  perform: ({ layouts }, button) => openLayoutMenu(button, layouts),
};
