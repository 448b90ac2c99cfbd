/** Commands that choose what the pointer does: one for each mode. */

import { makeByKeys } from "../modes/bykeys.js";
import { modes } from "../modes/modes.js";

/** @import {Command} from "./command.js" */

/** @type {Command[]} */
export const modeCommands = modes.map(({ name, label, icon, keys, begin, stays }) => ({
  id: `mode-${name}`,
  tool: name,
  group: "tools",
  label,
  icon,
  keys,
  toolbar: "bar",
  pressed: ({ mode }) => mode.current.name === name,
  perform: ({ mode }) => mode.set(name),
  ...(begin && !stays && {
    drop(context, at) {
      context.mode.set(name);
      makeByKeys(context, at);
    },
  }),
}));
