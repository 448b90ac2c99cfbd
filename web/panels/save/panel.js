/** The panel that saves the canvas as a file, as it is or as it was. */

import { text } from "../../text/panels/save.js";
import { momentText } from "../history/moment.js";
import { ExportMenu } from "./exportmenu.js";

/** @import {PanelDefinition} from "../panel.js" */

/** @type {PanelDefinition} */
export const savePanel = {
  name: "save",
  label: text.label,
  icon: "download",
  create({ sessionId, joinToken, notices, timeline, replay }) {
    const menu = new ExportMenu(sessionId, joinToken, notices);
    replay.on("moved", () => {
      const { revision } = replay;
      menu.showMoment(revision, revision === null ? "" : momentText(timeline, revision));
    });
    return menu;
  },
};
