/**
 * The style bar: how what is drawn next looks, while the tool draws, and how what is selected looks, several at once. Each
 * button shows what is chosen and opens a menu of what can be.
 */

import { withHeight } from "../../canvas/geometry.js";
import { definitionOf, textOf } from "../../kinds/kinds.js";
import { axesOf, changesOf, FIRST, isStyled, styleIn } from "../../kinds/parts/stylefields.js";
import { wholeTransform } from "../../scene/scene.js";
import { axisText, text } from "../../text/style.js";
import { icon, make } from "../../ui/dom.js";
import { toggleMenuNode } from "../../ui/menu.js";
import { pictureOf } from "./pictures.js";
import { styles } from "./styles.js";

/** @import {Axis, Style} from "../../kinds/parts/stylefields.js" */
/** @import {EditContext} from "../tools.js" */
/** @import {Element as SceneElement, ElementChanges} from "../../types/messages.js" */

/** The buttons, and what their menus offer; a button shows the first of these. @type {[keyof typeof text.menus, Axis[]][]} */
const MENUS = [
  ["shape", ["shape"]],
  ["color", ["color"]],
  ["fill", ["fill"]],
  ["line", ["width", "dash", "brush"]],
  ["ends", ["heads", "curve"]],
  ["letters", ["font", "letters"]],
];

/** What the bar is about: fields of elements, or of those that are drawn next. */
/** @typedef {{types: string[], ids: string[], read: (axis: Axis) => string}} Subject */

export class StyleBar {
  #context;
  #openAll;
  #node = make("div", { class: "style-bar", role: "toolbar", "aria-label": text.bar, hidden: "" });
  #shown = "";
  #frame = 0;

  /**
   * @param {EditContext} context
   * @param {() => void} openAll opens the panel with all properties
   */
  constructor(context, openAll) {
    this.#context = context;
    this.#openAll = openAll;
    context.stage.frame.parentElement?.append(this.#node);
    const draw = () => {
      this.#frame ||= requestAnimationFrame(() => {
        this.#frame = 0;
        this.#draw();
      });
    };
    context.selection.on("changed", draw);
    context.mode.on("changed", draw);
    context.scene.on("changed", draw);
    context.scene.on("replaced", draw);
    styles.on("changed", draw);
    this.#node.addEventListener("keydown", (event) => this.#key(event));
  }

  /** @returns {Subject | null} */
  #subject() {
    const { mode, scene, selection } = this.#context;
    const next = mode.current.styles;
    if (next) return { types: [next], ids: [], read: (axis) => String(styles.current[axis]) };
    const elements = [...selection.ids].flatMap((id) => scene.get(id) ?? []);
    if (elements.length === 0 || !elements.every(({ kind }) => isStyled(kind.type))) return null;
    return {
      types: [...new Set(elements.map(({ kind }) => kind.type))],
      ids: elements.map(({ id }) => id),
      read: (axis) => common(elements, axis),
    };
  }

  #draw() {
    const subject = this.#subject();
    this.#node.hidden = subject === null;
    if (!subject) return;
    const axes = new Set(subject.types.flatMap(axesOf));
    const menus = MENUS.flatMap(([name, all]) => {
      const offered = all.filter((axis) => axes.has(axis));
      return offered.length > 0 ? [/** @type {const} */ ([name, offered])] : [];
    });
    const state = JSON.stringify([menus.map(([name, offered]) => [name, offered.map(subject.read)]), subject.ids.length > 0]);
    if (state === this.#shown) return;
    this.#shown = state;
    const focused = document.activeElement?.getAttribute("data-style");
    const buttons = menus.map(([name, offered]) => this.#button(name, offered, subject));
    if (subject.ids.length > 0) buttons.push(this.#allButton());
    for (const [place, button] of buttons.entries()) button.tabIndex = place === 0 ? 0 : -1;
    this.#node.replaceChildren(...buttons);
    if (focused) buttons.find((one) => one.dataset["style"] === focused)?.focus();
  }

  /**
   * @param {keyof typeof text.menus} name
   * @param {Axis[]} axes
   * @param {Subject} subject
   */
  #button(name, axes, subject) {
    const values = axes.map((axis) => axisText[axis]?.values[subject.read(axis)] ?? "").filter(Boolean);
    const label = text.chosen(text.menus[name], values.join(", "));
    const button = make("button", { type: "button", class: "tool", "data-style": name, "aria-label": label, title: label, "aria-haspopup": "menu", "aria-expanded": "false" });
    const [shown] = axes;
    if (shown) button.append(pictureOf(shown, subject.read(shown)));
    button.addEventListener("click", () => toggleMenuNode(button, this.#menu(name, axes, this.#subject() ?? subject), "above"));
    return button;
  }

  #allButton() {
    const button = make("button", { type: "button", class: "tool", "data-style": "all", "aria-label": text.all, title: text.all });
    button.append(icon("sliders"));
    button.addEventListener("click", this.#openAll);
    return button;
  }

  /**
   * @param {keyof typeof text.menus} name
   * @param {Axis[]} axes
   * @param {Subject} subject
   */
  #menu(name, axes, subject) {
    const menu = make("div", { class: "menu style-menu", role: "menu", "aria-label": text.menus[name] });
    for (const axis of axes) {
      const { label = "", values = {} } = axisText[axis] ?? {};
      const group = make("div", { class: "style-group", role: "group", "aria-label": label });
      for (const [value, words] of Object.entries(values)) {
        const checked = String(subject.read(axis) === value);
        const item = make("button", { type: "button", role: "menuitemradio", "aria-checked": checked, "aria-label": words, title: words, "data-value": value, "data-axis": axis });
        item.append(pictureOf(axis, value));
        item.addEventListener("click", () => this.#choose(subject, { [axis]: value }));
        group.append(item);
      }
      menu.append(group);
    }
    return menu;
  }

  /**
   * @param {Subject} subject
   * @param {Partial<Style>} style
   */
  #choose(subject, style) {
    styles.set(style);
    const { scene } = this.#context;
    scene.edit(subject.ids.flatMap((id) => {
      const element = scene.get(id);
      const changes = element && this.#changes(element, style);
      return changes ? [{ op: /** @type {const} */ ("update"), id, changes }] : [];
    }));
  }

  /**
   * @param {SceneElement} element
   * @param {Partial<Style>} style
   * @returns {ElementChanges | null}
   */
  #changes({ kind, transform }, style) {
    const changes = changesOf(kind.type, style);
    if (Object.keys(changes).length === 0) return null;
    const after = { ...kind, ...changes };
    const { text: written } = definitionOf(after);
    if (!written?.heightFor || !textOf(after)) return { kind: changes };
    const at = wholeTransform(transform);
    const words = this.#context.sizeOfText(after, written.room?.(after, at).width ?? at.width);
    const { x, y, height } = withHeight(at, written.heightFor(after, at, words.height));
    return height === at.height ? { kind: changes } : { kind: changes, transform: { x, y, height } };
  }

  /** One stop for Tab, and arrow keys between the buttons. @param {KeyboardEvent} event */
  #key(event) {
    const buttons = [...this.#node.querySelectorAll("button")];
    const place = buttons.findIndex((one) => one === document.activeElement);
    const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key] ?? 0;
    if (place < 0 || way === 0) {
      if (event.key === "Escape" && place >= 0) this.#context.stage.frame.focus({ preventScroll: true });
      return;
    }
    event.preventDefault();
    const next = buttons[(place + way + buttons.length) % buttons.length];
    for (const button of buttons) button.tabIndex = button === next ? 0 : -1;
    next?.focus();
  }
}

/**
 * @param {SceneElement[]} elements
 * @param {Axis} axis
 * @returns {string} what all have that have such a thing; empty where they differ
 */
function common(elements, axis) {
  const values = new Set(elements.filter(({ kind }) => axesOf(kind.type).includes(axis)).map(({ kind }) => styleIn(kind, axis)));
  const [only] = values;
  return values.size === 1 && only !== undefined ? String(only) : values.size === 0 ? String(FIRST[axis]) : "";
}
