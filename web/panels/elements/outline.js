/** The outline: all elements as a list, for keyboards and screen readers, and to find what lies hidden. */

import { icon, make, setIcon, setText } from "../../ui/dom.js";
import { definitionOf, isRemovable } from "../../kinds/kinds.js";
import { orderText, text } from "../../text/panels/elements.js";
import { Listbox, taken } from "../../ui/listbox.js";
import { inOrder, nested } from "./order.js";

/** @import {Order} from "./order.js" */
/** @import {PeerMarks} from "../../scene/peermarks.js" */
/** @import {SceneView} from "../../scene/sceneview.js" */

/**
 * @typedef {object} OutlineHooks
 * @property {(id: string) => string} describe words for an element
 * @property {(id: string) => string} notesOf who made it, and who is at it
 * @property {(ids: string[]) => void} choose select these on the canvas; the last one is brought in sight
 * @property {(ids: string[]) => void} remove
 * @property {(id: string) => void} edit
 * @property {() => void} clear ask, and remove everything
 * @property {() => boolean} mayEdit
 */

const ROW_PX = 44;
/** Levels that are seen as such. */
const MOST_DEPTH = 6;
/** The list follows the canvas, but not at every step of a drag. */
const PAUSE_MS = 200;

export class Outline {
  #scene;
  #hooks;
  #list;
  #count = make("p", { class: "panel-count" });
  #empty = make("p", { class: "panel-empty" }, text.noElements);
  #status = make("p", { class: "panel-status", role: "status" });
  #remover = make("button", { type: "button", class: "small", "data-action": "remove-elements" }, icon("trash"), text.remove);
  #clearer = make("button", { type: "button", class: "small", "data-action": "clear-elements" }, text.clearCanvas);
  #deeds = make("div", { class: "panel-deeds" }, this.#remover, this.#clearer);
  /** @type {Order} */
  #order = "reading";
  /** @type {ReadonlySet<string>} */
  #selected = new Set();
  /** Elements above each one. @type {Map<string, number>} */
  #depths = new Map();
  #timer = 0;
  #open = false;
  node;

  /**
   * @param {SceneView} scene
   * @param {Pick<PeerMarks, "on">} marks
   * @param {OutlineHooks} hooks
   */
  constructor(scene, marks, hooks) {
    this.#scene = scene;
    this.#hooks = hooks;
    this.#list = new Listbox(
      text.elementList,
      { height: ROW_PX, draw: (row, id) => this.#draw(row, id), words: (id) => hooks.describe(id) },
      { multiple: true },
    );
    this.#list.on("chosen", (ids) => {
      this.#selected = new Set(ids);
      this.#showDeeds();
      hooks.choose(ids);
    });
    this.#list.on("key", (event) => this.#press(event));
    this.node = make("div", { class: "outline" });
    this.node.append(
      make("div", { class: "panel-bar" }, this.#count, this.#orderChoice()),
      this.#empty,
      this.#list.node,
      this.#deeds,
      this.#status,
      make("p", { class: "panel-hint" }, text.listHint),
    );
    this.#remover.addEventListener("click", () => this.#remove([...this.#selected]));
    this.#clearer.addEventListener("click", hooks.clear);
    scene.on("changed", () => this.#soon());
    scene.on("replaced", () => this.#soon());
    marks.on("changed", () => this.#soon());
  }

  /** @param {boolean} open whether it is in sight */
  setOpen(open) {
    this.#open = open;
    if (open) this.#show();
    else setText(this.#status, "");
  }

  /** @param {ReadonlySet<string>} ids selected on the canvas */
  select(ids) {
    this.#selected = ids;
    if (!this.#open) return;
    this.#list.select(ids);
    this.#showDeeds();
  }

  /** Names may have changed. */
  showPeople() {
    if (this.#open) this.#soon();
  }

  #orderChoice() {
    const choice = make("select", { "aria-label": text.order });
    for (const [order, label] of Object.entries(orderText)) choice.append(make("option", { value: order }, label));
    choice.addEventListener("change", () => {
      this.#order = /** @type {Order} */ (choice.value);
      this.#show();
    });
    return choice;
  }

  #soon() {
    if (!this.#open || this.#timer) return;
    this.#timer = window.setTimeout(() => {
      this.#timer = 0;
      if (this.#open) this.#show();
    }, PAUSE_MS);
  }

  #show() {
    const { size } = this.#scene;
    setText(this.#count, text.count(size));
    this.#empty.hidden = size > 0;
    this.#list.node.hidden = size === 0;
    const rows = nested(inOrder(this.#scene.elements(), this.#order), (id) => this.#scene.get(id)?.parent);
    this.#depths = new Map(rows.map(({ id, depth }) => [id, depth]));
    this.#list.show(rows.map(({ id }) => id));
    this.#list.select(this.#selected);
    this.#showDeeds();
  }

  #showDeeds() {
    const { size, isPast } = this.#scene;
    this.#deeds.hidden = size === 0 || isPast || !this.#hooks.mayEdit();
    this.#remover.disabled = ![...this.#selected].some((id) => this.#scene.has(id));
  }

  /**
   * @param {HTMLElement} row
   * @param {string} id
   */
  #draw(row, id) {
    const kind = this.#scene.get(id)?.kind;
    if (!kind) return;
    const words = this.#hooks.describe(id);
    row.style.setProperty("--depth", String(Math.min(MOST_DEPTH, this.#depths.get(id) ?? 0)));
    const symbol = definitionOf(kind).icon;
    const notes = this.#hooks.notesOf(id);
    const [picture, label, note] = row.children;
    if (picture instanceof SVGSVGElement && label && note) {
      setIcon(picture, symbol);
      setText(label, words);
      setText(note, notes);
    } else row.replaceChildren(icon(symbol), make("span", { class: "row-words" }, words), make("span", { class: "row-note" }, notes));
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const { active } = this.#list;
    if (!active || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Delete" || event.key === "Backspace") {
      taken(event);
      this.#remove(this.#selected.has(active) ? [...this.#selected] : [active]);
    } else if (event.key === "Enter" || event.key === "F2") {
      taken(event);
      this.#hooks.edit(active);
    }
  }

  /** @param {string[]} ids */
  #remove(ids) {
    if (this.#scene.isPast) return;
    const there = ids.filter((id) => this.#scene.has(id));
    const removable = there.filter((id) => isRemovable(this.#scene.get(id)?.kind));
    this.#hooks.remove(removable);
    setText(this.#status, text.removed(removable.length, there.length - removable.length));
    this.#show();
    const { active } = this.#list;
    if (active && removable.length > 0) this.#hooks.choose([active]);
  }
}
