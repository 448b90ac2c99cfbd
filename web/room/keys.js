/** Keys of the controls of the dock, wherever nobody is writing. */

import { isComposed, keysOf } from "../lib/keys.js";
import { text } from "../text/manners.js";
import { controls } from "./controls.js";

/** @import {RoomContext} from "./control.js" */

const WRITING = "input, select, textarea, [contenteditable], dialog, [role=listbox], [role=menu]";

/** Controls that have keys, as the help lists them. */
export const controlKeys = controls.flatMap(({ name, label, keys }) =>
  keys ? [{ name, label, keys, group: /** @type {const} */ ("call") }] : []);

/** The key to talk, which is held: manners/holdtotalk.js. @type {{keys: string[], label: string, group: "call"}} */
export const talkKey = { keys: ["Space"], label: text.holdToTalk, group: "call" };

/** @param {RoomContext} context */
export function listenToControlKeys(context) {
  document.addEventListener("keydown", (event) => {
    const { target } = event;
    if (event.defaultPrevented || event.repeat || isComposed(event)) return;
    if (target instanceof Element && target.closest(WRITING)) return;
    const names = keysOf(event);
    const pressed = controls.find(({ keys = [], isHere }) =>
      keys.some((key) => names.includes(key)) && (isHere?.(context) ?? true));
    if (!pressed) return;
    event.preventDefault();
    pressed.perform(context, buttonOf(pressed.name));
  });
}

/** @param {string} name @returns {HTMLButtonElement} */
function buttonOf(name) {
  const button = document.querySelector(`button[data-action="${name}"][data-group]`);
  if (!(button instanceof HTMLButtonElement)) throw new TypeError(`there is no control ${name}`);
  return button;
}
