/** Definition of the kind: a group of elements, which is not seen itself. */

import { text } from "../../text/kinds/group.js";

/** @import {Group} from "../../types/messages.js" */
/** @import {KindDefinition} from "../definition.js" */

/** @type {KindDefinition<Group>} */
export const groupKind = {
  icon: "group",
  label: text.label,
  describe: () => text.label,
  content: () => ({ show() {} }),
  isClear: true,
  hull: true,
  opensProperties: false,
  keepsAspect: true,
};

/** A new one. @type {Group} */
export const NEW_GROUP = { type: "Group" };
