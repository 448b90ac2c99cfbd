/** Mode: point with a laser, whose trail fades. */

import { modeText } from "../../text/tools.js";
import { laserGesture } from "../ink/laser.js";

/** @import {Mode} from "./mode.js" */

/** @type {Mode} */
export const laser = { name: "laser", label: modeText.laser, icon: "laser", keys: ["K"], cursor: "crosshair", stays: true, begin: laserGesture };
