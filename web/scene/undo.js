/**
 * Undo and redo of the person's own edits, as operations and their inverses. Of a text in which somebody else has written
 * since, only the own words are taken back (rule TOG7). Pure.
 */

import { endsOf } from "./carrying.js";
import { placedBy } from "./consequences.js";
import { inverse, mergedChanges, mergedFieldsOf, stands, subjectOf } from "./operations.js";
import { equal } from "./patch.js";
import { groundOf, onGround, StepOverlay } from "./ground.js";

/** @import {Operation} from "./operations.js" */
/** @import {ChildrenOf} from "./consequences.js" */
/** @import {Ground} from "./ground.js" */
/** @import {Look} from "./operationoverlay.js" */
/** @import {Element as SceneElement, ElementChanges} from "../types/messages.js" */

/**
 * What was done, what takes it back, and what its element lay on then.
 *
 * @typedef {{done: Operation, back: Operation, ground?: Ground | null}} Move
 */

const MAX_STEPS = 200;

export class UndoStack {
  /** Each the moves of one edit. @type {Move[][]} */
  #done = [];
  /** @type {Move[][]} */
  #undone = [];
  /** The name of the latest edit, which others of that name join; empty: none does. */
  #joins = "";

  get canUndo() {
    return this.#done.length > 0;
  }

  get canRedo() {
    return this.#undone.length > 0;
  }

  /**
   * Remember an edit that is about to be made. What was undone cannot be made again from here on.
   *
   * @param {readonly Operation[]} operations
   * @param {Look} look at the elements as they are now
   * @param {ChildrenOf} childrenOf as they are now; what goes with its parent comes back with it
   * @param {string} [joins]
   */
  remember(operations, look, childrenOf, joins = "") {
    const overlay = new StepOverlay(look, childrenOf, operations.length > 1 ? placedBy(operations, look) : new Set());
    /** @type {Move[]} */
    const step = [];
    for (const one of operations) {
      overlay.make(one, (done) => step.push({ done, back: inverse(overlay.look(subjectOf(done)), done), ground: groundOf(overlay, done) }));
    }
    const last = this.#done.at(-1);
    if (last && joins !== "" && joins === this.#joins) join(last, step);
    else this.#done.push(step);
    this.#joins = joins;
    if (this.#done.length > MAX_STEPS) this.#done.shift();
    this.#undone = [];
  }

  /**
   * @param {Look} look
   * @param {ChildrenOf} childrenOf
   * @returns {Operation[] | null} what takes the latest edit back, as far as nobody has changed its
   *   outcome since; `null` when there is none
   */
  undo(look, childrenOf) {
    this.#joins = "";
    return turn(this.#done, this.#undone, look, childrenOf);
  }

  /**
   * @param {Look} look
   * @param {ChildrenOf} childrenOf
   * @returns {Operation[] | null} what makes the edit again that was undone last
   */
  redo(look, childrenOf) {
    this.#joins = "";
    return turn(this.#undone, this.#done, look, childrenOf);
  }
}

/**
 * @param {Move[][]} from
 * @param {Move[][]} to
 * @param {Look} look
 * @param {ChildrenOf} childrenOf
 * @returns {Operation[] | null}
 */
function turn(from, to, look, childrenOf) {
  const step = from.pop();
  if (!step) return null;
  const placed = step.length > 1 ? placedBy(step.map(({ back }) => back), look) : new Set();
  const overlay = new StepOverlay(look, childrenOf, placed);
  /** @type {Move[]} */
  const taken = [];
  for (const known of step.reverse()) {
    const move = onGround(known, overlay);
    const element = overlay.look(subjectOf(move.done));
    const turned = isWriting(move) ? rewritten(element, move) : stands(near(element, move.done), move.done) && { done: move.back, back: move.done };
    if (!turned) continue;
    taken.push({ ...turned, ground: groundOf(overlay, turned.done) });
    overlay.make(turned.done);
  }
  if (taken.length > 0) to.push(taken);
  return taken.map(({ done }) => done);
}

/**
 * @param {Move[]} last
 * @param {readonly Move[]} step what follows it; words that go on where its words end become one move with them
 */
function join(last, step) {
  for (const move of step) {
    const before = last.at(-1);
    const one = before && goingOn(before, move);
    if (one) last.splice(-1, 1, one);
    else last.push(move);
  }
}

/**
 * @param {Move} before
 * @param {Move} move
 * @returns {Move | null}
 */
function goingOn(before, move) {
  const [one, other] = [before.done, move.done];
  const [back, further] = [before.back, move.back];
  if (one.op !== "update" || other.op !== "update" || back.op !== "update" || further.op !== "update" || one.id !== other.id) return null;
  if (!isWriting(before) || !isWriting(move) || !equal(back.changes.expected, further.changes.kind)) return null;
  const { kind, expected, ...rest } = further.changes;
  return {
    done: { ...other, changes: { ...one.changes, ...other.changes, expected: one.changes.expected } },
    back: { ...back, changes: { ...rest, ...back.changes, expected } },
  };
}

/** @param {Move} move */
function isWriting({ back }) {
  return back.op === "update" && mergedFieldsOf(back.changes).length > 0;
}

/**
 * @param {SceneElement | undefined} element
 * @param {Move} move that wrote words into it
 * @returns {Move | null} what takes these words back, and the rest of it as far as nobody has changed its outcome
 */
function rewritten(element, { done, back }) {
  if (!element || done.op !== "update" || back.op !== "update") return null;
  const changes = mergedChanges(element, standing(element, done.changes, back.changes));
  /** @type {Operation} */
  const operation = { op: "update", id: done.id, changes };
  return stands(element, operation) ? null : { done: operation, back: inverse(element, operation) };
}

/**
 * @param {SceneElement} element
 * @param {ElementChanges} done
 * @param {ElementChanges} back
 * @returns {ElementChanges} that take back what is still there, and words in any case
 */
function standing(element, done, back) {
  const words = new Set(mergedFieldsOf(back));
  const isThere = (/** @type {ElementChanges} */ changes) => stands(element, { op: "update", id: element.id, changes });
  const { kind = {}, expected = {}, ...parts } = back;
  const kept = Object.entries(kind).filter(([name]) => words.has(name) || isThere({ kind: { [name]: done.kind?.[name] } }));
  const rest = Object.entries(parts).filter(([name]) => isThere({ [name]: /** @type {any} */ (done)[name] }));
  return { ...Object.fromEntries(rest), kind: Object.fromEntries(kept), expected: Object.fromEntries(Object.entries(expected).filter(([name]) => words.has(name))) };
}

/** In scene units: carried there and back, a place is rounded. */
const NEAR = 0.01;

/**
 * @param {SceneElement | undefined} element
 * @param {Operation} done
 * @returns {SceneElement | undefined} the element where an operation has put it, if it lies all but there
 */
function near(element, done) {
  const place = done.op === "update" ? done.changes.transform : done.op === "add" ? done.element.transform : undefined;
  if (!element || !place) return element;
  const now = /** @type {Record<string, number>} */ ({ ...element.transform });
  const same = Object.entries(place).filter(([name, value]) => Math.abs((now[name] ?? 0) - value) < NEAR);
  const kind = nearEnds(element.kind, (done.op === "update" ? done.changes.kind : done.op === "add" ? done.element.kind : undefined) ?? {});
  return { ...element, kind, transform: { ...element.transform, ...Object.fromEntries(same) } };
}

/**
 * @param {SceneElement["kind"]} kind
 * @param {object} put what an operation has made of it
 * @returns {SceneElement["kind"]} with its ends where that has put them, if they lie all but there
 */
function nearEnds(kind, put) {
  const [now, then] = /** @type {Record<string, {x: number, y: number} | undefined>[]} */ ([{ ...kind }, { ...put }]);
  const same = endsOf(kind).flatMap((name) => {
    const [one, other] = [now?.[name], then?.[name]];
    const isNear = one && other && Math.abs(one.x - other.x) < NEAR && Math.abs(one.y - other.y) < NEAR;
    return isNear ? [[name, { ...one, x: other.x, y: other.y }]] : [];
  });
  return same.length > 0 ? { ...kind, ...Object.fromEntries(same) } : kind;
}
