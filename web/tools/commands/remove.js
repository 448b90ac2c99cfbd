/** The command that removes what is selected. */

import { commandText } from "../../text/tools.js";
import { removeElements } from "../removal.js";

/** @import {Command} from "./command.js" */

/** @type {Command[]} */
export const removeCommands = [
  {
    id: "delete",
    group: "edit",
    label: commandText.delete,
    icon: "trash",
    keys: ["Delete", "Backspace"],
    toolbar: "menu",
    enabled: ({ selection }) => selection.size > 0,
    perform: (context) => removeElements(context, context.selection.ids),
  },
];
