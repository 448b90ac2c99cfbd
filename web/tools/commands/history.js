/** Commands that take the person's own edits back and make them again. */

import { commandText, text } from "../../text/tools.js";

/** @import {Notices} from "../../app/notices.js" */
/** @import {Command} from "./command.js" */

/**
 * @param {Notices} notices
 * @param {"done" | "nothing" | "overtaken"} outcome
 */
function report(notices, outcome) {
  if (outcome === "overtaken") notices.show(text.overtaken, { key: "undo" });
}

/** @type {Command[]} */
export const historyCommands = [
  {
    id: "undo",
    group: "edit",
    label: commandText.undo,
    icon: "undo",
    keys: ["Ctrl+Z"],
    repeats: true,
    toolbar: "bar",
    enabled: ({ scene }) => scene.canUndo,
    perform: ({ scene, notices }) => report(notices, scene.undo()),
  },
  {
    id: "redo",
    group: "edit",
    label: commandText.redo,
    icon: "redo",
    keys: ["Ctrl+Shift+Z", "Ctrl+Y"],
    repeats: true,
    toolbar: "bar",
    enabled: ({ scene }) => scene.canRedo,
    perform: ({ scene, notices }) => report(notices, scene.redo()),
  },
];
