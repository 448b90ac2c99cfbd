/** Menu at the button that opens it (W3C ARIA Authoring Practices, menu button): by pointer or keys, closed by a press beside it. */

import { icon, make } from "./dom.js";

/**
 * @typedef {object} MenuItem
 * @property {string} name in `data-action`
 * @property {string} label
 * @property {string} icon symbol of icons.svg
 * @property {boolean} [danger] it is not undone easily
 * @property {() => void} act
 */

const AIR_PX = 8;
/** Closes the menu that is open. @type {(() => void) | null} */
let closeOpen = null;

/**
 * Open the menu, or close it where it is open.
 *
 * @param {HTMLElement} opener
 * @param {string} label
 * @param {readonly MenuItem[]} items
 */
export function toggleMenu(opener, label, items) {
  const wasHere = opener.getAttribute("aria-expanded") === "true";
  closeOpen?.();
  if (wasHere || items.length === 0) return;
  const menu = make("div", { class: "menu", role: "menu", "aria-label": label });
  const close = () => {
    menu.remove();
    closeOpen = null;
    opener.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", beside, true);
  };
  const beside = (/** @type {Event} */ { target }) => {
    if (target instanceof Node && !menu.contains(target) && !opener.contains(target)) close();
  };
  for (const { name, label: words, icon: symbol, danger = false, act } of items) {
    const item = make("button", { type: "button", role: "menuitem", "data-action": name, ...(danger && { class: "grave" }) });
    item.append(icon(symbol), make("span", {}, words));
    item.addEventListener("click", () => {
      close();
      opener.focus();
      act();
    });
    menu.append(item);
  }
  menu.addEventListener("keydown", (event) => {
    event.stopPropagation();
    const entries = [...menu.querySelectorAll("button")];
    const at = entries.findIndex((entry) => entry === document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (event.key === "Escape" || event.key === "Tab") {
      close();
      opener.focus();
    } else if (to !== undefined) entries.at(to % entries.length)?.focus();
    else return;
    event.preventDefault();
  });
  document.addEventListener("pointerdown", beside, true);
  closeOpen = close;
  (opener.closest("dialog") ?? document.body).append(menu);
  place(menu, opener);
  opener.setAttribute("aria-expanded", "true");
  menu.querySelector("button")?.focus();
}

/**
 * Below the button and inside the window, above it where there is no room.
 *
 * @param {HTMLElement} menu
 * @param {HTMLElement} opener
 */
function place(menu, opener) {
  const at = opener.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const left = Math.max(AIR_PX, Math.min(at.right - width, innerWidth - width - AIR_PX));
  const below = at.bottom + AIR_PX;
  const top = below + height + AIR_PX <= innerHeight ? below : Math.max(AIR_PX, at.top - height - AIR_PX);
  Object.assign(menu.style, { left: `${left}px`, top: `${top}px` });
}
