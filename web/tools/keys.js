/** Performs commands by keys, where nobody is typing. */

/** @import {Command} from "./commands/command.js" */
/** @import {ToolContext} from "./tools.js" */

/** What takes keys for itself. */
const TYPING = "input, select, textarea, [contenteditable], dialog, [role=menu], [role=slider]";
/** Keys that a printed sign stands for: whether Shift was needed to type it says nothing. */
const SIGN = /^[^\p{L}\p{N}\s[\]{}]$/u;
/** The key code of all that an input method takes. */
const COMPOSITION = 229;
const BRACKETS = /** @type {Record<string, string>} */ ({ "{": "Shift+[", "}": "Shift+]" });

/**
 * The name of what was pressed, such as `Ctrl+Shift+Z`; ⌘ counts as Ctrl.
 *
 * @param {Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">} event
 * @returns {string}
 */
export function keyOf({ key, ctrlKey, metaKey, altKey, shiftKey }) {
  const name = key.length === 1 ? key.toUpperCase() : key;
  const ctrl = ctrlKey || metaKey ? "Ctrl+" : "";
  if (!ctrl && !altKey && BRACKETS[name]) return BRACKETS[name];
  // AltGr types brackets on many keyboards, and counts as Ctrl with Alt.
  if (ctrl && altKey && /^[[\]]$/.test(name)) return name;
  const shift = shiftKey && !SIGN.test(name) ? "Shift+" : "";
  return `${ctrl}${altKey ? "Alt+" : ""}${shift}${name}`;
}

/**
 * Tells whether a key is for the input method that somebody writes with (UI Events section 4.4.3). Some browsers say
 * that by the key code alone: the composition is over for them when its last key is told.
 *
 * @param {KeyboardEvent} event
 * @returns {boolean}
 */
export function isComposed(event) {
  return event.isComposing || event.keyCode === COMPOSITION;
}

export class KeyBindings {
  #context;
  /** @type {Map<string, Command>} */
  #commands = new Map();
  #cancel;

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
    document.addEventListener("keydown", (event) => this.#down(event));
    document.addEventListener("keyup", (event) => this.#up(event));
    addEventListener("blur", () => this.#letGo());
    document.addEventListener("focusout", () => this.#letGo());
  }

  /** @param {KeyboardEvent} event */
  #down(event) {
    if (event.defaultPrevented || isComposed(event)) return;
    const { target } = event;
    if (!(target instanceof Element) || target.closest(TYPING)) return;
    const key = keyOf(event);
    const onCanvas = this.#context.stage.frame.contains(target) || target === document.body;
    if (key === "Escape" && onCanvas) return this.#escape(event);
    const command = this.#commands.get(key);
    // Elsewhere on the page plain keys belong to what has the focus.
    if (!command || (!onCanvas && !key.startsWith("Ctrl+"))) return;
    // A button within an element, such as Join, is pressed by Enter.
    if (key === "Enter" && target.closest("button, a")) return;
    if (command.enabled && !command.enabled(this.#context)) {
      // The browser's own meaning of Alt+Left or Ctrl+D would be a surprise.
      if (key.includes("+")) event.preventDefault();
      return;
    }
    event.preventDefault();
    if (command.group !== "move") this.#letGo();
    command.perform(this.#context, key);
  }

  /** @param {KeyboardEvent} event */
  #up({ key }) {
    // With Alt let go first, the arrow still ends the motion.
    if (key.startsWith("Arrow") || key === "," || key === ".") this.#letGo();
  }

  #letGo() {
    if (this.#context.motion.byKeys) this.#context.motion.commit();
  }

  /** @param {KeyboardEvent} event */
  #escape(event) {
    if (this.#cancel()) return event.preventDefault();
    if (this.#context.motion.byKeys) return this.#context.motion.cancel();
    if (this.#context.selection.size === 0) return;
    event.preventDefault();
    this.#context.selection.clear();
    this.#context.stage.frame.focus({ preventScroll: true });
  }
}
