/**
 * What this page has erased lately: where somebody else erases a part of the same stroke without having heard of it, both
 * erasures hold (rule INK6). Who finds the own piece overwritten takes its other pieces away, and erases what came in
 * their place. No page, no DOM.
 */

import { definitionOf } from "../../kinds/kinds.js";
import { equal } from "../../scene/patch.js";
import { isPieceOf, piecesOf, touched } from "./pieces.js";

/** @import {Strip} from "./erasing.js" */
/** @import {Operation} from "../../scene/operations.js" */
/** @import {Editable} from "../../scene/optimisticscene.js" */
/** @import {Element as SceneElement} from "../../types/messages.js" */

/**
 * Of one stroke: how it was, what passed over it, and what this page made of it (`null`: it removed it).
 *
 * @typedef {object} Erasure
 * @property {SceneElement} whole
 * @property {Strip[]} strips
 * @property {Map<string, unknown>} own points by element
 * @property {string} name of the edit
 * @property {number} since
 * @property {boolean} [isOver] somebody else has overwritten what this page made of it
 */

/** Who has not heard of an erasure after so long is offline. */
const LASTS_MS = 10_000;
const MOST = 50;
/** Pieces end at the edge of the eraser: what is under it is well within, as a part of its radius. */
const WELL = 0.75;

/** @typedef {Pick<Editable, "get" | "elements" | "edit" | "newElementId" | "on">} Scene */

/** @type {WeakMap<Scene, Erasures>} */
const known = new WeakMap();

/**
 * @param {Scene} scene
 * @returns {Erasures}
 */
export function erasuresOf(scene) {
  const erasures = known.get(scene) ?? new Erasures(scene);
  known.set(scene, erasures);
  return erasures;
}

export class Erasures {
  #scene;
  #now;
  /** @type {Erasure[]} */
  #latest = [];
  #busy = false;

  /**
   * @param {Scene} scene
   * @param {() => number} [now] milliseconds
   */
  constructor(scene, now = () => performance.now()) {
    this.#scene = scene;
    this.#now = now;
    scene.on("changed", ({ ids }) => this.#follow(ids));
  }

  /**
   * Erase parts of strokes, with other changes, as one edit.
   *
   * @param {readonly SceneElement[]} strokes as they were when the eraser came over them
   * @param {readonly Strip[]} strips that it passed over
   * @param {readonly Operation[]} [others]
   */
  make(strokes, strips, others = []) {
    const name = this.#scene.newElementId();
    const erasures = strokes.map((whole) => /** @type {Erasure} */ ({ whole, strips: [...strips], own: new Map(), name, since: this.#now() }));
    const apart = new Set(strokes.map(({ id }) => id));
    const operations = erasures.flatMap((erasure) => this.#first(erasure, apart));
    this.#latest = this.#latest.filter(({ since }) => this.#now() - since < LASTS_MS).slice(-MOST);
    for (const erasure of erasures) if (erasure.own.size > 0) this.#note(erasure);
    this.#edit([...others, ...operations], name);
  }

  /** @param {Iterable<string>} ids that have changed */
  #follow(ids) {
    if (this.#busy || this.#latest.length === 0) return;
    const changed = [...ids];
    for (const erasure of [...this.#latest]) {
      if (this.#now() - erasure.since > LASTS_MS || this.#isUndone(erasure)) {
        this.#latest = this.#latest.filter((one) => one !== erasure);
      } else if (changed.some((id) => this.#isForeign(erasure, id))) {
        this.#edit(this.#again(erasure), erasure.name);
        erasure.isOver = true;
      }
    }
  }

  /** @param {Erasure} erasure */
  #isUndone({ whole }) {
    const now = this.#scene.get(whole.id);
    return now !== undefined && equal(pointsIn(now), pointsIn(whole));
  }

  /**
   * @param {Erasure} erasure
   * @param {string} id
   * @returns {boolean} it is what somebody else has left of the stroke, who had not heard of this erasure
   */
  #isForeign({ whole, strips, own, isOver: wasOver }, id) {
    const now = this.#scene.get(id);
    if (!now || !definitionOf(now.kind).isStroke || equal(own.get(id), pointsIn(now))) return false;
    // What others make of the same stroke is theirs to put right where ours stands.
    const isOver = wasOver || own.get(whole.id) === null || !equal(own.get(whole.id), pointsIn(this.#scene.get(whole.id)));
    return isOver && isPieceOf(now, whole) && strips.some((strip) => touched(now, { ...strip, radius: strip.radius * WELL }).length > 0);
  }

  /**
   * @param {Erasure} erasure
   * @param {ReadonlySet<string>} apart strokes that are erased by themselves
   * @returns {Operation[]}
   */
  #first(erasure, apart) {
    const { whole, strips, own } = erasure;
    const now = this.#scene.get(whole.id);
    if (!equal(pointsIn(now), pointsIn(whole))) return this.#again(erasure, apart);
    const operations = now ? piecesOf(now, strips, () => this.#scene.newElementId()) : [];
    note(own, operations);
    return operations;
  }

  /**
   * @param {Erasure} erasure whose own pieces are noted
   * @param {ReadonlySet<string>} [apart]
   * @returns {Operation[]} that erase what is there of the stroke, but for the own pieces, which go
   */
  #again({ whole, strips, own, isOver }, apart = new Set()) {
    const before = new Map(own);
    /** @type {Operation[]} */
    const operations = [];
    for (const element of this.#scene.elements()) {
      if (!definitionOf(element.kind).isStroke || element.locked) continue;
      if (before.has(element.id) && equal(before.get(element.id), pointsIn(element))) {
        if (!isOver) operations.push({ op: "remove", id: element.id }); // what came in their place is all that is left
      } else if (element.id === whole.id || (!apart.has(element.id) && sameLook(element, whole) && isPieceOf(element, whole))) {
        operations.push(...piecesOf(element, strips, () => this.#scene.newElementId()));
      }
    }
    note(own, operations);
    return operations;
  }

  /** @param {Erasure} erasure of a stroke, or of a piece that an earlier one has left of it */
  #note(erasure) {
    const earlier = this.#latest.find(({ own }) => own.has(erasure.whole.id));
    if (!earlier) return void this.#latest.push(erasure);
    for (const [id, points] of erasure.own) earlier.own.set(id, points);
    earlier.strips.push(...erasure.strips);
    Object.assign(earlier, { since: erasure.since, name: erasure.name });
  }

  /**
   * @param {readonly Operation[]} operations
   * @param {string} joins
   */
  #edit(operations, joins) {
    if (operations.length === 0) return;
    this.#busy = true;
    this.#scene.edit(operations, { joins });
    this.#busy = false;
  }
}

/**
 * @param {Map<string, unknown>} own
 * @param {readonly Operation[]} operations on strokes
 */
function note(own, operations) {
  for (const one of operations) {
    if (one.op === "remove") own.set(one.id, null);
    else if (one.op === "add") own.set(one.element.id ?? "", /** @type {any} */ (one.element.kind).points);
    else own.set(one.id, one.changes.kind?.["points"]);
  }
}

/** @param {SceneElement | undefined} element */
function pointsIn(element) {
  return /** @type {{points?: unknown} | undefined} */ (element?.kind)?.points;
}

/**
 * @param {SceneElement} one
 * @param {SceneElement} other
 */
function sameLook({ kind: one }, { kind: other }) {
  return ["color", "brush"].every((name) => equal(/** @type {any} */ (one)[name], /** @type {any} */ (other)[name]));
}
