/** Texts about notes. */

export const text = {
  label: "Note",
  create: "Note",
  empty: "Empty note",
  /** @param {string} content */
  described: (content) => `Note: ${content}`,
  color: "Paper",
};

/** Colours of the paper, with their names: light enough for dark words. */
export const paperText = [
  ["#ffe08a", "Yellow"],
  ["#ffc9a3", "Orange"],
  ["#ffb8c6", "Pink"],
  ["#c9e8a7", "Green"],
  ["#a9dcf5", "Blue"],
  ["#d9c8fa", "Violet"],
];
