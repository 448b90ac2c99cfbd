/** Switch of the tones of the page, for the card of who rings. */

import { icon, make, setIcon } from "../ui/dom.js";
import { text } from "../text/manners.js";

/** @import {Choices} from "../devices/choices.js" */

/**
 * @param {Choices} choices
 * @returns {HTMLButtonElement}
 */
export function quietSwitch(choices) {
  const symbol = icon("bell");
  const button = make("button", { type: "button", class: "ghost", "data-action": "quiet" }, symbol);
  const show = () => {
    const quiet = choices.get("quiet");
    const label = quiet ? text.ringOn : text.ringOff;
    button.setAttribute("aria-label", label);
    button.title = label;
    setIcon(symbol, quiet ? "bell-off" : "bell");
  };
  button.addEventListener("click", () => {
    choices.set("quiet", !choices.get("quiet"));
    show();
  });
  show();
  return button;
}
