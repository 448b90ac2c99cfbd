/**
 * The pointers of the others: an arrow with a name for each, over the canvas. Hidden from screen readers, which they
 * would interrupt all the time.
 */

import { icon, make, setText } from "../ui/dom.js";
import { roomFor } from "./drawnpointers.js";

/** @import {Person} from "../people/person.js" */
/** @import {Emitter} from "../lib/emitter.js" */

/** @typedef {{toClient: (x: number, y: number) => {x: number, y: number}} & Pick<Emitter<{moved: null}>, "on">} Camera */
/** @typedef {{node: HTMLElement, name: HTMLElement, x: number, y: number, movedAt: number}} CursorNode */

/** Nobody points at one place for so long. */
const STALE_MS = 10_000;

export class Cursors {
  #layer;
  #stage;
  #describe;
  /** By peer id, who moved last at the end. @type {Map<string, CursorNode>} */
  #shown = new Map();
  #frame = 0;
  #sweep = 0;

  /**
   * @param {HTMLElement} layer over the canvas, exactly as large
   * @param {Camera} stage
   * @param {(peerId: string) => Person} describe
   */
  constructor(layer, stage, describe) {
    this.#layer = layer;
    this.#stage = stage;
    this.#describe = describe;
    stage.on("moved", () => this.#placeAll());
  }

  /**
   * @param {string} peerId
   * @param {number} x in scene units
   * @param {number} y
   */
  point(peerId, x, y) {
    const now = performance.now();
    if (!this.#shown.has(peerId)) {
      const { hasRoom, resting } = roomFor(this.#shown, now);
      if (!hasRoom) return;
      if (resting !== null) this.remove(resting);
    }
    const shown = this.#shown.get(peerId) ?? this.#create(peerId);
    this.#shown.delete(peerId);
    this.#shown.set(peerId, shown);
    this.#sweep ||= window.setTimeout(() => this.#removeStale(), STALE_MS);
    const isNew = shown.node.parentNode === null;
    Object.assign(shown, { x, y, movedAt: now });
    if (isNew) { // placed before it is in the page, it does not fly there
      this.#place(shown, this.#layer.getBoundingClientRect());
      this.#layer.append(shown.node);
      return;
    }
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      const corner = this.#layer.getBoundingClientRect();
      for (const one of this.#shown.values()) this.#place(one, corner);
    });
  }

  /** Something about the participants changed: names follow, and who is not here points no more. */
  showPeople() {
    for (const [peerId, { node, name }] of this.#shown) {
      const person = this.#describe(peerId);
      if (!person.connected) this.remove(peerId);
      else label(node, name, person);
    }
  }

  /** @param {string} peerId */
  remove(peerId) {
    this.#shown.get(peerId)?.node.remove();
    this.#shown.delete(peerId);
  }

  #removeStale() {
    const now = performance.now();
    this.#sweep = 0;
    for (const [peerId, { movedAt }] of this.#shown) {
      const left = movedAt + STALE_MS - now;
      if (left > 0) {
        this.#sweep = window.setTimeout(() => this.#removeStale(), left);
        return;
      }
      this.remove(peerId);
    }
  }

  /**
   * @param {string} peerId
   * @returns {CursorNode}
   */
  #create(peerId) {
    const name = make("span", { class: "cursor-name" });
    const node = make("div", { class: "cursor", "data-cursor-of": peerId }, icon("pointer"), name);
    label(node, name, this.#describe(peerId));
    const shown = { node, name, x: 0, y: 0, movedAt: 0 };
    this.#shown.set(peerId, shown);
    return shown;
  }

  /** The camera has moved: the pointers go with it, at once. */
  #placeAll() {
    if (this.#shown.size === 0) return;
    const corner = this.#layer.getBoundingClientRect();
    this.#layer.classList.add("steady");
    for (const shown of this.#shown.values()) this.#place(shown, corner);
    // What was placed without a transition has to be laid out before transitions are on again.
    this.#layer.getBoundingClientRect();
    this.#layer.classList.remove("steady");
  }

  /**
   * @param {CursorNode} shown
   * @param {DOMRect} corner
   */
  #place({ node, x, y }, corner) {
    const { x: left, y: top } = this.#stage.toClient(x, y);
    node.style.transform = `translate(${left - corner.left}px, ${top - corner.top}px)`;
  }
}

/**
 * @param {HTMLElement} node
 * @param {HTMLElement} name
 * @param {Person} person
 */
function label(node, name, person) {
  node.style.setProperty("--hue", String(person.hue));
  setText(name, person.name);
}
