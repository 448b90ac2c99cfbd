/** Commands that make a new element: one for each kind that people can make. */

import { kinds } from "../../kinds/kinds.js";

/** @import {KindDefinition, KindName} from "../../kinds/definition.js" */
/** @import {Command} from "./command.js" */

/** @type {Command[]} */
export const addCommands = Object.entries(kinds).flatMap(([type, definition]) => {
  const { create, icon } = /** @type {KindDefinition<any>} */ (definition);
  if (!create) return [];
  return {
    id: create.command,
    group: "add",
    label: create.label,
    icon,
    keys: create.keys,
    toolbar: "bar",
    perform: ({ create: begin }) => begin(/** @type {KindName} */ (type)),
  };
});
