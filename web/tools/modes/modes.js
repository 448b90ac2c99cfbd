/** The modes of the pointer, once: buttons, keys and help follow from this list, in its order. */

import { arrow } from "./arrow.js";
import { eraser } from "./eraser.js";
import { frame } from "./frame.js";
import { laser } from "./laser.js";
import { pen } from "./pen.js";
import { select } from "./select.js";
import { shape } from "./shape.js";

/** @import {Mode} from "./mode.js" */

/** @type {readonly [Mode, ...Mode[]]} the first one is active in the beginning and after one use of another */
export const modes = [select, shape, arrow, pen, eraser, laser, frame];
