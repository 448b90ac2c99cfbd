/** The parts of the side panel, in the order of their tabs. */

import { callsPanel } from "./calls/panel.js";
import { elementsPanel } from "./elements/panel.js";
import { historyPanel } from "./history/panel.js";
import { savePanel } from "./save/panel.js";

/** @import {PanelDefinition} from "./panel.js" */

/** @type {readonly PanelDefinition[]} */
export const panels = [elementsPanel, historyPanel, savePanel, callsPanel];
