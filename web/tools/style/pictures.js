/** Small pictures of the values of a style, for the buttons that choose them. */

import { FAMILIES } from "../../kinds/parts/strokes.js";
import { svg } from "../../kinds/parts/drawing.js";
import { outlineOf, pathOf } from "../../kinds/shape/outline.js";
import { make } from "../../ui/dom.js";

/** @import {Axis} from "../../kinds/parts/stylefields.js" */
/** @import {Shape} from "../../types/messages.js" */

/** @type {Record<string, number>} */
const WIDTHS = { s: 1.5, m: 3, l: 5 };
/** @type {Record<string, string>} */
const DASHES = { solid: "none", dashed: "4 4", dotted: "0 4" };
/** @type {Record<string, string>} */
const CURVES = { straight: "M3 19L21 5", curved: "M3 19Q5 5 21 5", routed: "M3 19H12V5H21" };
/** @type {Record<string, string>} */
const HEADS = { none: "M3 12H21", end: "M3 12H21M16 7L21 12L16 17", both: "M3 12H21M16 7L21 12L16 17M8 7L3 12L8 17" };
/** @type {Record<string, string>} */
const LETTERS = { s: "12px", m: "15px", l: "19px", xl: "23px" };
const INK = "#1e1e1e";

/**
 * @param {Axis} axis
 * @param {string} value empty where those that are chosen differ
 * @returns {Element}
 */
export function pictureOf(axis, value) {
  switch (axis) {
    case "shape":
      return line(pathOf(outlineOf(/** @type {Shape["shape"]} */ (value || "rectangle") ?? "rectangle", 20, 16)), { transform: "translate(2 4)" });
    case "color":
      return swatch(value === INK ? "" : value, false);
    case "fill":
      return swatch(value, value === "");
    case "width":
      return line("M3 12H21", { "stroke-width": WIDTHS[value] ?? 2 });
    case "dash":
      return line("M3 12H21", { "stroke-dasharray": DASHES[value] ?? "none", "stroke-width": 2.5 });
    case "curve":
      return line(CURVES[value] ?? CURVES["straight"] ?? "");
    case "heads":
      return line(HEADS[value] ?? HEADS["end"] ?? "");
    case "brush":
      return line("M3 15Q9 5 13 12T21 9", { "stroke-width": value === "marker" ? 6 : 2, "stroke-opacity": value === "marker" ? 0.5 : 1 });
    case "font":
      return letters(FAMILIES[/** @type {keyof typeof FAMILIES} */ (value)] ?? FAMILIES.sans, "17px");
    default:
      return letters(FAMILIES.sans, LETTERS[value] ?? "15px");
  }
}

/**
 * @param {string} d
 * @param {Record<string, string | number>} [look]
 */
function line(d, look = {}) {
  return svg("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("path", { d, ...look }));
}

/**
 * @param {string} color empty: the ink of the page
 * @param {boolean} none it is seen through
 */
function swatch(color, none) {
  const node = make("span", { class: none ? "style-swatch none" : "style-swatch", "aria-hidden": "true" });
  if (color) node.style.setProperty("--swatch", color);
  return node;
}

/** @param {string} family @param {string} size */
function letters(family, size) {
  const node = make("span", { class: "style-letters", "aria-hidden": "true" }, "Aa");
  Object.assign(node.style, { fontFamily: family, fontSize: size });
  return node;
}
