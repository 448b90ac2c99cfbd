/** Mode: select, move and resize. */

import { modeText } from "../../text/tools.js";

/** @import {Mode} from "./mode.js" */

/** @type {Mode} */
export const select = { name: "select", label: modeText.select, icon: "select", keys: ["V", "1"], cursor: "default", stays: true, begin: null };
