/** Mode: erase strokes and what else was put on the canvas. */

import { modeText } from "../../text/tools.js";
import { eraserGesture } from "../ink/eraser.js";

/** @import {Mode} from "./mode.js" */

/** @type {Mode} */
export const eraser = {
  name: "eraser",
  label: modeText.eraser,
  icon: "eraser",
  keys: ["E"],
  cursor: "cell",
  stays: true,
  begin: (context, { at }) => eraserGesture(context, at),
};
