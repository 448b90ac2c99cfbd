/**
 * Contrast of a colour with the page (WCAG 2.2). Authors choose colours for a page they cannot see: in
 * the other theme their text may vanish.
 */

import { make } from "../../ui/dom.js";
import { theme } from "../../ui/theme.js";

/** WCAG 2.2 asks for 4.5:1, and 3:1 for large text: 24 CSS pixels (success criterion 1.4.3). */
const LEAST_CONTRAST = 4.5;
const LEAST_CONTRAST_LARGE = 3;
const LARGE_PX = 24;
const MOST_KEPT = 1000;

/** By colour, asked for with every text; measuring makes the browser compute styles. @type {Map<string, number>} */
const contrasts = new Map();
/** @type {HTMLElement | null} */
let probe = null;

/**
 * @param {string} color as CSS writes it; what is none is the page's own and does not vanish
 * @param {number} size of the letters in CSS pixels
 * @returns {boolean} there is too little contrast between it and the page
 */
export function vanishes(color, size) {
  let contrast = contrasts.get(color);
  if (contrast === undefined) {
    if (contrasts.size >= MOST_KEPT) contrasts.clear();
    contrast = contrastRatio(computed(color), computed("var(--page)"));
    contrasts.set(color, contrast);
  }
  return contrast < (size < LARGE_PX ? LEAST_CONTRAST : LEAST_CONTRAST_LARGE);
}

/** What depends on the page that shows it, or on the element around it, is no colour of its author. */
const OF_THE_PAGE = /var\(|^\s*(currentcolor|inherit|initial|unset|revert|revert-layer)\s*$/i;

/**
 * @param {string} color as an author wrote it
 * @returns {string} the colour; empty where it is none
 */
export function chosenColor(color) {
  return !OF_THE_PAGE.test(color) && CSS.supports("color", color) ? color : "";
}

/** Of a ground on which dark words are read as well as light ones (WCAG 2.2, relative luminance). */
const MIDDLE_LUMINANCE = 0.18;
/** @type {Map<string, boolean | null>} */
const grounds = new Map();

/**
 * @param {string} color of a ground, as CSS writes it
 * @returns {boolean | null} dark words are read on it better than light ones; `null`: it is seen through for the most part
 */
export function isLight(color) {
  let light = grounds.get(color);
  if (light === undefined) {
    if (grounds.size >= MOST_KEPT) grounds.clear();
    const value = computed(color);
    const [, , , opacity = "1"] = value.match(/-?[\d.]+(e-?\d+)?/g) ?? [];
    light = Number(opacity) < 0.5 ? null : luminance(value) > MIDDLE_LUMINANCE;
    grounds.set(color, light);
  }
  return light;
}

/**
 * @param {string} color
 * @returns {string} `rgb(…)`, or `color(srgb …)` of one that is written in another colour space
 */
function computed(color) {
  if (!probe) {
    probe = make("span");
    theme.on("changed", () => contrasts.clear());
  }
  probe.style.color = "";
  probe.style.color = color;
  document.body.append(probe);
  let value = getComputedStyle(probe).color;
  if (!value.startsWith("rgb")) {
    probe.style.color = `color-mix(in srgb, ${value}, ${value})`;
    value = getComputedStyle(probe).color;
  }
  probe.remove();
  return value;
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
  const most = color.startsWith("rgb") ? 255 : 1;
  const [red = 0, green = 0, blue = 0] = (color.match(/-?[\d.]+(e-?\d+)?/g) ?? []).map((part) => {
    const value = Math.min(1, Math.max(0, Number(part) / most));
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
