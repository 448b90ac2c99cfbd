/** The parts of the side panel, in the order of their tabs; the code of each is loaded when it is needed. */

import { panelLabel } from "../text/panels.js";

/** @import {PanelDefinition} from "./panel.js" */

/** @type {readonly PanelDefinition[]} */
export const panels = [
  { name: "elements", label: panelLabel.elements, icon: "list", load: () => import("./elements/panel.js") },
  { name: "history", label: panelLabel.history, icon: "history", load: () => import("./history/panel.js") },
  { name: "save", label: panelLabel.save, icon: "download", load: () => import("./save/panel.js") },
  { name: "calls", label: panelLabel.calls, icon: "signal-good", load: () => import("./calls/panel.js") },
];
