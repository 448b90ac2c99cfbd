/** The fields of kinds that a style is kept in: each has its own for colour, width and so on. Pure. */

import { BRUSHES, CURVES, DASHES, FONTS, HEADS, INK, LETTERS, SHAPES, WIDTHS } from "./palette.js";

/** @import {Kind} from "../definition.js" */

/** @typedef {{shape: typeof SHAPES[number], color: string, fill: string, width: typeof WIDTHS[number], dash: typeof DASHES[number], font: typeof FONTS[number], letters: typeof LETTERS[number], heads: typeof HEADS[number], curve: typeof CURVES[number], brush: typeof BRUSHES[number]}} Style */
/** @typedef {keyof Style} Axis one of the things that a style is made of */
/** @typedef {"Shape" | "Arrow" | "Ink"} StyledKind */

/** Before anybody has chosen anything. @type {Style} */
export const FIRST = { shape: "rectangle", color: INK, fill: "", width: "s", dash: "solid", font: "sans", letters: "m", heads: "end", curve: "straight", brush: "pen" };

/** The kinds that have a style. */
export const [FIGURES, LINES, STROKES] = /** @type {const} */ (["Shape", "Arrow", "Ink"]);

const STROKE_WIDTHS = { s: 2, m: 4, l: 8 };
const INK_SIZES = { s: 4, m: 8, l: 16 };
const FONT_SIZES = { s: 16, m: 20, l: 28, xl: 40 };

/** The field of a kind that an axis of the style is, and what its values are there. */
/** @typedef {{field: string, values?: Readonly<Record<string, number>>}} Place */

const STROKED = {
  color: { field: "stroke" },
  width: { field: "stroke_width", values: STROKE_WIDTHS },
  dash: { field: "dash" },
  font: { field: "font" },
  letters: { field: "font_size", values: FONT_SIZES },
};

/** @type {Record<StyledKind, Partial<Record<Axis, Place>>>} */
const PLACES = {
  Shape: { shape: { field: "shape" }, ...STROKED, fill: { field: "fill" } },
  Arrow: { ...STROKED, heads: { field: "heads" }, curve: { field: "curve" } },
  Ink: { color: { field: "color" }, width: { field: "size", values: INK_SIZES }, brush: { field: "brush" } },
};

/**
 * @param {string} type
 * @returns {type is StyledKind}
 */
export function isStyled(type) {
  return Object.hasOwn(PLACES, type);
}

/**
 * @param {string} type
 * @returns {Axis[]} what a style says of such an element
 */
export function axesOf(type) {
  return isStyled(type) ? /** @type {Axis[]} */ (Object.keys(PLACES[type])) : [];
}

/**
 * What a style changes about an element.
 *
 * @param {string} type
 * @param {Partial<Style>} style
 * @returns {Record<string, unknown>} fields of its struct
 */
export function changesOf(type, style) {
  if (!isStyled(type)) return {};
  const places = Object.entries(PLACES[type]).filter(([axis]) => style[/** @type {Axis} */ (axis)] !== undefined);
  return Object.fromEntries(places.map(([axis, { field, values }]) => {
    const value = style[/** @type {Axis} */ (axis)];
    return [field, values?.[String(value)] ?? value];
  }));
}

/**
 * The style that an element has.
 *
 * @param {Kind} kind
 * @param {Axis} axis
 * @returns {unknown} undefined: it has none, or one that is not among those to choose from
 */
export function styleIn(kind, axis) {
  const place = isStyled(kind.type) ? PLACES[kind.type][axis] : undefined;
  if (!place) return undefined;
  const value = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (kind))[place.field] ?? changesOf(kind.type, FIRST)[place.field];
  if (!place.values) return value;
  return Object.entries(place.values).find(([, number]) => number === value)?.[0];
}
