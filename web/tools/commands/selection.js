/** Commands that choose elements and open the chosen one. */

import { selectedLink } from "../linkpress.js";
import { makeByKeys } from "../modes/bykeys.js";
import { commandText } from "../../text/tools.js";
import { chosenAmong, topmost } from "../nesting.js";

/** @import {Command} from "./command.js" */

/** @type {Command[]} */
export const selectionCommands = [
  {
    id: "selectAll",
    group: "edit",
    label: commandText.selectAll,
    icon: "select",
    keys: ["Ctrl+A"],
    contextMenu: "canvas",
    perform({ scene, selection, stage }) {
      selection.set(topmost(scene, chosenAmong(scene, [...scene.elements()].map(({ id }) => id))));
      stage.frame.focus({ preventScroll: true });
    },
  },
  {
    id: "open",
    group: "edit",
    label: commandText.open,
    icon: "edit",
    keys: ["Enter", "F2"],
    contextMenu: "selection",
    enabled: ({ selection, mode }) => selection.size === 1 || mode.current.begin !== null,
    perform(context) {
      const { selection, open, mode } = context;
      if (mode.current.begin) return void makeByKeys(context);
      const [id] = selection.ids;
      if (id) open(id);
    },
  },
  {
    id: "openLink",
    group: "edit",
    label: commandText.openLink,
    icon: "link",
    keys: ["Ctrl+Enter"],
    contextMenu: "selection",
    enabled: (context) => selectedLink(context) !== null,
    perform: (context) => selectedLink(context)?.click(),
  },
];
