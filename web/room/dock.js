/** The dock: one button for each control that is here now, made from the list of controls. */

import { icon, make, setIcon, setText } from "../ui/dom.js";

/** @import {Control, ControlState, RoomContext} from "./control.js" */

/** @typedef {{control: Control, button: HTMLButtonElement, symbol: SVGSVGElement, words: HTMLElement, badge: HTMLElement}} Shown */

/** Most that a badge counts to. */
const MOST = 99;

export class Dock {
  #context;
  /** @type {Shown[]} */
  #shown = [];

  /**
   * @param {HTMLElement} room of the buttons
   * @param {RoomContext} context
   * @param {readonly Control[]} controls
   */
  constructor(room, context, controls) {
    this.#context = context;
    this.#shown = controls.map((control) => this.#make(control));
    room.append(...this.#shown.map(({ button }) => button));
    this.show();
  }

  /** Something changed that controls may show. */
  show() {
    for (const one of this.#shown) {
      const isHere = one.control.isHere?.(this.#context) ?? true;
      one.button.hidden = !isHere;
      if (isHere) showState(one, one.control.state?.(this.#context) ?? {});
    }
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
    const words = make("span", { class: isInWords ? "dock-words" : "unseen" }, label);
    const badge = make("span", { class: "badge", "aria-hidden": "true", hidden: "" });
    button.append(symbol, words, badge);
    button.addEventListener("click", () => control.perform(this.#context, button));
    return { control, button, symbol, words, badge };
  }
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
