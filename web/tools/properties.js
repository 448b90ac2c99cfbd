/** The panel of what is selected: where it is, and how it looks. */

import { icon, make, setText } from "../ui/dom.js";
import { LEAST_SIZE, normalDegrees, withHeight } from "../canvas/geometry.js";
import { wholeTransform } from "../scene/scene.js";
import { alignText, chartTypeText, colorText, sizeText, text } from "../text/tools.js";
import { isComposed } from "./keys.js";
import { buttonsField, choiceField, numberField, wordsField } from "../ui/fields.js";

/** @import {Field} from "../ui/fields.js" */
/** @import {Parts} from "./tools.js" */
/** @import {Element as SceneElement, TransformChanges, UpdateOperation} from "../types/messages.js" */

/** @typedef {{field: Field, read: (element: SceneElement) => unknown}} Row */
/** @typedef {Partial<{font_size: number, color: string, align: "left" | "center" | "right"}>} Look */

/** In a narrower window the panel opens only when it is asked for. */
const WIDE = "(min-width: 1000px)";
const FAR = 1e7;
const LARGE = 1e6;

export class Properties {
  node = make("section", { class: "properties", "aria-label": text.properties, hidden: "" });
  #parts;
  #setLook;
  #title = make("h2", {});
  #fields = make("div", { class: "fields" });
  /** @type {Row[]} */
  #rows = [];
  #shape = "";
  #frame = 0;
  /** What the field shows that somebody is in. @type {string[] | null} */
  #about = null;
  /** Asked for, or closed, by the person; `null`: as the window is wide. @type {boolean | null} */
  #wanted = null;

  /**
   * @param {Parts} parts
   * @param {(look: Look) => void} setLook new texts look like the latest one
   */
  constructor(parts, setLook) {
    this.#parts = parts;
    this.#setLook = setLook;
    const close = make("button", { type: "button", class: "ghost", "aria-label": text.close });
    close.append(icon("close"));
    close.addEventListener("click", () => this.#want(false));
    this.node.append(make("header", {}, this.#title, close), this.#fields);
    this.node.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || isComposed(event)) return;
      event.preventDefault();
      parts.stage.frame.focus({ preventScroll: true });
    });
    // A field tells what was typed when it is left, which may be by choosing something else.
    this.#fields.addEventListener("focusin", () => (this.#about ??= [...parts.selection.ids]));
    this.#fields.addEventListener("focusout", () => {
      this.#about = null;
      draw();
    });
    addEventListener("pagehide", () => {
      const { activeElement } = document;
      if (activeElement instanceof HTMLElement && this.#fields.contains(activeElement)) activeElement.blur();
    });
    const draw = () => this.#drawSoon();
    parts.selection.on("changed", draw);
    parts.draft.on("changed", draw);
    parts.draft.on("replaced", draw);
    parts.motion.on("changed", draw);
    matchMedia(WIDE).addEventListener("change", draw);
  }

  /** Show the panel, and go to what matters most in it. */
  open() {
    this.#want(true);
    this.#draw();
    const [field] = this.#fields.querySelectorAll("textarea, select, input");
    if (field instanceof HTMLElement) field.focus();
  }

  toggle() {
    if (this.node.hidden) this.open();
    else this.#want(false);
  }

  /** @param {boolean} wanted */
  #want(wanted) {
    this.#wanted = wanted;
    if (!wanted && this.node.contains(document.activeElement)) this.#parts.stage.frame.focus();
    this.#draw();
  }

  #drawSoon() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw() {
    const elements = this.#elements();
    const types = [...new Set(elements.map(({ kind }) => kind.type))];
    // Who clicks at a camera wants to see it, not its numbers.
    const byItself = matchMedia(WIDE).matches && types.some((type) => type !== "Video");
    this.node.hidden = elements.length === 0 || !(this.#wanted ?? byItself);
    if (this.node.hidden) return;
    const [type = ""] = types;
    setText(this.#title, elements.length > 1 ? text.several(elements.length) : text.kind(type));
    const shape = `${elements.length > 1 ? "several" : "one"} ${types.join(" ")}`;
    if (shape !== this.#shape) this.#build(shape, types.length === 1 ? type : "", elements.length === 1);
    this.#shape = shape;
    for (const { field, read } of this.#rows) field.show(common(elements, read));
  }

  /**
   * @param {Iterable<string>} [ids] those that are selected
   * @returns {SceneElement[]}
   */
  #elements(ids = this.#parts.selection.ids) {
    const { draft, view } = this.#parts;
    return [...ids].flatMap((id) => {
      const element = draft.get(id);
      return element ? [{ ...element, transform: view.transformOf(id) }] : [];
    });
  }

  /**
   * @param {string} shape
   * @param {string} type that all have; empty where they differ
   * @param {boolean} alone
   */
  #build(shape, type, alone) {
    this.#shape = shape;
    this.#rows = [
      ...(type === "Image" && alone ? this.#pictureRows() : []),
      ...(type === "Chart" && alone ? this.#chartRows() : []),
      ...(type === "Text" ? this.#textRows() : []),
      ...(alone ? this.#placeRows() : [this.#rotationRow()]),
    ];
    this.#fields.replaceChildren(...this.#rows.map(({ field }) => field.node));
  }

  /** @returns {Row[]} */
  #placeRows() {
    /** @param {"x" | "y"} axis */
    const place = (axis) => ({
      field: numberField(text[axis], { min: -FAR, max: FAR }, (value) => this.#move({ [axis]: value })),
      read: (/** @type {SceneElement} */ { transform }) => transform[axis],
    });
    /** @param {"width" | "height"} side */
    const size = (side) => ({
      field: numberField(text[side], { min: LEAST_SIZE, max: LARGE }, (value) => this.#resize(side, value)),
      read: (/** @type {SceneElement} */ { transform }) => transform[side],
    });
    return [place("x"), place("y"), size("width"), size("height"), this.#rotationRow()];
  }

  /** @returns {Row} */
  #rotationRow() {
    const changed = (/** @type {number} */ value) => this.#move({ rotation: normalDegrees(value) });
    return {
      field: numberField(text.rotation, { min: -360, max: 360 }, changed),
      read: ({ transform }) => normalDegrees(transform.rotation ?? 0),
    };
  }

  /** @returns {Row[]} */
  #textRows() {
    const own = make("input", { type: "color", "aria-label": text.ownColor, title: text.ownColor });
    own.addEventListener("change", () => this.#look({ color: own.value }));
    const colors = colorText.map(([value = "", name = ""]) => ({ value, name, color: value }));
    const sizes = sizeText.map(([size, name]) => ({ value: String(size), name }));
    const lines = /** @type {const} */ (["left", "center", "right"]).map((value) => ({
      value,
      name: alignText[value],
      symbol: `text-${value}`,
    }));
    const setSize = (/** @type {number} */ font_size) => this.#look({ font_size });
    /** @param {SceneElement} element */
    const read = ({ kind }) => (kind.type === "Text" ? kind.font_size ?? 16 : 16);
    return [
      { field: buttonsField(text.size, sizes, (value) => setSize(Number(value))), read },
      { field: numberField(text.size, { min: 1, max: 1000 }, setSize), read },
      {
        field: buttonsField(text.color, colors, (color) => this.#look({ color }), own),
        read: ({ kind }) => (kind.type === "Text" ? kind.color ?? "#000000" : ""),
      },
      {
        field: buttonsField(text.alignment, lines, (align) => this.#look(/** @type {Look} */ ({ align }))),
        read: ({ kind }) => (kind.type === "Text" ? kind.align ?? "left" : ""),
      },
    ];
  }

  /** @returns {Row[]} */
  #pictureRows() {
    const look = { most: 1024, hint: text.altHint, lines: true };
    return [
      {
        field: wordsField(text.alt, look, (alt) => this.#setKind({ alt })),
        read: ({ kind }) => (kind.type === "Image" ? kind.alt ?? "" : ""),
      },
    ];
  }

  /** @returns {Row[]} */
  #chartRows() {
    return [
      {
        field: choiceField(text.chartType, chartTypeText, (chart_type) => this.#setKind({ chart_type })),
        read: ({ kind }) => (kind.type === "Chart" ? kind.chart_type.toLowerCase() : ""),
      },
      {
        field: wordsField(text.chartTitle, { most: 200 }, (title) => this.#setKind({ data: { title } })),
        read: ({ kind }) => (kind.type === "Chart" ? titleOf(kind.data) : null),
      },
    ];
  }

  /** @param {TransformChanges} transform */
  #move(transform) {
    this.#edit(() => ({ transform }));
  }

  /**
   * @param {"width" | "height"} side
   * @param {number} value
   */
  #resize(side, value) {
    this.#edit(({ kind, transform }) => {
      const { width, height } = wholeTransform(transform);
      const fixed = kind.type === "Image" || kind.type === "Video";
      if (!fixed || width <= 0 || height <= 0) return { transform: { [side]: value } };
      const factor = value / (side === "width" ? width : height);
      return { transform: { width: width * factor, height: height * factor } };
    });
  }

  /** @param {Look} look */
  #look(look) {
    this.#setLook(look);
    this.#edit(({ kind, transform }) => {
      if (kind.type !== "Text") return null;
      if (look.font_size === undefined) return { kind: look };
      const at = wholeTransform(transform);
      const { height } = this.#parts.sizeOfText({ ...kind, ...look }, at.width);
      const { x, y } = withHeight(at, height);
      return { kind: look, transform: { x, y, height } };
    });
  }

  /** @param {Record<string, unknown>} kind */
  #setKind(kind) {
    this.#edit(() => ({ kind }));
  }

  /** @param {(element: SceneElement) => UpdateOperation["changes"] | null} change */
  #edit(change) {
    /** @type {UpdateOperation[]} */
    const operations = this.#elements(this.#about ?? undefined).flatMap((element) => {
      const changes = change(element);
      return changes ? [{ op: "update", id: element.id, changes }] : [];
    });
    this.#parts.draft.edit(operations);
  }
}

/**
 * @param {SceneElement[]} elements
 * @param {(element: SceneElement) => unknown} read
 * @returns {unknown} what all of them have; `undefined` where they differ
 */
function common(elements, read) {
  const [first, ...rest] = elements.map(read);
  return rest.every((value) => value === first) ? first : undefined;
}

/**
 * @param {unknown} data of a chart
 * @returns {string | null} `null`: it cannot have a title
 */
function titleOf(data) {
  if (typeof data !== "object" || data === null || Array.isArray(data)) return null;
  return "title" in data && typeof data.title === "string" ? data.title : "";
}
