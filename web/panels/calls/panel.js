/** The panel with the quality of the calls. */

import { text } from "../../text/panels/calls.js";
import { CallsView } from "./view.js";

/** @import {PanelDefinition} from "../panel.js" */

/** @type {PanelDefinition} */
export const callsPanel = {
  name: "calls",
  label: text.label,
  icon: "signal-good",
  create: ({ quality, describePerson }) => new CallsView(quality, (peerId) => describePerson(peerId).name),
};
