/** The dialog that lists what the keys do. */

import { make } from "../ui/dom.js";
import { keysOf } from "../lib/keys.js";
import { groupText, shownKey, text } from "../text/tools.js";
import { makeDialog } from "../ui/dialog.js";

/** @import {Command} from "./commands/command.js" */

/** @typedef {Pick<Command, "keys" | "shownKeys" | "label"> & {readonly group: keyof typeof groupText}} Described */

/** Keys that belong to what has the focus, not to the page. */
const FIELDS = "input, textarea, select, [contenteditable]";
const MOST_NAMES = 2;

/**
 * @param {HTMLButtonElement} button
 * @param {readonly Described[]} commands
 */
export function offerHelp(button, commands) {
  button.addEventListener("click", () => showHelp(commands));
  document.addEventListener("keydown", (event) => {
    const { target } = event;
    const writes = target instanceof Element && target.closest(FIELDS);
    const keys = keysOf(event);
    if (!keys.includes("F1") && (!keys.includes("?") || writes)) return;
    event.preventDefault();
    if (!document.querySelector("dialog[open]")) showHelp(commands);
  });
}

/** @param {readonly Described[]} commands */
function showHelp(commands) {
  const groups = /** @type {(keyof typeof groupText)[]} */ (Object.keys(groupText)).map((group) => {
    const list = make("dl", { class: "keys" });
    for (const { keys, shownKeys, label } of commands.filter((command) => command.group === group)) {
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
