/** Texts about the frame of the page. */

export const text = {
  addTools: "Tools",
  addToolsTitle: "Tools of the canvas",
  /** @param {string} tool */
  activeTool: (tool) => `Tools of the canvas: ${tool}`,
  more: "More",
  /** @param {number} percent */
  scale: (percent) => `${percent} %`,
  /** @param {number} percent */
  scaleLabel: (percent) => `Size of the canvas: ${percent} %. Press for full size`,
  /** @param {number} count of people */
  faces: (count) => (count === 1 ? "People: only you are here" : `People: ${count} are here`),
  /** @param {number} count */
  others: (count) => `+${count}`,
};
