/** The bar of the tools at the edge of the canvas, with the menu that arranges. */

import { icon, make } from "../ui/dom.js";
import { shownKey, text } from "../text/tools.js";

/** @import {Command, CommandId} from "./commands.js" */

/** @type {CommandId[][]} */
const BAR = [["text", "picture", "chart"], ["undo", "redo"]];
/** @type {CommandId[]} */
const MENU = ["duplicate", "front", "forward", "backward", "back", "delete"];
/** @type {CommandId[]} */
const GRID = [
  "alignLeft", "alignCenter", "alignRight", "distributeX",
  "alignTop", "alignMiddle", "alignBottom", "distributeY",
];

export class Toolbar {
  node = make("div", { class: "toolbar", role: "toolbar", "aria-label": text.toolbar, "aria-orientation": "vertical" });
  /** @type {Map<CommandId, Command>} */
  #commands;
  /** @type {[HTMLButtonElement, Command][]} */
  #buttons = [];
  #menuButton = make("button", {
    type: "button",
    class: "tool",
    "aria-label": text.arrange,
    title: text.arrange,
    "aria-haspopup": "menu",
    "aria-expanded": "false",
  });
  #menu = make("div", { class: "tool-menu", role: "menu", "aria-label": text.arrangeMenu, hidden: "" });

  /** @param {Command[]} commands */
  constructor(commands) {
    this.#commands = new Map(commands.map((command) => [command.id, command]));
    const bar = make("div", { class: "tool-list" });
    for (const group of BAR) {
      bar.append(...group.map((id) => this.#button(id, "tool")), make("hr", { "aria-hidden": "true" }));
    }
    this.#menuButton.append(icon("arrange"));
    bar.append(this.#menuButton, this.#button("properties", "tool"));
    this.#menu.append(
      ...MENU.map((id) => this.#item(id, true)),
      make("hr", { "aria-hidden": "true" }),
      make("div", { class: "tool-grid", role: "group" }, ...GRID.map((id) => this.#item(id, false))),
    );
    this.node.append(bar, this.#menu);
    this.#menuButton.addEventListener("click", () => this.#setMenu(Boolean(this.#menu.hidden)));
    // Pressed with the pointer, a tool leaves the focus, and with it the keys, on the canvas.
    this.node.addEventListener("mousedown", (event) => event.preventDefault());
    this.node.addEventListener("keydown", (event) => this.#key(event));
    this.node.addEventListener("focusin", ({ target }) => this.#rove(target));
    document.addEventListener("pointerdown", ({ target }) => {
      if (!(target instanceof Node) || !this.node.contains(target)) this.#setMenu(false);
    });
    this.#rove(this.#bar[0] ?? null);
    this.refresh();
  }

  /** Something changed that decides what can be done. */
  refresh() {
    for (const [button, command] of this.#buttons) {
      button.setAttribute("aria-disabled", String(!command.enabled()));
    }
    const idle = this.#buttons.every(([button]) =>
      !this.#menu.contains(button) || button.getAttribute("aria-disabled") === "true");
    this.#menuButton.setAttribute("aria-disabled", String(idle));
    if (idle) this.#setMenu(false);
  }

  get #bar() {
    return [...this.node.querySelectorAll("button")].filter((button) => !this.#menu.contains(button));
  }

  get #items() {
    return [...this.#menu.querySelectorAll("button")];
  }

  /**
   * @param {CommandId} id
   * @param {string} style
   * @returns {HTMLButtonElement}
   */
  #button(id, style) {
    const command = this.#commands.get(id);
    if (!command) throw new TypeError(`there is no command ${id}`);
    const title = text.withKey(command.label, shownKey(command.keys[0] ?? ""));
    const button = make("button", {
      type: "button",
      class: style,
      "data-command": id,
      "aria-label": command.label,
      title,
    });
    button.append(icon(command.icon));
    button.addEventListener("click", () => {
      if (!command.enabled()) return;
      this.#setMenu(false);
      command.run(command.keys[0] ?? "");
    });
    this.#buttons.push([button, command]);
    return button;
  }

  /**
   * @param {CommandId} id
   * @param {boolean} inWords
   * @returns {HTMLButtonElement}
   */
  #item(id, inWords) {
    const button = this.#button(id, inWords ? "tool-item" : "tool");
    button.setAttribute("role", "menuitem");
    button.tabIndex = -1;
    const command = this.#commands.get(id);
    if (inWords && command) {
      button.append(
        make("span", { class: "tool-label" }, command.label),
        make("kbd", { "aria-hidden": "true" }, shownKey(command.keys[0] ?? "")),
      );
    }
    return button;
  }

  /** @param {boolean} open */
  #setMenu(open) {
    if (open === !this.#menu.hidden) return;
    if (open && this.#menuButton.getAttribute("aria-disabled") === "true") return;
    const inside = this.#menu.contains(document.activeElement);
    this.#menu.hidden = !open;
    this.#menuButton.setAttribute("aria-expanded", String(open));
    if (open && document.activeElement === this.#menuButton) this.#items[0]?.focus();
    if (!open && inside) this.#menuButton.focus();
  }

  /** One stop for Tab: the tool used last. @param {EventTarget | null} target */
  #rove(target) {
    if (!(target instanceof HTMLButtonElement) || this.#menu.contains(target)) return;
    for (const button of this.#bar) button.tabIndex = button === target ? 0 : -1;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const inMenu = event.target instanceof Node && this.#menu.contains(event.target);
    const row = inMenu ? this.#items : this.#bar;
    const place = row.findIndex((button) => button === event.target);
    const goal = goalOf(event.key, place, row.length);
    if (goal !== null) {
      event.preventDefault();
      row[goal]?.focus();
    } else if (event.key === "Escape" && !this.#menu.hidden) {
      event.preventDefault();
      this.#setMenu(false);
    } else if (event.key === "Tab") this.#setMenu(false);
  }
}

/**
 * @param {string} key
 * @param {number} place
 * @param {number} count
 * @returns {number | null}
 */
function goalOf(key, place, count) {
  switch (key) {
    case "ArrowDown":
    case "ArrowRight":
      return (place + 1) % count;
    case "ArrowUp":
    case "ArrowLeft":
      return (place + count - 1) % count;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}
