/** Fields of the properties panel: each shows a value and tells of a new one. */

import { icon, make } from "./dom.js";

/** @typedef {{node: HTMLElement, show: (value: unknown) => void}} Field */

let count = 0;

/**
 * @param {string} label
 * @param {HTMLElement} input
 * @returns {HTMLElement}
 */
function labelled(label, input) {
  input.id = `property-${++count}`;
  return make("div", { class: "field" }, make("label", { for: input.id }, label), input);
}

/**
 * @param {string} label
 * @param {{min: number, max: number, step?: number}} bounds
 * @param {(value: number) => void} changed
 * @returns {Field}
 */
export function numberField(label, { min, max, step = 1 }, changed) {
  const input = make("input", {
    type: "number",
    min: String(min),
    max: String(max),
    step: "any",
    inputmode: "decimal",
  });
  input.addEventListener("keydown", (event) => {
    const way = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
    if (way === 0) return;
    event.preventDefault();
    input.value = String(Math.round((input.valueAsNumber || 0) + way * step * (event.shiftKey ? 10 : 1)));
    tell();
  });
  const tell = () => {
    const value = input.valueAsNumber;
    if (Number.isFinite(value)) changed(Math.min(max, Math.max(min, value)));
  };
  input.addEventListener("change", tell);
  return {
    node: labelled(label, input),
    show(value) {
      const number = typeof value === "number" ? String(Math.round(value * 10) / 10) : "";
      if (document.activeElement !== input || input.value === "") input.value = number;
    },
  };
}

/**
 * @param {string} label
 * @param {{most: number, hint?: string, lines?: boolean}} look
 * @param {(value: string, before: string) => void} changed `before`: what was there when somebody began to write
 * @returns {Field}
 */
export function wordsField(label, { most, hint = "", lines = false }, changed) {
  const limits = { maxlength: String(most), placeholder: hint };
  const input = lines ? make("textarea", { ...limits, rows: "3" }) : make("input", { type: "text", ...limits });
  let before = "";
  input.addEventListener("focus", () => (before = input.value));
  input.addEventListener("change", () => {
    const value = input.value.trim();
    changed(value, before);
    before = value;
  });
  return {
    node: labelled(label, input),
    show(value) {
      input.disabled = typeof value !== "string";
      if (document.activeElement !== input) input.value = typeof value === "string" ? value : "";
    },
  };
}

/**
 * @param {string} label
 * @param {[string, string][]} choices values and their names
 * @param {(value: string) => void} changed
 * @returns {Field}
 */
export function choiceField(label, choices, changed) {
  const input = make("select", {});
  const other = make("option", { value: "", hidden: "" });
  input.append(other, ...choices.map(([value, name]) => make("option", { value }, name)));
  input.addEventListener("change", () => {
    if (input.value) changed(input.value);
  });
  return {
    node: labelled(label, input),
    show(value) {
      const known = choices.some(([choice]) => choice === value);
      other.textContent = known ? "" : String(value ?? "");
      input.value = known ? String(value) : "";
    },
  };
}

/**
 * A row of buttons of which one is pressed.
 *
 * @param {string} label
 * @param {{value: string, name: string, symbol?: string, color?: string}[]} choices
 * @param {(value: string) => void} changed
 * @param {HTMLElement[]} more what stands at the end of the row
 * @returns {Field}
 */
export function buttonsField(label, choices, changed, ...more) {
  const buttons = choices.map(({ value, name, symbol, color }) => {
    const button = make("button", { type: "button", class: "pick", title: name, "data-value": value });
    if (symbol || color) button.setAttribute("aria-label", name);
    if (symbol) button.append(icon(symbol));
    else if (!color) button.append(name);
    if (color) {
      button.classList.add("swatch");
      // Black is written in the ink of the page.
      if (value !== "#000000") button.style.setProperty("--swatch", color);
    }
    button.addEventListener("click", () => changed(value));
    return button;
  });
  const row = make("div", { class: "picks" }, ...buttons, ...more);
  const title = make("span", { class: "field-name" }, label);
  const node = make("div", { class: "field", role: "group", "aria-label": label }, title, row);
  return {
    node,
    show(value) {
      for (const button of buttons) {
        button.setAttribute("aria-pressed", String(button.dataset["value"] === String(value)));
      }
    },
  };
}
