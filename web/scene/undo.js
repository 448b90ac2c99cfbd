/** Undo and redo of the person's own edits, as operations and their inverses. Pure. */

import { consequencesOf } from "./consequences.js";
import { inverse, stands, subjectOf } from "./operations.js";
import { OperationOverlay } from "./operationoverlay.js";

/** @import {Operation} from "./operations.js" */
/** @import {ChildrenOf} from "./consequences.js" */
/** @import {Look} from "./operationoverlay.js" */

/** What was done and what takes it back. @typedef {{done: Operation, back: Operation}} Move */

const MAX_STEPS = 200;

export class UndoStack {
  /** Each the moves of one edit. @type {Move[][]} */
  #done = [];
  /** @type {Move[][]} */
  #undone = [];

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
   */
  remember(operations, look, childrenOf) {
    const overlay = new OperationOverlay(look);
    /** @type {Move[]} */
    const step = [];
    const none = new Set();
    const all = operations.flatMap((one) => [...consequencesOf(one, (id) => overlay.look(id), childrenOf, none).before, one]);
    for (const done of all) {
      step.push({ done, back: inverse(overlay.look(subjectOf(done)), done) });
      overlay.apply(done);
    }
    this.#done.push(step);
    if (this.#done.length > MAX_STEPS) this.#done.shift();
    this.#undone = [];
  }

  /**
   * @param {Look} look
   * @returns {Operation[] | null} what takes the latest edit back, as far as nobody has changed its
   *   outcome since; `null` when there is none
   */
  undo(look) {
    return turn(this.#done, this.#undone, look);
  }

  /**
   * @param {Look} look
   * @returns {Operation[] | null} what makes the edit again that was undone last
   */
  redo(look) {
    return turn(this.#undone, this.#done, look);
  }
}

/**
 * @param {Move[][]} from
 * @param {Move[][]} to
 * @param {Look} look
 * @returns {Operation[] | null}
 */
function turn(from, to, look) {
  const step = from.pop();
  if (!step) return null;
  const overlay = new OperationOverlay(look);
  /** @type {Move[]} */
  const taken = [];
  for (const { done, back } of step.reverse()) {
    if (!stands(overlay.look(subjectOf(done)), done)) continue;
    overlay.apply(back);
    taken.push({ done: back, back: done });
  }
  if (taken.length > 0) to.push(taken);
  return taken.map(({ done }) => done);
}
