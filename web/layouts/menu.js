/** Menu of the layouts, at the control that opens it: one press more, by pointer, arrows or digits. */

import { layoutHint, layoutLabel, text } from "../text/layouts.js";
import { icon, make } from "../ui/dom.js";
import { LAYOUTS } from "./members.js";

/** @import {Layouts} from "./layouts.js" */
/** @import {Layout} from "./members.js" */

/** @type {Record<Layout, string>} */
const ICONS = { canvas: "layout", strip: "layout-strip", speaker: "layout-speaker", grid: "layout-grid" };
const AIR_PX = 8;

/**
 * @param {HTMLElement} opener
 * @param {Layouts} layouts
 */
export function openLayoutMenu(opener, layouts) {
  const present = document.querySelector(".layout-menu");
  if (present) return present.remove();
  const menu = make("div", { class: "layout-menu", role: "menu", "aria-label": text.layout });
  const close = () => {
    menu.remove();
    opener.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", beside, true);
  };
  const beside = (/** @type {Event} */ { target }) => {
    if (target instanceof Node && !menu.contains(target) && !opener.contains(target)) close();
  };
  /** @param {() => void} act */
  const choose = (act) => {
    close();
    opener.focus();
    act();
  };
  for (const [index, layout] of LAYOUTS.entries()) {
    const isChosen = layout === layouts.layout;
    const item = make(
      "button",
      { type: "button", role: "menuitemradio", "aria-checked": String(isChosen), "data-layout-choice": layout, title: layoutHint[layout] },
      icon(ICONS[layout]), make("span", {}, layoutLabel[layout]), make("kbd", { "aria-hidden": "true" }, String(index + 1)),
    );
    item.addEventListener("click", () => choose(() => (layouts.layout = layout)));
    menu.append(item);
  }
  if ("documentPictureInPicture" in globalThis || document.pictureInPictureEnabled) {
    const pip = make("button", { type: "button", role: "menuitem", "data-view": "pip" }, icon("pip"), make("span", {}, text.pip));
    pip.addEventListener("click", () => choose(() => layouts.togglePip()));
    menu.append(make("div", { role: "separator" }), pip);
  }
  menu.addEventListener("keydown", (event) => moveByKey(event, menu, () => choose(() => {})));
  document.addEventListener("pointerdown", beside, true);
  document.body.append(menu);
  place(menu, opener);
  opener.setAttribute("aria-expanded", "true");
  const chosen = menu.querySelector("[aria-checked=true]");
  if (chosen instanceof HTMLElement) chosen.focus();
}

/**
 * Above the control, inside the window; below it where there is no room.
 *
 * @param {HTMLElement} menu
 * @param {HTMLElement} opener
 */
function place(menu, opener) {
  const at = opener.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const left = Math.max(AIR_PX, Math.min(at.left + at.width / 2 - width / 2, innerWidth - width - AIR_PX));
  const above = at.top - height - AIR_PX;
  const top = Math.max(AIR_PX, above >= AIR_PX ? above : Math.min(at.bottom + AIR_PX, innerHeight - height - AIR_PX));
  Object.assign(menu.style, { left: `${left}px`, top: `${top}px` });
}

/**
 * Keys of a menu (W3C ARIA Authoring Practices, menu).
 *
 * @param {KeyboardEvent} event
 * @param {HTMLElement} menu
 * @param {() => void} leave
 */
function moveByKey(event, menu, leave) {
  const items = [...menu.querySelectorAll("button")];
  const at = items.findIndex((item) => item === document.activeElement);
  const to = (/** @type {number} */ index) => items[(index + items.length) % items.length]?.focus();
  event.stopPropagation();
  if (event.key === "Escape" || event.key === "Tab") leave();
  else if (event.key === "ArrowDown") to(at + 1);
  else if (event.key === "ArrowUp") to(at - 1);
  else if (event.key === "Home") to(0);
  else if (event.key === "End") to(-1);
  else if (/^[1-4]$/.test(event.key)) items[Number(event.key) - 1]?.click();
  else return;
  event.preventDefault();
}
