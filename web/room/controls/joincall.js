/** Control that joins the call of this canvas. */

import { text } from "../../text/lobby.js";

/** @import {Control} from "../control.js" */

/** @type {Control} */
export const joinCall = {
  name: "join-call",
  label: text.join,
  icon: "phone",
  group: "call",
  place: "always",
  tone: "accept",
  words: true,
  isHere: ({ signaling, connection }) => !signaling.inCall && !connection.isWaiting,
  state: ({ connection, signaling }) => {
    const isFull = signaling.isGroupFull;
    return { disabled: connection.state !== "open" || isFull, title: isFull ? text.full : text.joinWords };
  },
  perform: ({ signaling }, button) => {
    signaling.joinCall();
    focusDock(button);
  },
};

/**
 * The button that was pressed goes: the focus goes to the bar, where no key acts by accident.
 *
 * @param {HTMLButtonElement} button
 */
export function focusDock(button) {
  if (button.contains(document.activeElement)) document.getElementById("dock")?.focus();
}
