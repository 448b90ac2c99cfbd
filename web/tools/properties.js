/**
 * The properties of what is selected: by itself a bar at the selection with how it looks; asked for, a panel with where it
 * is as well.
 */

import { icon, make, setText } from "../ui/dom.js";
import { boundsOf, LEAST_SIZE, normalDegrees, unionOf, withHeight } from "../canvas/geometry.js";
import { isComposed } from "../lib/keys.js";
import { wholeTransform } from "../scene/scene.js";
import { definitionOf, keepsAspect, labelOf } from "../kinds/kinds.js";
import { makingOf } from "../kinds/makings.js";
import { text } from "../text/tools.js";
import { barAt } from "./beside.js";
import { numberField } from "../ui/fields.js";

/** @import {Field} from "../ui/fields.js" */
/** @import {EditContext} from "./tools.js" */
/** @import {Element as SceneElement, TransformChanges, UpdateOperation} from "../types/messages.js" */

/** @typedef {{field: Field, read: (element: SceneElement) => unknown}} Row */

/** In a smaller window they are shown only when they are asked for. */
const WIDE = "(min-width: 761px) and (min-height: 501px)";
const FAR = 1e7;
const LARGE = 1e6;

export class Properties {
  node = make("section", { class: "properties", "aria-label": text.properties, hidden: "" });
  #context;
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
   * @param {EditContext} context
   * @param {(type: string, look: Record<string, unknown>) => void} setLook new texts look like the latest one
   */
  constructor(context, setLook) {
    this.#context = context;
    this.#setLook = setLook;
    const close = make("button", { type: "button", class: "ghost", "aria-label": text.close });
    close.append(icon("close"));
    close.addEventListener("click", () => this.#want(false));
    const all = make("button", { type: "button", class: "ghost style-all", "aria-label": text.allProperties, title: text.allProperties });
    all.append(icon("sliders"));
    all.addEventListener("click", () => this.open());
    this.node.append(make("header", {}, this.#title, close), this.#fields, all);
    this.node.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || isComposed(event)) return;
      event.preventDefault();
      context.stage.frame.focus({ preventScroll: true });
    });
    // A field tells what was typed when it is left, which may be by choosing something else.
    this.#fields.addEventListener("focusin", () => (this.#about ??= [...context.selection.ids]));
    this.#fields.addEventListener("focusout", () => {
      this.#about = null;
      draw();
    });
    addEventListener("pagehide", () => this.#endWriting());
    const draw = () => this.#drawSoon();
    context.selection.on("changed", draw);
    context.scene.on("changed", draw);
    context.scene.on("replaced", draw);
    context.motion.on("changed", draw);
    context.stage.on("moved", draw);
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

  /** A field that is hidden or goes would not tell what was typed. */
  #endWriting() {
    const { activeElement } = document;
    if (activeElement instanceof HTMLElement && this.#fields.contains(activeElement)) activeElement.blur();
  }

  /** @param {boolean} wanted */
  #want(wanted) {
    this.#wanted = wanted;
    if (!wanted && this.node.contains(document.activeElement)) this.#context.stage.frame.focus();
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
    const byItself = matchMedia(WIDE).matches && types.some((type) => definitionOf({ type }).opensProperties ?? true);
    const isBar = this.#wanted === null;
    const hidden = elements.length === 0 || !(this.#wanted ?? byItself);
    this.node.toggleAttribute("data-bar", isBar);
    if (hidden) this.#endWriting();
    this.node.hidden = hidden;
    if (hidden) return;
    const [type = ""] = types;
    setText(this.#title, elements.length > 1 ? text.several(elements.length) : labelOf(type));
    const shape = `${elements.length > 1 ? "several" : "one"} ${types.join(" ")}`;
    if (shape !== this.#shape) this.#build(shape, types.length === 1 ? type : "", elements.length === 1);
    this.#shape = shape;
    for (const { field, read } of this.#rows) field.show(common(elements, read));
    if (isBar) this.#place(elements);
    else this.node.style.translate = "";
  }

  /** @param {SceneElement[]} elements that the bar is to be at */
  #place(elements) {
    const { stage } = this.#context;
    const around = unionOf(elements.map(({ transform }) => boundsOf(wholeTransform(transform))));
    if (!around) return;
    const { left, top } = stage.frame.getBoundingClientRect();
    const corner = stage.toClient(around.x, around.y);
    const selected = { x: corner.x - left, y: corner.y - top, width: around.width * stage.scale, height: around.height * stage.scale };
    const { x, y } = barAt(selected, { width: this.node.offsetWidth, height: this.node.offsetHeight }, stage.free());
    this.node.style.translate = `${Math.round(x)}px ${Math.round(y)}px`;
  }

  /**
   * @param {Iterable<string>} [ids] those that are selected
   * @returns {SceneElement[]}
   */
  #elements(ids = this.#context.selection.ids) {
    const { scene, view } = this.#context;
    return [...ids].flatMap((id) => {
      const element = scene.get(id);
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
      ...(type ? this.#kindRows(type, alone) : []),
      ...(alone ? this.#placeRows() : [this.#rotationRow()]),
      this.#opacityRow(),
    ];
    this.#endWriting();
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

  /** In per cent, as people name it. @returns {Row} */
  #opacityRow() {
    return {
      field: numberField(text.opacity, { min: 0, max: 100 }, (value) => this.#edit(() => ({ opacity: value / 100 }))),
      read: ({ opacity = 1 }) => Math.round(opacity * 100),
    };
  }

  /**
   * @param {string} type
   * @param {boolean} alone
   * @returns {Row[]}
   */
  #kindRows(type, alone) {
    const rows = makingOf({ type }).properties?.((changes, expected) => this.#setKind(type, changes, expected)) ?? [];
    return rows
      .filter(({ shared }) => alone || shared)
      .map(({ field, read }) => ({ field, read: ({ kind }) => (kind.type === type ? read(kind) : undefined) }));
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
      if (!keepsAspect(kind) || width <= 0 || height <= 0) return { transform: { [side]: value } };
      const factor = value / (side === "width" ? width : height);
      return { transform: { width: width * factor, height: height * factor } };
    });
  }

  /**
   * @param {string} type
   * @param {Record<string, unknown>} changes
   * @param {Record<string, unknown>} [expected] what words in the changes take the place of
   */
  #setKind(type, changes, expected) {
    this.#setLook(type, changes);
    const { text: written } = definitionOf({ type });
    const resizes = written?.size === null && (written.sizedBy ?? []).some((field) => String(field) in changes);
    if (expected) this.#giveBack({ kind: changes, expected });
    this.#edit(({ kind, transform }) => {
      if (kind.type !== type) return null;
      if (!resizes) return { kind: changes, ...(expected && { expected }) };
      const at = wholeTransform(transform);
      const { height } = this.#context.sizeOfText({ ...kind, ...changes }, at.width);
      const { x, y } = withHeight(at, height);
      return { kind: changes, transform: { x, y, height } };
    });
  }

  /** @param {UpdateOperation["changes"]} changes with words for what somebody has removed: the scene says so, with the words */
  #giveBack(changes) {
    const { scene } = this.#context;
    const [id] = (this.#about ?? []).filter((id) => !scene.has(id));
    if (id) scene.edit([{ op: "update", id, changes }]);
  }

  /** @param {(element: SceneElement) => UpdateOperation["changes"] | null} change */
  #edit(change) {
    /** @type {UpdateOperation[]} */
    const operations = this.#elements(this.#about ?? undefined).flatMap((element) => {
      const changes = change(element);
      return changes ? [{ op: "update", id: element.id, changes }] : [];
    });
    this.#context.scene.edit(operations);
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
