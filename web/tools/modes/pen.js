/** Mode: draw with a pen or a marker. */

import { modeText } from "../../text/tools.js";
import { penGesture } from "../ink/pen.js";
import { STROKES } from "../style/styles.js";

/** @import {Mode} from "./mode.js" */

/** @type {Mode} */
export const pen = { name: "pen", label: modeText.pen, icon: "pen", keys: ["P", "7"], cursor: "crosshair", stays: true, styles: STROKES, begin: penGesture };
