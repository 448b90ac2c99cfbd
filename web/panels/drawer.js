/**
 * The drawer beside the canvas, on a phone a sheet over its lower half. Its panels are tabs, as the WAI-ARIA Authoring
 * Practices have them; the tabs stay in sight where there is room for them, and the one pressed again closes the drawer.
 */

import { Emitter } from "../lib/emitter.js";
import { isComposed } from "../lib/keys.js";
import { make, setText } from "../ui/dom.js";
import { closeBySwipe } from "../ui/swipe.js";

/** @typedef {{tab: HTMLButtonElement, body: HTMLElement, label: string}} DrawerPart */

/** @typedef {{node: HTMLElement, tabs: HTMLElement, title: HTMLElement, close: HTMLElement}} DrawerNodes as in index.html */

/** @extends {Emitter<{shown: string | null}>} `shown`: the panel in sight; `null`: closed */
export class Drawer extends Emitter {
  #nodes;
  /** @type {Map<string, DrawerPart>} */
  #parts = new Map();
  /** Where the focus goes back to. @type {HTMLElement | null} */
  #opener = null;
  /** The panel in sight. @type {string | null} */
  current = null;

  /** @param {DrawerNodes} nodes */
  constructor(nodes) {
    super();
    const { node, tabs, close } = nodes;
    this.#nodes = nodes;
    close.addEventListener("click", () => this.close());
    node.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.defaultPrevented || isComposed(event) || this.current === null) return;
      event.preventDefault();
      this.close();
    });
    tabs.addEventListener("keydown", (event) => this.#turn(event));
    closeBySwipe(node, () => this.close());
  }

  /**
   * @param {string} name
   * @param {string} label
   * @param {HTMLElement} content
   * @param {HTMLButtonElement} tab
   */
  add(name, label, content, tab) {
    const id = `${this.#nodes.node.id}-${name}`;
    const body = make("div", { role: "tabpanel", class: "panel-body", id, "aria-labelledby": `${id}-tab`, hidden: "" });
    for (const [key, value] of Object.entries({ role: "tab", id: `${id}-tab`, "aria-controls": id })) tab.setAttribute(key, value);
    content.replaceWith(body);
    body.append(content);
    if (!body.isConnected) this.#nodes.node.append(body);
    this.#nodes.tabs.append(tab);
    this.#parts.set(name, { tab, body, label });
    tab.addEventListener("click", () => (this.current === name ? this.close() : this.open(name)));
  }

  /**
   * @param {string} name
   * @param {HTMLElement | null} [opener] gets the focus back
   */
  open(name, opener = null) {
    const part = this.#parts.get(name);
    if (!part || this.current === name) return;
    if (opener || this.current === null) this.#opener = opener;
    this.#show(name);
    part.tab.focus();
  }

  /** Open what was open before a reload, or nothing; the focus stays where it is. @param {string | null} name */
  restore(name) {
    this.#show(name !== null && this.#parts.has(name) ? name : null);
  }

  close() {
    if (this.current === null) return;
    const { tab } = this.#parts.get(this.current) ?? {};
    const hadFocus = this.#nodes.node.contains(document.activeElement);
    this.#show(null);
    if (!hadFocus) return;
    const isThere = this.#opener?.isConnected && this.#opener.offsetParent !== null;
    (isThere ? this.#opener : tab)?.focus();
  }

  /** @param {string | null} name */
  #show(name) {
    this.current = name;
    const stop = name ?? [...this.#parts.keys()].find((own) => this.#parts.get(own)?.tab.tabIndex === 0) ?? [...this.#parts.keys()][0];
    for (const [own, { tab, body, label }] of this.#parts) {
      tab.setAttribute("aria-selected", String(own === name));
      tab.tabIndex = own === stop ? 0 : -1;
      body.hidden = own !== name;
      if (own === name) setText(this.#nodes.title, label);
    }
    this.#nodes.node.toggleAttribute("data-open", name !== null);
    this.emit("shown", name);
  }

  /** @param {KeyboardEvent} event */
  #turn(event) {
    const names = [...this.#parts].filter(([, { tab }]) => tab.offsetParent !== null).map(([name]) => name);
    const at = names.findIndex((name) => this.#parts.get(name)?.tab === event.target);
    const to = { ArrowLeft: at - 1, ArrowUp: at - 1, ArrowRight: at + 1, ArrowDown: at + 1, Home: 0, End: -1 }[event.key];
    const name = to === undefined || at < 0 ? undefined : names.at(to % names.length);
    if (name === undefined) return;
    event.preventDefault();
    if (this.current !== null) return this.open(name);
    this.#parts.get(name)?.tab.focus(); // closed: to look at the tabs opens nothing
  }
}
