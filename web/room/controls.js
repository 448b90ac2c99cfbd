/** Controls of the dock, in its order. */

import { blur } from "./controls/blur.js";
import { chat } from "./controls/chat.js";
import { devices } from "./controls/devices.js";
import { hand } from "./controls/hand.js";
import { joinCall } from "./controls/joincall.js";
import { layout } from "./controls/layout.js";
import { leaveCall } from "./controls/leavecall.js";
import { more } from "./controls/more.js";
import { react } from "./controls/react.js";
import { screen } from "./controls/screen.js";
import { camera, microphone } from "./controls/switches.js";

/** @import {Control} from "./control.js" */

/** @type {readonly Control[]} */
export const controls = [
  microphone,
  camera,
  blur,
  screen,
  hand,
  react,
  chat,
  devices,
  layout,
  more,
  joinCall,
  leaveCall,
];
