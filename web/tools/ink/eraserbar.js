/** The bar of the eraser, while that is the tool: what it takes. */

import { eraserText as text } from "../../text/tools.js";
import { make } from "../../ui/dom.js";
import { ERASERS, eraser } from "./eraserstyle.js";

/** @import {EditContext} from "../tools.js" */

/** @param {EditContext} context */
export function showEraserBar({ mode, stage }) {
  const buttons = ERASERS.map((style) => {
    const button = make("button", { type: "button", "data-eraser": style }, text[style]);
    button.addEventListener("click", () => eraser.set(style));
    return button;
  });
  const bar = make("div", { class: "eraser-bar", role: "group", "aria-label": text.label, hidden: "" }, ...buttons);
  stage.frame.parentElement?.append(bar);
  const show = () => {
    bar.hidden = mode.current.name !== "eraser";
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset["eraser"] === eraser.current));
  };
  mode.on("changed", show);
  eraser.on("changed", show);
}
