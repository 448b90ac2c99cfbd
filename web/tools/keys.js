/** Performs commands by keys, where nobody is typing. */

import { isComposed, keysOf } from "../lib/keys.js";

/** @import {Command} from "./commands/command.js" */
/** @import {ToolContext} from "./tools.js" */

/** Keys of tools that count wherever nobody is writing, as those of the call do. */
const TOOL_KEY = /^(?:Shift\+)?[A-Z\d]$/;
/** What takes keys for itself. */
const TYPING = "input, select, textarea, [contenteditable], dialog, [role=menu], [role=listbox], [role=slider]";
const MODIFIERS = ["Shift", "Control", "Alt", "AltGraph", "Meta", "CapsLock"];

export class KeyBindings {
  #context;
  /** @type {Map<string, Command>} */
  #commands = new Map();
  #cancel;
  /** The key of a command that a key held down does not repeat, while it is held. */
  #held = "";

  /**
   * @param {ToolContext} context
   * @param {readonly Command[]} commands
   * @param {() => boolean} cancel stops what is going on, if anything is
   */
  constructor(context, commands, cancel) {
    this.#context = context;
    this.#cancel = cancel;
    for (const command of commands) {
      if (!command.native) for (const key of command.keys) this.#commands.set(key, command);
    }
    // First of all: the key that began to write a text would go on as letters of it.
    document.addEventListener("keydown", (event) => this.#repeat(event), true);
    document.addEventListener("keydown", (event) => this.#down(event));
    document.addEventListener("keyup", (event) => this.#up(event), true);
    addEventListener("blur", () => {
      this.#held = "";
      this.#letGo();
    });
    document.addEventListener("focusout", () => this.#letGo());
  }

  /** @param {KeyboardEvent} event */
  #down(event) {
    if (event.defaultPrevented || isComposed(event)) return;
    const { target } = event;
    if (!(target instanceof Element) || target.closest(TYPING)) return;
    const keys = keysOf(event);
    const onCanvas = this.#context.stage.frame.contains(target) || target === document.body;
    if (keys[0] === "Escape" && onCanvas) return this.#escape(event);
    const key = keys.find((one) => this.#commands.has(one)) ?? "";
    const command = this.#commands.get(key);
    // Elsewhere on the page plain keys belong to what has the focus; letters mean nothing to a button.
    if (!command || (!onCanvas && !key.startsWith("Ctrl+") && !isForTool(key, command))) return;
    if (event.repeat && !command.repeats) return event.preventDefault();
    // A button within an element, such as Join, is pressed by Enter.
    if (key === "Enter" && target.closest("button, a")) return;
    if (command.enabled && !command.enabled(this.#context)) {
      // The browser's own meaning of Alt+Left or Ctrl+D would be a surprise.
      if (key.includes("+")) event.preventDefault();
      return;
    }
    event.preventDefault();
    if (command.group !== "move") this.#letGo();
    if (!command.repeats) this.#held = event.code;
    command.perform(this.#context, key);
    // What was chosen is used on the canvas, by keys as well.
    if (command.pressed && !onCanvas) this.#context.stage.frame.focus({ preventScroll: true });
  }

  /** @param {KeyboardEvent} event */
  #repeat(event) {
    if (event.code !== this.#held) return;
    if (event.repeat) event.preventDefault();
    else this.#held = "";
  }

  /** @param {KeyboardEvent} event */
  #up({ key, code }) {
    if (code === this.#held) this.#held = "";
    // With Alt let go first, the arrow still ends the motion.
    if (!MODIFIERS.includes(key)) this.#letGo();
  }

  #letGo() {
    if (this.#context.motion.byKeys) this.#context.motion.commit();
  }

  /** @param {KeyboardEvent} event */
  #escape(event) {
    if (this.#cancel() || this.#context.mode.reset()) return event.preventDefault();
    if (this.#context.motion.byKeys) return this.#context.motion.cancel();
    if (this.#context.selection.size === 0) return;
    event.preventDefault();
    this.#context.selection.clear();
    this.#context.stage.frame.focus({ preventScroll: true });
  }
}

/**
 * @param {string} key
 * @param {Command} command
 * @returns {boolean} it chooses a tool, or changes what is seen
 */
function isForTool(key, { tool, group }) {
  return (tool !== undefined || group === "view" || group === "tools") && TOOL_KEY.test(key);
}
