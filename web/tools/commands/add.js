/** Commands that make a new element: one for each kind that people can make. */

import { definitionOf } from "../../kinds/kinds.js";
import { makings } from "../../kinds/makings.js";

/** @import {KindName} from "../../kinds/definition.js" */
/** @import {Command} from "./command.js" */

/** @type {Command[]} */
export const addCommands = Object.entries(makings).flatMap(([type, { create }]) => {
  if (!create) return [];
  return {
    id: create.command,
    tool: create.command,
    group: "add",
    label: create.label,
    icon: definitionOf({ type }).icon,
    keys: create.keys,
    toolbar: "bar",
    perform: ({ create: begin }) => begin(/** @type {KindName} */ (type)),
    drop: ({ create: begin }, at) => begin(/** @type {KindName} */ (type), at),
  };
});
