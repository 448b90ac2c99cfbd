/** Texts about frames. */

export const text = {
  label: "Frame",
  title: "Title of the frame",
  /** @param {string} title */
  described: (title) => `Frame: ${title}`,
};
