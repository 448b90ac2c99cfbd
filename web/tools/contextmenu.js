/** The context menu of the canvas: what can be done at an empty place, or with the selection, from the list of commands. */

import { icon, make } from "../ui/dom.js";
import { openMenuAt } from "../ui/menu.js";
import { boundsOf, unionOf } from "../canvas/geometry.js";
import { shownKey, text } from "../text/tools.js";

/** @import {Point} from "../canvas/geometry.js" */
/** @import {Command} from "./commands/command.js" */
/** @import {ToolContext} from "./tools.js" */

/**
 * The commands of a menu, in groups with a line between them.
 *
 * @param {readonly Command[]} commands
 * @param {"canvas" | "selection"} about
 * @param {(command: Command) => boolean} isEnabled
 * @returns {Command[][]}
 */
export function menuGroups(commands, about, isEnabled) {
  const wanted = commands.filter((command) =>
    (command.contextMenu === about || (about === "selection" && command.toolbar === "menu" && command.contextMenu === undefined)) && isEnabled(command));
  return [...new Set(wanted.map(({ group }) => group))].map((group) => wanted.filter((command) => command.group === group));
}

export class ContextMenu {
  #context;
  #commands;

  /**
   * @param {ToolContext} context
   * @param {readonly Command[]} commands
   */
  constructor(context, commands) {
    this.#context = context;
    this.#commands = commands;
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  /**
   * @param {Point} at in pixels of the page
   * @param {string | null} id of the element there
   */
  openAt(at, id) {
    const { selection, view, entered } = this.#context;
    const chosen = id === null || selection.has(id) ? id : entered.choose(id);
    if (chosen === null) selection.clear();
    else if (!selection.has(chosen)) selection.set([chosen]);
    if (id !== null) view.nodeOf(id)?.focus({ preventScroll: true });
    this.#open(at);
  }

  /** @param {Point} at in pixels of the page */
  #open(at) {
    const { selection, stage, view } = this.#context;
    const about = selection.size > 0 ? "selection" : "canvas";
    const groups = menuGroups(this.#commands, about, (command) => command.enabled?.(this.#context) ?? true);
    const menu = make("div", { class: "menu context-menu", role: "menu", "aria-label": about === "canvas" ? text.canvasMenu : text.selectionMenu });
    for (const [number, group] of groups.entries()) {
      if (number > 0) menu.append(make("hr", { role: "separator" }));
      menu.append(...group.map((command) => this.#item(command, stage.toScene(at.x, at.y))));
    }
    openMenuAt(at, menu, () => {
      const [only, ...more] = selection.ids;
      const node = only && more.length === 0 ? view.nodeOf(only) : undefined;
      (node ?? stage.frame).focus({ preventScroll: true });
    });
  }

  /**
   * @param {Command} command
   * @param {Point} at in scene units
   */
  #item(command, at) {
    const [key = ""] = command.keys;
    const item = make("button", { type: "button", role: "menuitem", "data-command": command.id }, icon(command.icon), make("span", {}, command.label));
    if (key) item.append(make("kbd", { "aria-hidden": "true" }, shownKey(key)));
    item.addEventListener("click", () => (command.performAt ?? command.perform)(this.#context, key, at));
    return item;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const isAsked = event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey && !event.ctrlKey && !event.altKey);
    const { stage, selection, view } = this.#context;
    const { target } = event;
    if (!isAsked || event.defaultPrevented || !(target instanceof Element)) return;
    if (!stage.frame.contains(target) && target !== document.body) return;
    if (target.closest("input, textarea, [contenteditable]")) return;
    event.preventDefault();
    const around = unionOf([...selection.ids].map((id) => boundsOf(view.transformOf(id))));
    const { left, top } = stage.frame.getBoundingClientRect();
    const free = stage.free();
    const at = around ? stage.toClient(around.x + around.width / 2, around.y + around.height / 2) : { x: left + free.x + free.width / 2, y: top + free.y + free.height / 2 };
    this.#open({
      x: Math.max(left + free.x, Math.min(at.x, left + free.x + free.width)),
      y: Math.max(top + free.y, Math.min(at.y, top + free.y + free.height)),
    });
  }
}
