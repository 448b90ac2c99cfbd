/** What the tools of the canvas say. */

export const commandText = {
  text: "Text",
  picture: "Picture",
  chart: "Chart from a table",
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
const kindText = {
  Text: "Text",
  Image: "Picture",
  Chart: "Chart",
  Model3D: "3D model",
  Video: "Camera",
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
  overtaken: "Somebody has changed that since, so it was left as it is.",
  tileStays: "A camera's tile goes when its call ends.",
  /** @param {string} name */
  fileRefused: (name) => `“${name}” is neither a picture nor a table (CSV), so it cannot be put on the canvas.`,
  /** @param {string} name */
  pictureRefused: (name) => `The picture “${name || "from the clipboard"}” cannot be read, or is too large for the canvas.`,
  /** @param {string} name */
  vectorRefused: (name) =>
    `The drawing “${name || "from the clipboard"}” cannot be read, or could take any time to draw. Save it as a PNG and add that.`,
  /** @param {string} name */
  tableRefused: (name) => `“${name}” has no columns of numbers that could be drawn.`,
  textTooLong: "That text is too long for one element. Paste it in parts.",
  pasteRefused: "What was copied cannot be put on this canvas.",
  chartDialog: "Chart from a table",
  tableHint: "Paste a table from a spreadsheet, or choose a CSV file.",
  table: "Table",
  tableExample: "Quarter\tNorth\tSouth\nQ1\t120\t80\nQ2\t150\t95",
  chooseFile: "Choose a file",
  chartType: "Type",
  chartTitle: "Title",
  preview: "Preview",
  noTable: "These are no columns of numbers yet.",
  addChart: "Add to the canvas",
  cancel: "Cancel",
  close: "Close",
  x: "X",
  y: "Y",
  width: "Width",
  height: "Height",
  rotation: "Rotation",
  size: "Size",
  color: "Colour",
  ownColor: "Another colour",
  alignment: "Alignment",
  alt: "Description",
  altHint: "What the picture shows, for those who cannot see it",
  /** @param {string} type */
  kind: (type) => kindText[type] ?? type,
  /** @param {number} count */
  several: (count) => `${count} elements`,
};

/** @type {Record<"left" | "center" | "right", string>} */
export const alignText = { left: "Left", center: "Centre", right: "Right" };

/** Sizes of text in scene units, with their names. @type {[number, string][]} */
export const sizeText = [
  [16, "S"],
  [24, "M"],
  [40, "L"],
  [64, "XL"],
];

/** @type {[string, string][]} */
export const chartTypeText = [
  ["bar", "Bars"],
  ["line", "Line"],
  ["area", "Area"],
  ["pie", "Pie"],
  ["donut", "Donut"],
  ["scatter", "Points"],
];

/** Colours to write in, with their names. Black is the ink of the page, in dark windows white. */
export const colorText = [
  ["#000000", "Ink"],
  ["#c0283c", "Red"],
  ["#b45309", "Orange"],
  ["#1c7a48", "Green"],
  ["#2563eb", "Blue"],
  ["#9333ea", "Violet"],
];

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
