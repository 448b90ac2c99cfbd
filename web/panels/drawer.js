/**
 * The drawer beside the canvas, a sheet below it on a phone. Its panels are tabs, as the WAI-ARIA Authoring Practices
 * have them.
 */

import { icon, make } from "../ui/dom.js";
import { Emitter } from "../lib/emitter.js";
import { isComposed } from "../lib/keys.js";
import { text } from "../text/panels.js";

/** @typedef {{tab: HTMLButtonElement, body: HTMLElement, opener: HTMLButtonElement}} DrawerPart */

/** @extends {Emitter<{shown: string | null}>} `shown`: the panel in sight; `null`: closed */
export class Drawer extends Emitter {
  #node;
  #tabs = make("div", { role: "tablist", class: "panel-tabs", "aria-label": text.panel });
  /** @type {Map<string, DrawerPart>} */
  #parts = new Map();
  /** Where the focus goes back to. @type {HTMLElement | null} */
  #opener = null;
  /** The part in sight. @type {string | null} */
  current = null;

  /** @param {HTMLElement} node */
  constructor(node) {
    super();
    this.#node = node;
    const close = make("button", { type: "button", class: "ghost", "aria-label": text.closePanel, title: text.closePanel });
    close.append(icon("close"));
    close.addEventListener("click", () => this.close());
    node.setAttribute("aria-label", text.panel);
    node.prepend(make("div", { class: "panel-head" }, this.#tabs, close));
    node.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.defaultPrevented || isComposed(event)) return;
      event.preventDefault();
      this.close();
    });
    this.#tabs.addEventListener("keydown", (event) => this.#turn(event));
  }

  /**
   * @param {string} name
   * @param {string} label
   * @param {HTMLElement} content
   * @param {HTMLButtonElement} opener opens and closes it
   */
  add(name, label, content, opener) {
    const id = `${this.#node.id}-${name}`;
    const tab = make("button", {
      type: "button",
      role: "tab",
      id: `${id}-tab`,
      "aria-controls": id,
      "aria-selected": "false",
      tabindex: "-1",
    }, label);
    const body = make("div", { role: "tabpanel", class: "panel-body", id, "aria-labelledby": tab.id, hidden: "" });
    content.replaceWith(body);
    body.append(content);
    tab.addEventListener("click", () => this.open(name));
    this.#tabs.append(tab);
    if (!body.isConnected) this.#node.append(body);
    this.#parts.set(name, { tab, body, opener });
    opener.setAttribute("aria-controls", this.#node.id);
    opener.setAttribute("aria-expanded", "false");
    opener.addEventListener("click", () => {
      if (this.current === name) this.close();
      else this.open(name, opener);
    });
  }

  /**
   * @param {string} name
   * @param {HTMLElement | null} [opener] gets the focus back
   */
  open(name, opener = null) {
    const part = this.#parts.get(name);
    if (!part || this.current === name) return;
    if (opener) this.#opener = opener;
    this.#show(name);
    part.tab.focus();
  }

  /** Open what was open before a reload, or nothing; the focus stays where it is. @param {string | null} name */
  restore(name) {
    this.#show(name !== null && this.#parts.has(name) ? name : null);
  }

  close() {
    if (this.current === null) return;
    const hadFocus = this.#node.contains(document.activeElement);
    this.#show(null);
    if (hadFocus) this.#opener?.focus();
  }

  /** @param {string | null} name */
  #show(name) {
    this.current = name;
    for (const [own, { tab, body, opener }] of this.#parts) {
      tab.setAttribute("aria-selected", String(own === name));
      tab.tabIndex = own === name ? 0 : -1;
      body.hidden = own !== name;
      opener.setAttribute("aria-expanded", String(own === name));
    }
    this.#node.hidden = name === null;
    this.emit("shown", name);
  }

  /** @param {KeyboardEvent} event */
  #turn(event) {
    const names = [...this.#parts.keys()];
    const at = names.indexOf(this.current ?? "");
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: -1 }[event.key];
    const name = to === undefined ? undefined : names.at(to % names.length);
    if (name === undefined) return;
    event.preventDefault();
    this.open(name);
  }
}
