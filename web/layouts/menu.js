/** Menu of the layouts, at the control that opens it: one press more, by pointer, arrows or digits. */

import { layoutHint, layoutLabel, text } from "../text/layouts.js";
import { icon, make } from "../ui/dom.js";
import { toggleMenuNode } from "../ui/menu.js";
import { LAYOUTS } from "./members.js";

/** @import {Layouts} from "./layouts.js" */
/** @import {Layout} from "./members.js" */

/** @type {Record<Layout, string>} */
const ICONS = { canvas: "layout", strip: "layout-strip", speaker: "layout-speaker", grid: "layout-grid" };

/**
 * @param {HTMLElement} opener
 * @param {Layouts} layouts
 */
export function openLayoutMenu(opener, layouts) {
  const menu = make("div", { class: "layout-menu", role: "menu", "aria-label": text.layout });
  for (const [index, layout] of LAYOUTS.entries()) {
    const isChosen = layout === layouts.layout;
    const item = make(
      "button",
      { type: "button", role: "menuitemradio", "aria-checked": String(isChosen), "data-layout-choice": layout, title: layoutHint[layout] },
      icon(ICONS[layout]), make("span", {}, layoutLabel[layout]), make("kbd", { "aria-hidden": "true" }, String(index + 1)),
    );
    item.addEventListener("click", () => (layouts.layout = layout));
    menu.append(item);
  }
  if ("documentPictureInPicture" in globalThis || document.pictureInPictureEnabled) {
    const pip = make("button", { type: "button", role: "menuitem", "data-view": "pip" }, icon("pip"), make("span", {}, text.pip));
    pip.addEventListener("click", () => layouts.togglePip());
    menu.append(make("div", { role: "separator" }), pip);
  }
  menu.addEventListener("keydown", (event) => {
    if (!/^[1-4]$/.test(event.key)) return;
    event.preventDefault();
    menu.querySelectorAll("button")[Number(event.key) - 1]?.click();
  });
  toggleMenuNode(opener, menu, "above");
}
