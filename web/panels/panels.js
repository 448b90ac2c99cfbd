/** The panels of the drawer, in the order of their tabs; the code of each is loaded when it is needed. */

import { panelLabel } from "../text/panels.js";

/** @import {PanelDefinition} from "./panel.js" */

/** @type {readonly PanelDefinition[]} */
export const panels = [
  { name: "more", label: panelLabel.more, icon: "more", here: "more" },
  { name: "people", label: panelLabel.people, icon: "people", here: "people" },
  { name: "chat", label: panelLabel.chat, icon: "chat", load: () => import("./chat/panel.js") },
  { name: "history", label: panelLabel.history, icon: "history", load: () => import("./history/panel.js") },
  { name: "elements", label: panelLabel.elements, icon: "list", load: () => import("./elements/panel.js") },
  { name: "quality", label: panelLabel.quality, icon: "signal-good", load: () => import("./quality/panel.js") },
  { name: "save", label: panelLabel.save, icon: "download", load: () => import("./save/panel.js") },
];
