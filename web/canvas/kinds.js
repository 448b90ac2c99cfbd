/** Draws the elements that are no camera: text, pictures, and stand-ins for charts and models. */

import { icon, make } from "../dom.js";
import { text } from "../text/calls.js";

/** @import {Chart, Image as Picture, Model3D, Text, Video} from "../types/messages.js" */

/** WCAG 2.2 asks for 3:1 for large text (success criterion 1.4.3). */
const LEAST_CONTRAST = 3;

/**
 * Fill a node with what an element is.
 *
 * @param {HTMLElement} node
 * @param {Text | Picture | Chart | Model3D | Video} kind
 */
export function drawKind(node, kind) {
  switch (kind.type) {
    case "Text":
      return drawText(node, kind);
    case "Image":
      return drawPicture(node, kind);
    case "Chart":
      return drawStandIn(node, "chart", text.chart(kind.chart_type));
    case "Model3D":
      return drawStandIn(node, "model", text.model);
    case "Video":
      return drawStandIn(node, "camera", text.video);
  }
}

/**
 * @param {HTMLElement} node
 * @param {Text} kind
 */
function drawText(node, { content, font_size = 16, color = "#000000" }) {
  node.className = "element element-text";
  node.setAttribute("aria-label", text.element(content.slice(0, 120)));
  const paragraph = make("p", {}, content);
  node.replaceChildren(paragraph);
  node.style.setProperty("--font-size", String(font_size));
  paragraph.style.color = color;
  // Authors choose a colour for a page they cannot see: where it would vanish, give it a card.
  const background = getComputedStyle(document.documentElement).backgroundColor;
  const contrast = contrastRatio(getComputedStyle(paragraph).color, background);
  node.classList.toggle("carded", contrast < LEAST_CONTRAST);
}

/**
 * @param {HTMLElement} node
 * @param {Picture} kind
 */
function drawPicture(node, { src }) {
  node.className = "element element-picture";
  node.setAttribute("aria-label", text.element(text.picture));
  const picture = make("img", { alt: "", referrerpolicy: "no-referrer", draggable: "false" });
  picture.addEventListener("error", () => {
    if (picture.parentNode === node) drawStandIn(node, "picture", text.pictureFailed);
  });
  picture.src = src;
  node.replaceChildren(picture);
}

/**
 * @param {HTMLElement} node
 * @param {string} symbol
 * @param {string} label
 */
function drawStandIn(node, symbol, label) {
  node.className = "element element-stand-in";
  node.setAttribute("aria-label", text.element(label));
  node.replaceChildren(icon(symbol), make("span", {}, label));
}

/**
 * The contrast of two colours (WCAG 2.2, "contrast ratio").
 *
 * @param {string} one as the browser computes it: `rgb(…)`
 * @param {string} other
 * @returns {number}
 */
function contrastRatio(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

/**
 * @param {string} color
 * @returns {number} relative luminance (WCAG 2.2)
 */
function luminance(color) {
  const [red = 0, green = 0, blue = 0] = (color.match(/[\d.]+/g) ?? []).map((part) => {
    const value = Number(part) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
