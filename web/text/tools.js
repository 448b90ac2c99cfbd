/** What the tools of the canvas say. */

export const commandText = {
  undo: "Undo",
  redo: "Redo",
  copy: "Copy",
  cut: "Cut",
  paste: "Paste",
  duplicate: "Duplicate",
  delete: "Delete",
  selectAll: "Select all",
  open: "Edit the selected element",
  move: "Move",
  resize: "Resize",
  turn: "Rotate",
  forward: "Bring forward",
  backward: "Send backward",
  front: "Bring to front",
  back: "Send to back",
  alignLeft: "Align left edges",
  alignCenter: "Align centres",
  alignRight: "Align right edges",
  alignTop: "Align top edges",
  alignMiddle: "Align middles",
  alignBottom: "Align bottom edges",
  distributeX: "Equal gaps across",
  distributeY: "Equal gaps down",
  zoomIn: "Larger",
  zoomOut: "Smaller",
  zoomFit: "Fit to the window",
  zoomFull: "Actual size",
  properties: "Properties",
};

/** What the commands are for. */
export const groupText = {
  add: "Add",
  edit: "Edit",
  move: "Move, resize, rotate",
  arrange: "Front and back",
  view: "Look",
  call: "In a call, anywhere on the page",
};

/** @type {Record<string, string>} */
const keyText = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  PageUp: "Page up",
  PageDown: "Page down",
  Delete: "Delete",
};

export const text = {
  toolbar: "Tools",
  helpTitle: "What the keys do",
  properties: "Properties",
  arrange: "Arrange",
  arrangeMenu: "Arrange the selection",
  /**
   * @param {string} label
   * @param {string} key
   */
  withKey: (label, key) => (key ? `${label} (${key})` : label),
  arrowKeys: "Arrow keys, Shift for larger steps",
  altArrowKeys: "Alt + arrow keys",
  turnKeys: ", and . (Alt for single degrees)",
  textField: "Text",
  writtenByTwo: "Somebody else has just changed this text. Write on: yours will stand below theirs.",
  overtaken: "Somebody has changed that since, so it was left as it is.",
  tileStays: "A camera's tile goes when its call ends.",
  /** @param {string} name */
  fileRefused: (name) => `“${name}” is neither a picture nor a table (CSV), so it cannot be put on the canvas.`,
  pasteRefused: "What was copied cannot be put on this canvas.",
  /** @param {string[]} names of kinds that this page does not know, or that belong to a call */
  kindsRefused: (names) => `Some of what was copied cannot be put on this canvas: ${names.join(", ")}.`,
  close: "Close",
  x: "X",
  y: "Y",
  width: "Width",
  height: "Height",
  rotation: "Rotation",
  /** @param {number} count */
  several: (count) => `${count} elements`,
};

/**
 * A key as it is printed.
 *
 * @param {string} key
 * @returns {string}
 */
export function shownKey(key) {
  const parts = key === "+" ? [key] : key.split("+").map((part) => keyText[part] ?? part);
  return parts.join("+");
}
