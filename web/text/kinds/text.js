/** Texts about text elements, and about what is written in other kinds. */

export const text = {
  label: "Text",
  create: "Text",
  empty: "Empty text",
  tooLong: "That text is too long for one element. Paste it in parts.",
  /** @param {string} content */
  quoted: (content) => `“${content}”`,
  /** @param {string} host */
  linkTo: (host) => `Opens ${host} in a new tab: hold Ctrl and press, or press it once the text is selected`,
  size: "Size",
  color: "Colour",
  ownColor: "Another colour",
  alignment: "Alignment",
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

/** Colours to write in, with their names. Black is the ink of the page, in dark windows white. */
export const colorText = [
  ["#000000", "Ink"],
  ["#c0283c", "Red"],
  ["#b45309", "Orange"],
  ["#1c7a48", "Green"],
  ["#2563eb", "Blue"],
  ["#9333ea", "Violet"],
];
