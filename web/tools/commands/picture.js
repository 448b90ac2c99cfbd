/** Commands that give the selection to other programs as a picture. */

import { unionOf, boundsOf } from "../../canvas/geometry.js";
import { commandText } from "../../text/tools.js";
import { copySelection, saveSelection } from "../picturecopy.js";

/** @import {ToolContext} from "../tools.js" */
/** @import {Command} from "./command.js" */

/** @param {ToolContext} context @returns {number} in scene units */
const widthOf = ({ selection, view }) => unionOf([...selection.ids].map((id) => boundsOf(view.transformOf(id))))?.width ?? 0;

/** @type {Pick<Command, "group" | "contextMenu" | "keys" | "enabled">} */
const common = { group: "edit", contextMenu: "selection", keys: [], enabled: ({ selection }) => selection.size > 0 };

/** @type {Command[]} */
export const pictureCommands = [
  {
    ...common,
    id: "copyPng",
    label: commandText.copyPng,
    icon: "picture",
    keys: ["Alt+Shift+C"],
    perform: (context) => void copySelection(context, "png", widthOf(context)),
  },
  { ...common, id: "copySvg", label: commandText.copySvg, icon: "pencil", perform: (context) => void copySelection(context, "svg", widthOf(context)) },
  { ...common, id: "savePng", label: commandText.savePng, icon: "download", perform: (context) => void saveSelection(context, "png", widthOf(context)) },
];
