/** Texts about frames. */

export const text = {
  label: "Frame",
  /** @param {string} title */
  described: (title) => `Frame: ${title}`,
};
