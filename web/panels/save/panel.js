/** The panel that saves the canvas as a file, as it is or as it was. */

import { momentText } from "../history/moment.js";
import { chatFileButton } from "./chatfile.js";
import { ExportMenu } from "./exportmenu.js";

/** @import {Panel, PanelContext} from "../panel.js" */

/**
 * @param {PanelContext} context
 * @returns {Panel}
 */
export function create({ sessionId, joinToken, notices, timeline, replay, chat, describePerson }) {
  const menu = new ExportMenu(sessionId, joinToken, notices);
  menu.node.append(chatFileButton(chat, (peerId) => describePerson(peerId).name, notices));
  replay.on("moved", () => {
    const { revision } = replay;
    menu.showMoment(revision, revision === null ? "" : momentText(timeline, revision));
  });
  return menu;
}
