/**
 * The dock: one button for each control that is here now, made from the list of controls. What it has no room for is in the
 * panel "More" of the drawer, or behind the button of the tools; each button exists once, and moves.
 */

import { icon, make, setIcon, setText } from "../ui/dom.js";
import { foldFor, isInDock } from "./fold.js";
import { ToolsButton } from "./toolsbutton.js";

/** @import {Control, ControlState, RoomContext} from "./control.js" */
/** @import {Fold} from "./fold.js" */

/** @typedef {{control: Control, button: HTMLButtonElement, symbol: SVGSVGElement, words: HTMLElement, badge: HTMLElement, width: number}} Shown */

/** @typedef {{bar: HTMLElement, call: HTMLElement, tools: HTMLElement, zoom: HTMLElement, more: HTMLElement, area: HTMLElement}} DockNodes as in index.html; `area`: what the dock lies over */

/** There the dock is a bar of its own, with what must always be at hand. */
const COMPACT = "(max-width: 760px), (max-height: 500px)";
/** Most that a badge counts to. */
const MOST = 99;
const BUTTON_PX = 48;
/** Beside the dock and between it and the buttons of the zoom. */
const AIR_PX = 44;

export class Dock {
  #nodes;
  #context;
  #tools;
  /** @type {Shown[]} */
  #shown = [];
  #compact = matchMedia(COMPACT);
  #toolsWidth = 0;
  /** @type {Fold | null} */
  #fold = null;
  /** What was in the dock when it was fitted last. */
  #fitted = "";

  /**
   * @param {DockNodes} nodes
   * @param {RoomContext} context
   * @param {readonly Control[]} controls
   */
  constructor(nodes, context, controls) {
    this.#nodes = nodes;
    this.#context = context;
    this.#tools = new ToolsButton(nodes.tools);
    this.#shown = controls.map((control) => this.#make(control));
    nodes.call.append(...this.#shown.map(({ button }) => button));
    this.show();
    const resized = new ResizeObserver(() => this.#fit());
    for (const node of [nodes.area, nodes.tools, nodes.zoom]) resized.observe(node);
    this.#compact.addEventListener("change", () => this.#fit());
  }

  /** Something changed that controls may show. */
  show() {
    for (const one of this.#shown) {
      const isHere = this.#isHere(one.control);
      one.button.hidden = !isHere;
      if (isHere) showState(one, one.control.state?.(this.#context) ?? {});
    }
    // To measure is to lay out the page: only what changes widths or places is worth it.
    if (this.#arrangement !== this.#fitted) this.#fit();
  }

  /** What is in the dock, and where, in words that differ where widths or places may. */
  get #arrangement() {
    return JSON.stringify(this.#shown.map(({ control, button, words }) =>
      [button.hidden, this.#homes.findIndex((home) => home === button.parentElement), button.hasAttribute("data-active"), control.words ? words.textContent : ""]));
  }

  /** @param {Control} control */
  #isHere({ name, isHere }) {
    return name === "more" ? !isWhole(this.#fold) : (isHere?.(this.#context) ?? true);
  }

  /** Take out what there is no room for, or back what there is. */
  #fit() {
    const fold = this.#compact.matches ? "all" : foldFor(this.#room, this.#widths());
    const own = this.#shown.filter(({ button }) => this.#homes.some((home) => button.parentElement === home));
    if (fold !== this.#fold || !this.#areInOrder(own, fold)) this.#arrange(own, fold);
    this.#fitted = this.#arrangement;
  }

  /**
   * @param {Shown[]} own those that nobody has borrowed
   * @param {Fold} fold
   */
  #arrange(own, fold) {
    this.#fold = fold;
    document.body.dataset["fold"] = fold;
    for (const one of own) {
      if (one.control.name === "more") one.button.hidden = isWhole(fold);
      this.#homeOf(one, fold).append(one.button);
    }
    this.#tools.setFolded(fold === "tools" || fold === "all");
    if (isWhole(fold) && this.#context.panels.current === "more") this.#context.panels.close();
  }

  /** Where buttons are that nobody has borrowed. */
  get #homes() {
    const { bar, call, more } = this.#nodes;
    return [bar, call, more];
  }

  /** @param {Shown} shown @param {Fold} fold */
  #homeOf(shown, fold) {
    const { bar, call, more } = this.#nodes;
    if (shown.control.name === "more") return fold === "all" ? bar : call; // at the end, behind the tools
    return isInDock(fold, placeOf(shown)) ? call : more;
  }

  /** Each is where it belongs, in the order of the list: one that was borrowed may have come back anywhere. @param {Shown[]} own @param {Fold} fold */
  #areInOrder(own, fold) {
    return this.#homes.every((home) => {
      const wanted = own.filter((one) => this.#homeOf(one, fold) === home);
      const there = own.filter(({ button }) => button.parentElement === home);
      const nodes = [...home.children];
      return wanted.length === there.length && wanted.every(({ button }, place) =>
        button.parentElement === home && (place === 0 || nodes.indexOf(button) > nodes.indexOf(/** @type {Shown} */ (wanted[place - 1]).button)));
    });
  }

  get #room() {
    return this.#nodes.area.clientWidth - this.#nodes.zoom.offsetWidth - AIR_PX;
  }

  #widths() {
    const { call, tools } = this.#nodes;
    if (this.#fold !== "tools" && this.#fold !== "all") this.#toolsWidth = tools.scrollWidth - parseFloat(getComputedStyle(tools).paddingLeft);
    const widths = { always: 0, wide: 0, seldom: 0, tools: this.#toolsWidth, more: BUTTON_PX, add: BUTTON_PX };
    for (const one of this.#shown) {
      const { control, button } = one;
      if (button.hidden || control.name === "more") continue;
      if (button.parentElement === call) one.width = button.offsetWidth + 4;
      widths[placeOf(one)] += one.width;
    }
    return widths;
  }

  /** @param {Control} control @returns {Shown} */
  #make(control) {
    const { name, label, group, tone, words: isInWords, place = "wide" } = control;
    const button = make("button", {
      type: "button",
      class: `dock-button ${tone ?? ""}`.trim(),
      "data-action": name,
      "data-group": group,
      "data-place": place,
    });
    const symbol = icon(control.icon);
    const words = make("span", { class: isInWords ? "dock-words" : "dock-label" }, label);
    const badge = make("span", { class: "badge", "aria-hidden": "true", hidden: "" });
    button.append(symbol, words, badge);
    button.addEventListener("click", () => control.perform(this.#context, button));
    return { control, button, symbol, words, badge, width: BUTTON_PX };
  }
}

/** @param {Fold | null} fold @returns {boolean} nothing is in the panel "More" */
function isWhole(fold) {
  return fold === "none" || fold === "rows";
}

/**
 * What others notice can be ended by one press: it does not go out of the dock.
 *
 * @param {Shown} shown
 * @returns {"always" | "wide" | "seldom"}
 */
function placeOf({ control, button }) {
  return button.hasAttribute("data-active") ? "always" : (control.place ?? "wide");
}

/**
 * @param {Shown} shown
 * @param {ControlState} state
 */
function showState({ control, button, symbol, words, badge }, state) {
  const label = state.label ?? control.label;
  const count = state.badge ?? 0;
  setText(words, label);
  button.setAttribute("aria-label", count > 0 ? `${label} (${count})` : label);
  button.title = state.title ?? label;
  button.disabled = state.disabled ?? false;
  setIcon(symbol, state.icon ?? control.icon);
  setFlag(button, "aria-pressed", state.pressed);
  setFlag(button, "aria-expanded", state.expanded);
  setFlag(button, "aria-busy", state.busy);
  button.toggleAttribute("data-active", state.active ?? false);
  if (state.fault) button.dataset["fault"] = state.fault;
  else delete button.dataset["fault"];
  badge.hidden = count === 0;
  setText(badge, count > MOST ? `${MOST}+` : String(count));
}

/**
 * @param {Element} node
 * @param {string} name
 * @param {boolean | undefined} value `undefined`: it has no such state
 */
function setFlag(node, name, value) {
  if (value === undefined) node.removeAttribute(name);
  else node.setAttribute(name, String(value));
}
