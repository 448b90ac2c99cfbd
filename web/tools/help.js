/** The dialog that lists what the keys do. */

import { make } from "../ui/dom.js";
import { groupText, shownKey, text } from "../text/tools.js";
import { makeDialog } from "../ui/dialog.js";
import { commands } from "./commands.js";

/** @import {Command} from "./commands/command.js" */

/** @typedef {Pick<Command, "keys" | "shownKeys" | "label"> & {readonly group: keyof typeof groupText}} Described */

const MOST_NAMES = 2;

/** @param {readonly Described[]} more beside the commands of the canvas */
export function showHelp(more) {
  if (document.querySelector("dialog .help")) return; // it was pressed again while its code was on its way
  const all = [...commands, ...more];
  const groups = /** @type {(keyof typeof groupText)[]} */ (Object.keys(groupText)).map((group) => {
    const list = make("dl", { class: "keys" });
    for (const { keys, shownKeys, label } of all.filter((command) => command.group === group)) {
      if (keys.length === 0) continue;
      const names = shownKeys ? [shownKeys] : keys.slice(0, MOST_NAMES).map(shownKey);
      const cell = make("dt", {}, ...names.map((name) => make("kbd", {}, name)));
      list.append(make("div", {}, cell, make("dd", {}, label)));
    }
    return make("section", {}, make("h3", {}, groupText[group]), list);
  });
  const body = make("div", { class: "help", tabindex: "0", role: "group", "aria-label": text.helpTitle }, ...groups);
  makeDialog(text.helpTitle, body).showModal();
}
