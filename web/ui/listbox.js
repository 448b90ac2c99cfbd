/**
 * A virtualized listbox of any length: only the rows in sight are in the page. Follows the listbox
 * pattern of the WAI-ARIA Authoring Practices: the list has the focus and names its active row.
 */

import { Emitter } from "../lib/emitter.js";
import { keysOf } from "../lib/keys.js";
import { make } from "./dom.js";

/**
 * @typedef {object} Rows how rows look
 * @property {number} height of each, in pixels
 * @property {(row: HTMLElement, key: string) => void} draw fill a row, or fill it anew
 * @property {(key: string) => string} words what typing finds it by
 */

/**
 * `chosen`: keys the person has chosen, the active one last. `key`: a key the list itself has no use for.
 *
 * @typedef {{chosen: string[], key: KeyboardEvent}} ListboxEvents
 */

const OVERSCAN = 6;
const TYPING_MS = 700;
let lists = 0;

/** @extends {Emitter<ListboxEvents>} */
export class Listbox extends Emitter {
  #rows;
  #multiple;
  #prefix = `list-${++lists}`;
  #filler = make("div", { role: "presentation", class: "list-filler" });
  /** @type {string[]} */
  #keys = [];
  /** @type {Map<string, number>} */
  #places = new Map();
  /** @type {Map<string, HTMLElement>} */
  #drawn = new Map();
  #active = "";
  /** Where a range began. */
  #anchor = "";
  /** @type {ReadonlySet<string>} */
  #selected = new Set();
  #typed = "";
  #typedAt = 0;
  #frame = 0;

  /**
   * @param {string} label
   * @param {Rows} rows
   * @param {{multiple?: boolean}} [how] `multiple`: several rows can be chosen
   */
  constructor(label, rows, { multiple = false } = {}) {
    super();
    this.#rows = rows;
    this.#multiple = multiple;
    this.node = make("div", { class: "list", role: "listbox", tabindex: "0", "aria-label": label });
    if (multiple) this.node.setAttribute("aria-multiselectable", "true");
    this.node.append(this.#filler);
    this.node.addEventListener("scroll", () => this.#soon(), { passive: true });
    this.node.addEventListener("keydown", (event) => this.#press(event));
    this.node.addEventListener("click", (event) => this.#click(event));
    new ResizeObserver(() => this.#soon()).observe(this.node);
  }

  /** The row that keys act on; empty: none. */
  get active() {
    return this.#active;
  }

  /**
   * Show these rows. What was active stays so; if it is gone, what has come to its place is.
   *
   * @param {string[]} keys each once
   */
  show(keys) {
    const place = this.#places.get(this.#active) ?? -1;
    this.#keys = keys;
    this.#places = new Map(keys.map((key, index) => [key, index]));
    this.#filler.style.height = `${keys.length * this.#rows.height}px`;
    if (!this.#places.has(this.#active)) {
      this.#active = place < 0 ? "" : (keys[Math.min(place, keys.length - 1)] ?? "");
    }
    this.redraw();
  }

  /** What rows show may have changed. */
  redraw() {
    for (const [key, row] of this.#drawn) if (this.#places.has(key)) this.#rows.draw(row, key);
    this.#render();
  }

  /**
   * Mark rows as chosen, and see to it that the active one is among them and in sight.
   *
   * @param {ReadonlySet<string>} keys
   */
  select(keys) {
    this.#selected = keys;
    if (!keys.has(this.#active)) {
      const [first] = [...keys].filter((key) => this.#places.has(key));
      if (first !== undefined) this.#activate(first);
    }
    this.#render();
  }

  // --- what the person does --------------------------------------------------------------------

  /** @param {KeyboardEvent} event */
  #press(event) {
    const { key, shiftKey, altKey } = event;
    const control = event.ctrlKey || event.metaKey;
    const to = altKey ? undefined : this.#target(key);
    if (to !== undefined) {
      taken(event);
      this.#moveTo(to, { extends: shiftKey, quietly: control && this.#multiple });
    } else if (key === " " && !this.#typing()) {
      taken(event);
      this.#toggle(this.#active);
    } else if (keysOf(event).includes("Ctrl+A") && this.#multiple) {
      taken(event);
      this.emit("chosen", [...this.#keys.filter((one) => one !== this.#active), this.#active].filter(Boolean));
    } else if ([...key].length === 1 && !control && !altKey) {
      taken(event);
      this.#type(key);
    } else {
      this.emit("key", event);
    }
  }

  /**
   * @param {string} key
   * @returns {number | undefined} the place it goes to
   */
  #target(key) {
    const at = this.#places.get(this.#active) ?? -1;
    const page = Math.max(1, Math.floor(this.node.clientHeight / this.#rows.height) - 1);
    switch (key) {
      case "ArrowDown":
        return at + 1;
      case "ArrowUp":
        return Math.max(0, at - 1);
      case "PageDown":
        return at + page;
      case "PageUp":
        return at - page;
      case "Home":
        return 0;
      case "End":
        return this.#keys.length - 1;
      default:
        return undefined;
    }
  }

  /**
   * @param {number} place
   * @param {{extends: boolean, quietly: boolean}} how `quietly`: without choosing
   */
  #moveTo(place, how) {
    const key = this.#keys[Math.min(Math.max(place, 0), this.#keys.length - 1)];
    if (key === undefined) return;
    if (how.extends && this.#multiple) return this.#choose(this.#range(key), key);
    this.#anchor = key;
    if (how.quietly) {
      this.#activate(key);
      this.#render();
    } else this.#choose([key], key);
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const row = event.target instanceof Element ? event.target.closest("[role=option]") : null;
    const key = row instanceof HTMLElement ? row.dataset["key"] : undefined;
    if (key === undefined) return;
    if (this.#multiple && (event.ctrlKey || event.metaKey)) this.#toggle(key);
    else if (this.#multiple && event.shiftKey) this.#choose(this.#range(key), key);
    else {
      this.#anchor = key;
      this.#choose([key], key);
    }
  }

  /** @param {string} key */
  #toggle(key) {
    if (!this.#places.has(key)) return;
    this.#anchor = key;
    if (!this.#multiple) return this.#choose([key], key);
    const others = [...this.#selected].filter((one) => one !== key);
    this.#choose(this.#selected.has(key) ? others : [...others, key], key);
  }

  /**
   * @param {string} to
   * @returns {string[]} from the anchor to a row, that row last
   */
  #range(to) {
    const end = this.#places.get(to) ?? 0;
    const start = this.#places.get(this.#anchor) ?? end;
    const keys = this.#keys.slice(Math.min(start, end), Math.max(start, end) + 1);
    return start > end ? keys.reverse() : keys;
  }

  /**
   * @param {string[]} keys
   * @param {string} active
   */
  #choose(keys, active) {
    this.#activate(active);
    this.#selected = new Set(keys);
    this.#render();
    this.emit("chosen", keys);
  }

  #typing() {
    return this.#typed !== "" && performance.now() - this.#typedAt < TYPING_MS;
  }

  /** @param {string} letter */
  #type(letter) {
    this.#typed = (this.#typing() ? this.#typed : "") + letter.toLowerCase();
    this.#typedAt = performance.now();
    const at = Math.max(0, this.#places.get(this.#active) ?? 0);
    // One letter looks behind the active row, more of them refine what was found.
    const from = this.#typed.length > 1 ? at : at + 1;
    for (let step = 0; step < this.#keys.length; step++) {
      const key = this.#keys[(from + step) % this.#keys.length] ?? "";
      if (!this.#rows.words(key).toLowerCase().startsWith(this.#typed)) continue;
      return this.#moveTo((from + step) % this.#keys.length, { extends: false, quietly: false });
    }
  }

  // --- what is drawn ---------------------------------------------------------------------------

  /** @param {string} key */
  #activate(key) {
    this.#active = key;
    const top = (this.#places.get(key) ?? 0) * this.#rows.height;
    const { scrollTop, clientHeight } = this.node;
    if (top < scrollTop) this.node.scrollTop = top;
    else if (top + this.#rows.height > scrollTop + clientHeight) {
      this.node.scrollTop = top + this.#rows.height - clientHeight;
    }
  }

  #soon() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#render();
    });
  }

  /** @returns {string[]} the rows to draw, in order: those in sight, and the active one wherever it is */
  #wanted() {
    const { scrollTop, clientHeight } = this.node;
    const first = Math.max(0, Math.floor(scrollTop / this.#rows.height) - OVERSCAN);
    const last = Math.ceil((scrollTop + clientHeight) / this.#rows.height) + OVERSCAN;
    const keys = this.#keys.slice(first, last);
    const active = this.#places.get(this.#active);
    if (active === undefined || (active >= first && active < last)) return keys;
    return active < first ? [this.#active, ...keys] : [...keys, this.#active];
  }

  #render() {
    const wanted = this.#wanted();
    const stay = new Set(wanted);
    for (const [key, row] of this.#drawn) {
      if (stay.has(key)) continue;
      row.remove();
      this.#drawn.delete(key);
    }
    wanted.forEach((key, index) => {
      const row = this.#drawn.get(key) ?? this.#create(key);
      if (this.#filler.children[index] !== row) {
        this.#filler.insertBefore(row, this.#filler.children[index] ?? null);
      }
      this.#mark(row, key);
    });
    const active = this.#drawn.get(this.#active);
    if (active) this.node.setAttribute("aria-activedescendant", active.id);
    else this.node.removeAttribute("aria-activedescendant");
  }

  /** @param {string} key */
  #create(key) {
    const row = make("div", { class: "row", role: "option", "data-key": key, id: `${this.#prefix}-${key}` });
    row.style.height = `${this.#rows.height}px`;
    this.#rows.draw(row, key);
    this.#drawn.set(key, row);
    return row;
  }

  /**
   * @param {HTMLElement} row
   * @param {string} key
   */
  #mark(row, key) {
    const place = this.#places.get(key) ?? 0;
    row.style.transform = `translateY(${place * this.#rows.height}px)`;
    set(row, "aria-selected", String(this.#selected.has(key)));
    set(row, "aria-posinset", String(place + 1));
    set(row, "aria-setsize", String(this.#keys.length));
    row.classList.toggle("active", key === this.#active);
  }
}

/**
 * What a key does in the list it does not do to the canvas as well.
 *
 * @param {KeyboardEvent} event
 */
export function taken(event) {
  event.preventDefault();
  event.stopPropagation();
}

/**
 * Screen readers hear of what is written: write only what is new.
 *
 * @param {HTMLElement} node
 * @param {string} name
 * @param {string} value
 */
function set(node, name, value) {
  if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}
