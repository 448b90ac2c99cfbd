/** Texts of the tools of the canvas. */

export const commandText = {
  undo: "Undo",
  redo: "Redo",
  copy: "Copy",
  cut: "Cut",
  paste: "Paste",
  pastePlain: "Paste as a text, whatever it is",
  copyPng: "Copy as PNG",
  copySvg: "Copy as SVG",
  savePng: "Save as a picture (PNG)",
  duplicate: "Duplicate",
  delete: "Delete",
  selectAll: "Select all",
  open: "Edit",
  openLink: "Open the link in it",
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
  zoomFit: "Show all there is",
  zoomSelection: "Zoom to the selection",
  zoomFull: "Actual size",
  minimap: "Map of the canvas",
  speaker: "Go to who speaks",
  properties: "Properties",
  rectangle: "Rectangle",
  diamond: "Diamond",
  ellipse: "Ellipse",
  nextShape: "Next shape, with an arrow",
  group: "Group",
  ungroup: "Ungroup",
  lock: "Lock or unlock",
};

/** What the commands are for. */
/** Names of the modes of the pointer. */
export const modeText = {
  select: "Select and move",
  shape: "Shape",
  arrow: "Arrow",
  frame: "Frame",
  pen: "Pen",
  eraser: "Eraser",
  laser: "Laser pointer",
};

export const eraserText = { label: "What the eraser takes", whole: "Whole strokes", area: "Only what it touches" };

export const groupText = {
  tools: "Tools",
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
  canvasMenu: "What can be done here",
  selectionMenu: "What can be done with the selection",
  pasteRefusedHere: "The browser does not let this page read the clipboard. Press Ctrl+V, or ⌘V on a Mac.",
  helpTitle: "What the keys do",
  properties: "Properties",
  allProperties: "All properties",
  arrange: "Arrange",
  arrangeMenu: "Arrange the selection",
  /**
   * @param {string} label
   * @param {string} key
   */
  withKey: (label, key) => (key ? `${label} (${key})` : label),
  arrowKeys: "Arrow keys, Shift for larger steps",
  ctrlArrowKeys: "Ctrl + arrow keys",
  altArrowKeys: "Alt + arrow keys",
  turnKeys: ", and . (Alt for single degrees)",
  textField: "Text",
  writtenDone: "Done",
  overtaken: "Somebody has changed that since, so it was left as it is.",
  tileStays: "A camera's tile goes when its call ends.",
  /** @param {number} count of characters */
  pasteCut: (count) => `That was too long for this field: the last ${count === 1 ? "character was" : `${count} characters were`} left out.`,
  tileNotCopied: "A camera's tile cannot be copied: it belongs to its person.",
  /** @param {string} name */
  fileRefused: (name) => `“${name}” is neither a picture nor a table (CSV) nor plain text, so it cannot be put on the canvas.`,
  becameText: "Pasted as a text.",
  becameTextOf: "Pasted as a text. A picture of it was copied, too.",
  becamePicture: "The drawing became a picture.",
  keepText: "Keep it as a text",
  addPicture: "Take the picture",
  pasteRefused: "What was copied cannot be put on this canvas.",
  /** @param {string[]} names of kinds that this page does not know, or that belong to a call */
  kindsRefused: (names) => `Some of what was copied cannot be put on this canvas: ${names.join(", ")}.`,
  /** @param {string} tool */
  toolChosen: (tool) => `${tool} is chosen. Escape leaves it.`,
  /** @param {string} tool */
  toolByKeys: (tool) => `${tool} is chosen. Enter makes one, Escape leaves it.`,
  /** @param {string} what an element in words */
  made: (what) => `Made: ${what}`,
  /** @param {number} count */
  madeSeveral: (count) => `Made: ${count} elements`,
  minimap: "Map of the canvas",
  closeMinimap: "Close the map",
  close: "Close",
  x: "X",
  y: "Y",
  width: "Width",
  height: "Height",
  rotation: "Rotation",
  opacity: "Opacity in %",
  /** @param {number} count */
  several: (count) => `${count} elements`,
};

/** What is said of pictures of the selection. */
export const pictureText = {
  /** @param {"png" | "svg"} form */
  copied: (form) => `Copied as ${form.toUpperCase()}. Paste it into another program.`,
  refused: "The browser does not let this page copy a picture.",
  saveInstead: "Save it as a file",
  notDrawn: "The picture could not be drawn. Try it again in a moment.",
  /** @param {number} most */
  tooMany: (most) => `At most ${most} elements make one picture. Select fewer, or save all of the canvas in the panel Save.`,
};

/** What is said of what was pasted or dropped, and is nothing for a canvas. */
export const pasteText = {
  empty: "There is nothing in the clipboard that can be put on the canvas.",
  rich: "Only formatted text (RTF) was copied, which pages cannot read. Copy it as plain text.",
  words: "There is no text in the clipboard.",
  reference: "Only the address of a file came, and a page may not read it. Drop the file itself, or choose it with Picture.",
  /** @param {string} program */
  canvas: (program) => `This was copied in ${program}, whose drawings cannot be read here. Copy it there as a picture (PNG or SVG).`,
};

/** What is said of files. */
export const fileText = {
  /**
   * @param {import("../lib/fileformats.js").Unusable} what
   * @param {string} name
   */
  unusable: (what, name) => `“${name}” ${UNUSABLE[what]}`,
  /** @param {string} name */
  empty: (name) => `“${name}” is empty.`,
  /** @param {string} name */
  unreadable: (name) => `“${name}” is a folder, or cannot be read. Add the files in it.`,
  /** @param {number} most */
  tooMany: (most) => `At most ${most} files are added at once.`,
  /**
   * @param {number} count
   * @param {number} all
   */
  refused: (count, all) => `${count} of ${all} files were not added.`,
  /** @param {number} count */
  lost: (count) => `${count} pictures are not as they were.`,
  /** @param {string[]} names */
  rest: (names) => `Also: ${names.slice(0, 30).join(", ")}${names.length > 30 ? ` and ${names.length - 30} more` : ""}.`,
};

/** Why a file is not for a canvas, and what to do. @type {Record<import("../lib/fileformats.js").Unusable, string>} */
const UNUSABLE = {
  heic: "is a HEIC photo, which this browser cannot show. Save it as JPEG and add that.",
  tiff: "is a TIFF picture, which this browser cannot show. Save it as PNG or JPEG and add that.",
  jxl: "is a JPEG XL picture, which this browser cannot show. Save it as PNG or JPEG and add that.",
  psd: "is a Photoshop file. Save it as PNG and add that.",
  video: "is a video, which cannot be put on the canvas. Share your screen to show it.",
  audio: "is a sound, which cannot be put on the canvas.",
  pdf: "is a PDF, which cannot be put on the canvas. Add its pages as pictures, or share your screen.",
  office: "is a document, which cannot be put on the canvas. Copy what is in it, or save a table as CSV.",
  archive: "is an archive, which cannot be put on the canvas. Add the files in it.",
  canvas: "is a drawing of another program. Save it there as PNG or SVG and add that.",
  model: "is a 3D model. Models are put on the canvas by programs and agents only.",
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
