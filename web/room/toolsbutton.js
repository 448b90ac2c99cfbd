/** The button that opens the tools of the canvas above the dock, where the dock has no room for them. */

import { icon, make, setIcon } from "../ui/dom.js";
import { isComposed } from "../lib/keys.js";
import { text } from "../text/room.js";
import { closeBySwipe } from "../ui/swipe.js";

export class ToolsButton {
  #room;
  #symbol = icon("plus");
  #button = make("button", {
    type: "button",
    class: "dock-button",
    "data-action": "tools",
    "aria-label": text.addToolsTitle,
    title: text.addToolsTitle,
    "aria-expanded": "false",
    hidden: "",
  });

  /** @param {HTMLElement} room that the toolbar comes into */
  constructor(room) {
    this.#room = room;
    this.#button.append(this.#symbol);
    room.prepend(this.#button);
    // Which tool is active is seen while they are folded, too.
    new MutationObserver(() => this.#showActive()).observe(room, { subtree: true, childList: true, attributeFilter: ["aria-pressed"] });
    this.#button.addEventListener("click", () => this.#setOpen(!room.hasAttribute("data-open")));
    closeBySwipe(room, () => this.#setOpen(false));
    room.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.defaultPrevented || isComposed(event)) return;
      if (!room.hasAttribute("data-open")) return;
      event.preventDefault();
      this.#setOpen(false);
    });
    // A tool was chosen; one that can be used again and again stays.
    room.addEventListener("click", ({ target }) => {
      const command = target instanceof Element ? target.closest("[data-command]") : null;
      if (command && !STAYING.has(command.getAttribute("data-command") ?? "")) this.#setOpen(false);
    });
    document.addEventListener("pointerdown", ({ target }) => {
      if (target instanceof Node && !room.contains(target)) this.#setOpen(false);
    });
  }

  #showActive() {
    const active = this.#room.querySelector(`.toolbar [aria-pressed="true"]:not([data-tool="${REST}"])`);
    const use = active?.querySelector("use")?.getAttribute("href");
    setIcon(this.#symbol, use?.replace("#icon-", "") ?? "plus");
    const label = active?.getAttribute("aria-label");
    const title = label ? text.activeTool(label) : text.addToolsTitle;
    this.#button.toggleAttribute("data-active", Boolean(active));
    if (this.#button.title === title) return;
    this.#button.title = title;
    this.#button.setAttribute("aria-label", title);
  }

  /** @param {boolean} folded the tools have no room in the dock */
  setFolded(folded) {
    this.#room.toggleAttribute("data-folded", folded);
    this.#button.hidden = !folded;
    if (!folded) this.#setOpen(false);
  }

  /** @param {boolean} open */
  #setOpen(open) {
    if (open === this.#room.hasAttribute("data-open")) return;
    const hadFocus = this.#room.contains(document.activeElement);
    this.#room.toggleAttribute("data-open", open);
    this.#button.setAttribute("aria-expanded", String(open));
    if (!open && hadFocus && !this.#button.hidden) this.#button.focus();
    if (open && this.#button.matches(":focus-visible")) {
      const first = this.#room.querySelector(".toolbar [tabindex='0']");
      if (first instanceof HTMLElement) first.focus();
    }
  }
}

/** The tool that is active where none was chosen. */
const REST = "select";
const STAYING = new Set(["undo", "redo"]);
