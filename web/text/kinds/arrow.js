/** Texts about arrows. */

export const text = {
  label: "Arrow",
  /** @param {string} words */
  described: (words) => `Arrow: ${words}`,
};
