/** Commands that choose elements and open the chosen one. */

import { commandText } from "../../text/tools.js";

/** @import {Command} from "./command.js" */

/** @type {Command[]} */
export const selectionCommands = [
  {
    id: "selectAll",
    group: "edit",
    label: commandText.selectAll,
    icon: "select",
    keys: ["Ctrl+A"],
    perform({ scene, selection, stage }) {
      selection.set([...scene.elements()].map(({ id }) => id));
      stage.frame.focus({ preventScroll: true });
    },
  },
  {
    id: "open",
    group: "edit",
    label: commandText.open,
    icon: "edit",
    keys: ["Enter", "F2"],
    enabled: ({ selection }) => selection.size === 1,
    perform({ selection, open }) {
      const [id] = selection.ids;
      if (id) open(id);
    },
  },
];
