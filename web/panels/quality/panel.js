/** The panel with the quality of the calls. */

import { CallsView } from "./view.js";

/** @import {Panel, PanelContext} from "../panel.js" */

/**
 * @param {PanelContext} context
 * @returns {Panel}
 */
export function create({ quality, describePerson }) {
  return new CallsView(quality, (peerId) => describePerson(peerId).name);
}
