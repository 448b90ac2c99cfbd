/**
 * Names of pressed keys. Letters and signs are told by what they type, so that they are where the person's layout has them;
 * what types no Latin letter, or a sign by way of Option, is told by its place on the keyboard (UI Events KeyboardEvent code
 * values, section 3). Pure.
 */

/** @typedef {Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey"> & {code?: string, getModifierState?: (key: string) => boolean}} PressedKey */

/** Keys that a printed sign or digit stands for: whether Shift was needed to type it says nothing. */
const SIGN = /^[^\p{L}\s[\]{}]$/u;
/** The key code of all that an input method takes. */
const COMPOSITION = 229;
const BRACKETS = /** @type {Record<string, string>} */ ({ "{": "Shift+[", "}": "Shift+]" });
/** What the keys of signs type, alone and with Shift. @type {Record<string, [string, string]>} */
const SIGNS = {
  BracketLeft: ["[", "{"],
  BracketRight: ["]", "}"],
  Comma: [",", "<"],
  Period: [".", ">"],
  Slash: ["/", "?"],
  Minus: ["-", "_"],
  Equal: ["=", "+"],
};
/** What an input method types in full width: the same, elsewhere in Unicode. */
const FULL_WIDTH = /^[\uff01-\uff5e]$/;
const FULL_WIDTH_SHIFT = 0xfee0;

/**
 * The names that what was pressed may have, such as `Ctrl+Shift+Z`, the one by what it types first; ⌘ counts as Ctrl.
 *
 * @param {PressedKey} event
 * @returns {string[]}
 */
export function keysOf(event) {
  const typed = typedBy(event);
  // Which of the two the keypad types for decimals depends on the language of the system.
  if (event.code === "NumpadDecimal" && (typed === "," || typed === ".")) return [];
  const names = [nameOf(typed, event)];
  const printed = printedOn(event, typed);
  if (printed) names.push(nameOf(printed, event));
  const digit = shiftedDigit(event, typed);
  if (digit) names.push(digit);
  return names;
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

/**
 * @param {PressedKey} event
 * @returns {boolean} it is the space bar, whatever space it types
 */
export function isSpaceBar({ key, code }) {
  return key === " " || code === "Space";
}

/**
 * @param {string} key
 * @param {PressedKey} event
 * @returns {string}
 */
function nameOf(key, { ctrlKey, metaKey, altKey, shiftKey }) {
  const name = key.length === 1 ? key.toUpperCase() : key;
  const ctrl = ctrlKey || metaKey ? "Ctrl+" : "";
  // Brackets are typed with AltGr, which may count as Ctrl with Alt, or with Option on many keyboards.
  if (altKey && /^[[\]]$/.test(name)) return name;
  if ((altKey || !ctrl) && BRACKETS[name]) return BRACKETS[name];
  const shift = shiftKey && !SIGN.test(name) ? "Shift+" : "";
  return `${ctrl}${altKey ? "Alt+" : ""}${shift}${name}`;
}

/** @param {PressedKey} event @returns {string} */
function typedBy({ key }) {
  return FULL_WIDTH.test(key) ? String.fromCharCode(key.charCodeAt(0) - FULL_WIDTH_SHIFT) : key;
}

/**
 * What is printed on a key of an English keyboard, where that counts.
 *
 * @param {PressedKey} event
 * @param {string} typed
 * @returns {string | null} `null`: only what it types counts
 */
function printedOn(event, typed) {
  const { code = "", shiftKey } = event;
  if (typesByThirdLevel(event) || /^[\x20-\x7e]$/.test(typed) && !/^Digit/.test(code)) return null;
  const isSingle = [...typed].length === 1;
  // An accent to be completed is no bracket; but no shortcut with Ctrl waits for a letter.
  if (!isSingle && !(typed === "Dead" && (event.ctrlKey || event.metaKey))) return null;
  const [, letter] = /^Key([A-Z])$/.exec(code) ?? [];
  if (letter) return isLatin(typed) && !event.altKey ? null : letter;
  const [, digit] = /^Digit(\d)$/.exec(code) ?? [];
  // With Shift the digits of a French keyboard type themselves; those of an English one type signs.
  if (digit) return shiftKey ? null : digit;
  return isSingle && !(isLatin(typed) && !event.altKey) ? SIGNS[code]?.[shiftKey ? 1 : 0] ?? null : null;
}

/**
 * A digit with Shift, by its place: what it types is another sign on each keyboard.
 *
 * @param {PressedKey} event
 * @param {string} typed
 * @returns {string | null}
 */
function shiftedDigit(event, typed) {
  const [, digit] = /^Digit(\d)$/.exec(event.code ?? "") ?? [];
  if (!digit || !event.shiftKey || typed === digit || typesByThirdLevel(event)) return null;
  return `${event.ctrlKey || event.metaKey ? "Ctrl+" : ""}${event.altKey ? "Alt+" : ""}Shift+${digit}`;
}

/** @param {PressedKey} event @returns {boolean} AltGr is held: it types signs, and is no part of a shortcut */
function typesByThirdLevel(event) {
  const { ctrlKey, altKey } = event;
  if (ctrlKey && altKey) return true;
  // Firefox says so of Option, too, which is Alt.
  return !altKey && event.getModifierState?.("AltGraph") === true;
}

/** @param {string} typed */
function isLatin(typed) {
  return /^\p{Script=Latin}$/u.test(typed);
}
