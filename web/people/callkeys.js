/** Keyboard shortcuts of a call, wherever nobody is writing. */

import { text } from "../text/devices.js";
import { isComposed, keysOf } from "../lib/keys.js";

/** @import {MediaKind} from "../media/local.js" */

const WRITING = "input, select, textarea, [contenteditable], dialog, [role=listbox], [role=menu]";

/** @type {{keys: string[], label: string, group: "call", kind: MediaKind}[]} */
export const callKeys = [
  { keys: ["M"], label: text.mute, group: "call", kind: "audio" },
  { keys: ["V"], label: text.cameraSwitch, group: "call", kind: "video" },
];

/**
 * @param {() => boolean} inCall
 * @param {(kind: MediaKind) => void} toggle
 */
export function listenToCallKeys(inCall, toggle) {
  document.addEventListener("keydown", (event) => {
    const { target } = event;
    if (event.defaultPrevented || event.repeat || isComposed(event) || !inCall()) return;
    if (target instanceof Element && target.closest(WRITING)) return;
    const names = keysOf(event);
    const pressed = callKeys.find(({ keys }) => keys.some((key) => names.includes(key)));
    if (!pressed) return;
    event.preventDefault();
    toggle(pressed.kind);
  });
}
