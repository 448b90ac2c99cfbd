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

/** Where a menu is beside its button: `end`: below, with its end at that of the button; `above`: in the middle over it. @typedef {"end" | "above"} Place */

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
  const menu = make("div", { class: "menu", role: "menu", "aria-label": label });
  for (const { name, label: words, icon: symbol, danger = false, act } of items) {
    const item = make("button", { type: "button", role: "menuitem", "data-action": name, ...(danger && { class: "grave" }) });
    item.append(icon(symbol), make("span", {}, words));
    item.addEventListener("click", act);
    menu.append(item);
  }
  toggleMenuNode(opener, menu, "end");
}

/**
 * Open a menu that is made already, or close the one of this button. It is closed, and the button has the focus, before what is
 * pressed in it acts.
 *
 * @param {HTMLElement} opener
 * @param {HTMLElement} menu of buttons; that which is checked gets the focus, else the first
 * @param {Place} at
 */
export function toggleMenuNode(opener, menu, at) {
  const wasHere = opener.getAttribute("aria-expanded") === "true";
  closeOpen?.();
  if (wasHere || menu.childElementCount === 0) return;
  show(menu, opener.closest("dialog") ?? document.body, {
    opener,
    leave: () => opener.focus(),
    closed: () => opener.setAttribute("aria-expanded", "false"),
  });
  place(menu, opener, at);
  opener.setAttribute("aria-expanded", "true");
  focusFirst(menu);
}

/**
 * Open a menu at a place: a context menu.
 *
 * @param {{x: number, y: number}} at in pixels of the page
 * @param {HTMLElement} menu
 * @param {() => void} back gives the focus back to where it came from
 */
export function openMenuAt({ x, y }, menu, back) {
  closeOpen?.();
  if (menu.childElementCount === 0) return;
  show(menu, document.body, { opener: null, leave: back, closed: () => {} });
  const { offsetWidth: width, offsetHeight: height } = menu;
  const left = x + width + AIR_PX <= innerWidth ? x : Math.max(AIR_PX, x - width);
  const top = Math.max(AIR_PX, Math.min(y, innerHeight - height - AIR_PX));
  Object.assign(menu.style, { left: `${left}px`, top: `${top}px` });
  focusFirst(menu);
}

/** @param {HTMLElement} menu */
function focusFirst(menu) {
  const first = menu.querySelector("[aria-checked=true]") ?? menu.querySelector("button");
  if (first instanceof HTMLElement) first.focus({ preventScroll: true });
}

/**
 * @param {HTMLElement} menu
 * @param {Element} parent
 * @param {{opener: HTMLElement | null, leave: () => void, closed: () => void}} hooks `leave`: the focus is in it and goes
 */
function show(menu, parent, { opener, leave: back, closed }) {
  const close = () => {
    menu.remove();
    closeOpen = null;
    closed();
    document.removeEventListener("pointerdown", beside, true);
  };
  const beside = (/** @type {Event} */ { target }) => {
    if (target instanceof Node && !menu.contains(target) && !opener?.contains(target)) close();
  };
  const leave = () => {
    close();
    back();
  };
  menu.addEventListener("click", ({ target }) => {
    if (target instanceof Element && target.closest("button")) leave();
  }, { capture: true });
  menu.addEventListener("keydown", (event) => {
    event.stopPropagation();
    const entries = [...menu.querySelectorAll("button")];
    const at = entries.findIndex((entry) => entry === document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (event.key === "Escape" || event.key === "Tab") leave();
    else if (to !== undefined) entries.at(to % entries.length)?.focus();
    else return;
    event.preventDefault();
  });
  document.addEventListener("pointerdown", beside, true);
  closeOpen = close;
  parent.append(menu);
}

/**
 * Beside the button and inside the window, at its other side where there is no room.
 *
 * @param {HTMLElement} menu
 * @param {HTMLElement} opener
 * @param {Place} at
 */
function place(menu, opener, at) {
  const box = opener.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const wished = at === "end" ? box.right - width : box.left + box.width / 2 - width / 2;
  const left = Math.max(AIR_PX, Math.min(wished, innerWidth - width - AIR_PX));
  const below = box.bottom + AIR_PX;
  const above = box.top - height - AIR_PX;
  const isBelow = at === "end" ? below + height + AIR_PX <= innerHeight : above < AIR_PX;
  const top = Math.max(AIR_PX, isBelow ? Math.min(below, innerHeight - height - AIR_PX) : above);
  Object.assign(menu.style, { left: `${left}px`, top: `${top}px` });
}
