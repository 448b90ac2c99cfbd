/** Commands that copy. The browser itself handles the keys of its clipboard. */

import { isRemovable } from "../../kinds/kinds.js";
import { commandText } from "../../text/tools.js";

/** @import {ToolContext} from "../tools.js" */
/** @import {Command} from "./command.js" */

/** @param {ToolContext} context @returns {boolean} something is selected that can be copied */
const anyCopyable = ({ scene, selection }) => [...selection.ids].some((id) => isRemovable(scene.get(id)?.kind));

/** @type {Command[]} */
export const clipboardCommands = [
  {
    id: "copy",
    group: "edit",
    label: commandText.copy,
    icon: "copy",
    keys: ["Ctrl+C"],
    native: true,
    contextMenu: "selection",
    enabled: anyCopyable,
    perform: () => void document.execCommand("copy"),
  },
  {
    id: "cut",
    group: "edit",
    label: commandText.cut,
    icon: "cut",
    keys: ["Ctrl+X"],
    native: true,
    contextMenu: "selection",
    enabled: anyCopyable,
    perform: () => void document.execCommand("cut"),
  },
  {
    id: "paste",
    group: "edit",
    label: commandText.paste,
    icon: "paste",
    keys: ["Ctrl+V"],
    native: true,
    contextMenu: "canvas",
    perform: ({ clipboard }) => void clipboard.pasteFromMenu(),
    performAt: ({ clipboard }, _key, at) => void clipboard.pasteFromMenu(at),
  },
  {
    id: "pastePlain",
    group: "edit",
    label: commandText.pastePlain,
    icon: "paste",
    keys: ["Ctrl+Shift+V"],
    native: true,
    enabled: () => false,
    perform: () => {},
  },
  {
    id: "duplicate",
    group: "edit",
    label: commandText.duplicate,
    icon: "copy",
    keys: ["Ctrl+D"],
    toolbar: "menu",
    enabled: anyCopyable,
    perform: ({ clipboard }) => clipboard.duplicate(),
  },
];
