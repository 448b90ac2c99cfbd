/** Rows of the properties that several kinds have: how what is written in them looks. */

import { make } from "../../ui/dom.js";
import { buttonsField, numberField } from "../../ui/fields.js";
import { alignText, colorText, sizeText, text } from "../../text/kinds/text.js";

/** @import {Kind, PropertyRow} from "../definition.js" */

/** @typedef {(changes: Record<string, unknown>) => void} Set */

/**
 * The size of the letters: some to choose from, and a number.
 *
 * @param {Set} set
 * @returns {PropertyRow<Extract<Kind, {font_size?: number}>>[]}
 */
export function sizeRows(set) {
  const sizes = sizeText.map(([size, name]) => ({ value: String(size), name }));
  const read = (/** @type {{font_size?: number}} */ { font_size = 16 }) => font_size;
  return [
    { field: buttonsField(text.size, sizes, (value) => set({ font_size: Number(value) })), read, shared: true },
    { field: numberField(text.size, { min: 1, max: 1000 }, (font_size) => set({ font_size })), read, shared: true },
  ];
}

/**
 * @param {Set} set
 * @returns {PropertyRow<Extract<Kind, {color?: string}>>}
 */
export function colorRow(set) {
  const own = make("input", { type: "color", "aria-label": text.ownColor, title: text.ownColor });
  own.addEventListener("change", () => set({ color: own.value }));
  const colors = colorText.map(([value = "", name = ""]) => ({ value, name, color: value }));
  const field = buttonsField(text.color, colors, (color) => set({ color }), own);
  return { field, read: ({ color = "#000000" }) => color, shared: true };
}

/**
 * @param {Set} set
 * @returns {PropertyRow<Extract<Kind, {align?: string}>>}
 */
export function alignRow(set) {
  const lines = /** @type {const} */ (["left", "center", "right"]).map((value) => ({
    value,
    name: alignText[value],
    symbol: `text-${value}`,
  }));
  const field = buttonsField(text.alignment, lines, (align) => set({ align }));
  return { field, read: ({ align = "left" }) => align, shared: true };
}
