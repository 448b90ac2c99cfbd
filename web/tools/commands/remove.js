/** The command that removes what is selected. */

import { isRemovable } from "../../kinds/kinds.js";
import { commandText, text } from "../../text/tools.js";

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
    perform({ scene, selection, notices, stage }) {
      const ids = [...selection.ids].filter((id) => scene.has(id));
      const removable = ids.filter((id) => isRemovable(scene.get(id)?.kind));
      if (removable.length < ids.length) notices.show(text.tileStays, { key: "tile" });
      if (removable.length === 0) return;
      scene.edit(removable.map((id) => ({ op: "remove", id })));
      stage.frame.focus({ preventScroll: true });
    },
  },
];
