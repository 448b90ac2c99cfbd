/**
 * Rebase of own edits on what somebody else has written meanwhile: those that the server refused for it, and those that
 * wait behind them and expect to find the words of the refused ones (rule TOG6). Pure.
 */

import { faultOf } from "./limits.js";
import { mergedChanges, mergedFieldsOf, subjectOf, wordsAt, writesOver } from "./operations.js";
import { OperationOverlay } from "./operationoverlay.js";

/** @import {Operation} from "./operations.js" */
/** @import {Look} from "./operationoverlay.js" */
/** @import {ElementChanges, UpdateOperation} from "../types/messages.js" */

export class Rebase {
  #found;
  #overlay;
  /** Elements of which an operation was made anew. @type {Set<string>} */
  #rebased = new Set();
  /** Elements whose change has not been heard of yet. @type {Set<string>} */
  #early = new Set();

  /**
   * @param {Look} look at the elements as the server has them
   * @param {(operation: UpdateOperation) => ElementChanges["expected"]} found what an operation expects, without words that were refused
   */
  constructor(look, found) {
    this.#overlay = new OperationOverlay(look);
    this.#found = found;
  }

  /** Something was refused for a change that has not been heard of. */
  get isEarly() {
    return this.#early.size > 0;
  }

  /**
   * @param {Operation} operation that was refused since somebody else has changed its element
   * @param {boolean} mayBeThere it may have been made before
   * @returns {Operation | null} to be sent in its place; `null`: it cannot be merged
   */
  remade(operation, mayBeThere) {
    const id = subjectOf(operation);
    const element = this.#overlay.look(id);
    if (operation.op !== "update" || !element || !writesOver(operation)) return null;
    if (this.#early.has(id)) return operation;
    const expected = this.#found(operation);
    const isKnown = mergedFieldsOf(operation.changes).some((name) => wordsAt(element, name) !== expected?.[name]);
    if (!isKnown && expected === operation.changes.expected && !this.#rebased.has(id)) {
      this.#early.add(id);
      return operation;
    }
    /** @type {Operation} */
    const again = { op: "update", id, changes: mergedChanges(element, { ...operation.changes, expected }, { mayBeThere }) };
    if (faultOf(again, element)) return null;
    this.#rebased.add(id);
    this.#overlay.apply(again);
    return again;
  }

  /**
   * @param {Operation} operation that waits behind those that were made anew
   * @returns {Operation} the same where it has nothing to do with them
   */
  follow(operation) {
    const id = subjectOf(operation);
    const element = this.#overlay.look(id);
    if (!this.#rebased.has(id)) return operation;
    let followed = operation;
    if (element && operation.op === "update" && writesOver(operation)) {
      const changes = mergedChanges(element, operation.changes);
      if (changes !== operation.changes) followed = { ...operation, changes };
      if (faultOf(followed, element)) followed = operation;
    }
    this.#overlay.apply(followed);
    return followed;
  }
}
