/** Colour of ink. */

import { chosenColor } from "../parts/contrast.js";

/** The colours of authors who chose none: these are the page's own ink, dark or light. */
const NO_CHOICE = new Set(["", "#1e1e1e", "#000000", "#000", "black"]);

/**
 * @param {string} [color] as its author wrote it
 * @returns {string} a CSS colour
 */
export function inkColor(color = "") {
  return (!NO_CHOICE.has(color.trim().toLowerCase()) && chosenColor(color)) || "var(--ink)";
}
