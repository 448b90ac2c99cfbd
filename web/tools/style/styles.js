/**
 * The style of what is drawn next, remembered in this window: one colour, width and so on for all kinds, which each kind
 * has in fields of its own. Pure but for the storage of the window.
 */

import { Emitter } from "../../lib/emitter.js";
import { asOneOf, StoredRecord } from "../../lib/stored.js";
import { BRUSHES, CURVES, DASHES, FONTS, HEADS, LETTERS, SHAPES, WIDTHS } from "../../kinds/parts/palette.js";
import { changesOf, FIRST } from "../../kinds/parts/stylefields.js";

/** @import {Arrow, Ink, Shape} from "../../types/messages.js" */
/** @import {Style, StyledKind} from "../../kinds/parts/stylefields.js" */

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

export const styles = new Styles();

export { FIGURES, LINES, STROKES } from "../../kinds/parts/stylefields.js";
