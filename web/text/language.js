/** The language of this catalogue and of index.html, as `lang` has it (BCP 47). */

export const language = "en";

/** @param {Date} now @returns {string} a moment as names of files have it */
export function stamp(now) {
  return now.toISOString().slice(0, 16).replace(":", "-");
}
