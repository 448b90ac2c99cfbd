/** Texts about arrows. */

export const text = {
  label: "Arrow",
  words: "Label of the arrow",
  /** @param {string} words */
  described: (words) => `Arrow: ${words}`,
  /**
   * @param {string} from what it starts at, in words; empty: nothing
   * @param {string} to
   * @param {string} label
   */
  between(from, to, label) {
    const ends = `${from ? ` from “${from}”` : ""}${to ? ` to “${to}”` : ""}`;
    return `Arrow${ends}${label ? `: ${label}` : ""}`;
  },
  /** Where its ends and its middle are taken hold of. */
  handles: { start: "Start of the arrow", end: "End of the arrow", bend: "Middle of the arrow" },
};
