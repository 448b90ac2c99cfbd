/** Looks of the lines and areas of drawings: their ink, dashes and letters. */

import { chosenColor, isLight } from "./contrast.js";

/** @import {Shape} from "../../types/messages.js" */

/** The colours of authors who chose none, and of programs for drawing: the ink of the page, in any theme. */
const NO_CHOICE = /^\s*(?:#0{3}|#0{6}|black|#1e1e1e)?\s*$/i;

/** CSS families by the name of a font (kinds.css). @type {Record<NonNullable<Shape["font"]>, string>} */
export const FAMILIES = { sans: "var(--lettering)", hand: "var(--lettering-hand)", mono: "var(--lettering-mono)" };

/**
 * @param {string} [color] as an author wrote it
 * @param {string} [own] the ink of the page, as CSS has it there
 * @returns {string} of CSS
 */
export function inkOf(color = "", own = "currentColor") {
  return (!NO_CHOICE.test(color) && chosenColor(color)) || own;
}

/**
 * @param {string} color as an author wrote it
 * @returns {string} of CSS; `none`: it is seen through
 */
export function paintOf(color) {
  return color.trim() === "" ? "none" : NO_CHOICE.test(color) ? "currentColor" : chosenColor(color) || "none";
}

/**
 * @param {string} paint of the area below words
 * @returns {string} a CSS colour that can be read on it; empty: the ink of the page
 */
export function lettersOn(paint) {
  if (paint === "none") return "";
  if (paint === "currentColor") return "var(--page)";
  const light = isLight(paint);
  return light === null ? "" : light ? "#1b1e27" : "#ffffff";
}

/** A line is no thinner than what is seen, however far away. @param {number} width @returns {string} `stroke-width` of CSS */
export function seenWidth(width) {
  return `max(${width}px, calc(1px * var(--unit, 1)))`;
}

/**
 * @param {string} dash
 * @param {number} width of the line
 * @returns {string} `stroke-dasharray` of SVG, for lines with round ends
 */
export function dashesOf(dash, width) {
  if (dash === "dashed") return `${width * 3 + 4} ${width * 2 + 4}`;
  return dash === "dotted" ? `0 ${width * 2 + 2}` : "none";
}
