/** The toolbar in the dock, with the menu that arranges, made from the list of commands. */

import { icon, make } from "../ui/dom.js";
import { dragToCanvas } from "./dockdrag.js";
import { shownKey, text } from "../text/tools.js";

/** @import {Command} from "./commands/command.js" */
/** @import {ToolContext} from "./tools.js" */

/** Tools in groups, by their name in `data-tool`. @type {string[][]} */
const TOOLS = [["select"], ["pen", "eraser", "laser"], ["shape", "arrow", "frame"], ["text", "note", "picture", "chart"]];

export class Toolbar {
  node = make("div", { class: "toolbar", role: "toolbar", "aria-label": text.toolbar, "aria-orientation": "horizontal" });
  #context;
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

  /**
   * @param {ToolContext} context
   * @param {readonly Command[]} commands
   */
  constructor(context, commands) {
    this.#context = context;
    const at = (/** @type {Command["toolbar"]} */ place) => commands.filter(({ toolbar }) => toolbar === place);
    const bar = make("div", { class: "tool-list" });
    for (const group of toolGroups(at("bar"))) {
      bar.append(...group.map((one) => this.#button(one, "tool")), make("hr", { "aria-hidden": "true" }));
    }
    this.#menuButton.append(icon("arrange"), make("span", { class: "tool-name", "aria-hidden": "true" }, text.arrange));
    bar.append(this.#menuButton, ...at("end").map((command) => this.#button(command, "tool")));
    this.#menu.append(
      ...at("menu").map((command) => this.#item(command, true)),
      make("hr", { "aria-hidden": "true" }),
      make("div", { class: "tool-grid", role: "group" }, ...at("grid").map((command) => this.#item(command, false))),
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
      button.setAttribute("aria-disabled", String(!this.#isEnabled(command)));
      if (command.pressed) button.setAttribute("aria-pressed", String(command.pressed(this.#context)));
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
   * @param {Command} command
   * @returns {boolean}
   */
  #isEnabled(command) {
    return command.enabled?.(this.#context) ?? true;
  }

  /**
   * @param {Command} command
   * @param {string} style
   * @returns {HTMLButtonElement}
   */
  #button(command, style) {
    const title = text.withKey(command.label, shownKey(command.keys[0] ?? ""));
    const button = make("button", {
      type: "button",
      class: style,
      "data-command": command.id,
      "aria-label": command.label,
      title,
    });
    if (command.tool) button.dataset["tool"] = command.tool;
    button.append(icon(command.icon));
    if (style === "tool") button.append(make("span", { class: "tool-name", "aria-hidden": "true" }, command.label));
    button.addEventListener("click", ({ detail }) => {
      if (!this.#isEnabled(command)) return;
      this.#setMenu(false);
      command.perform(this.#context, command.keys[0] ?? "");
      // Chosen by a key, a tool is used by keys as well: on the canvas.
      if (command.pressed && detail === 0) this.#context.stage.frame.focus({ preventScroll: true });
    });
    if (command.drop) dragToCanvas(button, this.#context.stage, (at) => command.drop?.(this.#context, at));
    this.#buttons.push([button, command]);
    return button;
  }

  /**
   * @param {Command} command
   * @param {boolean} inWords
   * @returns {HTMLButtonElement}
   */
  #item(command, inWords) {
    const button = this.#button(command, inWords ? "tool-item" : "tool");
    button.setAttribute("role", "menuitem");
    button.tabIndex = -1;
    if (inWords) {
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
 * The commands of the bar as they stand beside each other: the tools in the order of the hand, whatever list they come from, then
 * the others.
 *
 * @param {readonly Command[]} commands
 * @returns {Command[][]} with a line between them
 */
export function toolGroups(commands) {
  const groups = TOOLS.map((names) => names.flatMap((name) => commands.find(({ tool }) => tool === name) ?? []));
  const known = new Set(TOOLS.flat());
  const rest = commands.filter(({ tool }) => tool === undefined || !known.has(tool));
  return [...groups, ...new Set(rest.map(({ group }) => group))]
    .map((one) => (typeof one === "string" ? rest.filter(({ group }) => group === one) : one))
    .filter((one) => one.length > 0);
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
