/**
 * The style of what is drawn next, remembered in this window: one colour, width and so on for all kinds, which each kind
 * has in fields of its own. Pure but for the storage of the window.
 */

import { Emitter } from "../../lib/emitter.js";
import { asOneOf, StoredRecord } from "../../lib/stored.js";
import { BRUSHES, CURVES, DASHES, FONTS, HEADS, INK, LETTERS, SHAPES, WIDTHS } from "./palette.js";

/** @import {Arrow, Ink, Shape} from "../../types/messages.js" */
/** @import {Kind} from "../../kinds/definition.js" */

/** @typedef {{shape: typeof SHAPES[number], color: string, fill: string, width: typeof WIDTHS[number], dash: typeof DASHES[number], font: typeof FONTS[number], letters: typeof LETTERS[number], heads: typeof HEADS[number], curve: typeof CURVES[number], brush: typeof BRUSHES[number]}} Style */
/** @typedef {keyof Style} Axis one of the things that a style is made of */
/** @typedef {"Shape" | "Arrow" | "Ink"} StyledKind */

/** @type {Style} */
const FIRST = { shape: "rectangle", color: INK, fill: "", width: "s", dash: "solid", font: "sans", letters: "m", heads: "end", curve: "straight", brush: "pen" };

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

const isColor = (/** @type {unknown} */ kept) => (typeof kept === "string" && /^(#[0-9a-f]{6})?$/i.test(kept) ? kept : undefined);

/** @extends {Emitter<{changed: null}>} */
export class Styles extends Emitter {
  /** @type {StoredRecord<Style>} */
  #kept = new StoredRecord("window", "style", {
    shape: asOneOf(SHAPES),
    color: (kept) => isColor(kept) || undefined,
    fill: isColor,
    width: asOneOf(WIDTHS),
    dash: asOneOf(DASHES),
    font: asOneOf(FONTS),
    letters: asOneOf(LETTERS),
    heads: asOneOf(HEADS),
    curve: asOneOf(CURVES),
    brush: asOneOf(BRUSHES),
  });
  /** @type {Style | null} */
  #style = null;

  /** As chosen last. @returns {Readonly<Style>} */
  get current() {
    return (this.#style ??= { ...FIRST, ...this.#kept.read() });
  }

  /**
   * The look of a new element.
   *
   * @template {StyledKind} Name
   * @param {Name} type
   * @returns {Partial<{Shape: Shape, Arrow: Arrow, Ink: Ink}[Name]>} fields of its struct
   */
  of(type) {
    return /** @type {any} */ (changesOf(type, this.current));
  }

  /** @param {Partial<Style>} changes for all that is drawn from now on */
  set(changes) {
    this.#style = { ...this.current, ...changes };
    this.#kept.write(changes);
    this.emit("changed", null);
  }
}

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

export const styles = new Styles();
