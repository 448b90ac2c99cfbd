/** The button and the keys that show what the keys do. */

import { keysOf } from "../lib/keys.js";
import { controlKeys, talkKey } from "../room/keys.js";
import { Part } from "../ui/part.js";

/** @import {Notices} from "./notices.js" */

/** Keys that belong to what has the focus, not to the page. */
const FIELDS = "input, textarea, select, [contenteditable]";

/**
 * @param {HTMLButtonElement} button
 * @param {Notices} notices
 * @returns {Part<typeof import("../tools/tools.js")>}
 */
export function offerHelp(button, notices) {
  const help = new Part(() => import("../tools/tools.js")); // with the commands that it lists
  const show = () => void help.use(({ showHelp }) => showHelp([...controlKeys, talkKey]), notices);
  button.addEventListener("click", show);
  document.addEventListener("keydown", (event) => {
    const { target } = event;
    const writes = target instanceof Element && target.closest(FIELDS);
    const keys = keysOf(event);
    if (!keys.includes("F1") && (!keys.includes("?") || writes)) return;
    event.preventDefault();
    if (!document.querySelector("dialog[open]")) show();
  });
  return help;
}
