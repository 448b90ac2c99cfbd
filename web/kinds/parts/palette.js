/** Looks to choose from, for everything that is drawn: colours that are seen in both themes, widths, dashes, fonts. Pure. */

/** Written by the page in its own ink, whatever the theme. */
export const INK = "#1e1e1e";

/** Of lines; but for the ink each has a contrast of 3:1 with the page in both themes (WCAG 2.2, 1.4.11). */
export const STROKES = /** @type {const} */ ([INK, "#868e96", "#e03131", "#e8590c", "#2f9e44", "#1c7ed6", "#7950f2", "#d6336c"]);

/** Of areas; empty: what lies below is seen. */
export const FILLS = /** @type {const} */ (["", "#ffffff", "#e9ecef", "#ffc9c9", "#ffd8a8", "#ffec99", "#b2f2bb", "#a5d8ff", "#d0bfff"]);

export const WIDTHS = /** @type {const} */ (["s", "m", "l"]);
export const DASHES = /** @type {const} */ (["solid", "dashed", "dotted"]);
export const FONTS = /** @type {const} */ (["sans", "hand", "mono"]);
export const LETTERS = /** @type {const} */ (["s", "m", "l", "xl"]);
export const HEADS = /** @type {const} */ (["none", "end", "both"]);
export const CURVES = /** @type {const} */ (["straight", "curved", "routed"]);
export const BRUSHES = /** @type {const} */ (["pen", "marker"]);
export const SHAPES = /** @type {const} */ (["rectangle", "ellipse", "diamond", "triangle", "hexagon", "cloud", "star"]);
