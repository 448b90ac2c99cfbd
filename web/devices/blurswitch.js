/** View of the switch that blurs the background: there where the camera can, and pressed where it does. */

import { text } from "../text/devices.js";

/** @import {BlurState} from "../media/blur.js" */

/**
 * @param {HTMLButtonElement} button
 * @param {BlurState} state
 */
export function showBlur(button, { on, possible, settable }) {
  button.hidden = !possible;
  button.disabled = !settable; // the system alone decides
  button.setAttribute("aria-pressed", String(on));
  const label = settable ? text.blur : text.blurBySystem;
  button.setAttribute("aria-label", label);
  button.title = !settable ? label : on ? text.blurOn : text.blurOff;
}
