/** Sifting of operations before they are sent: which of them are meant, and may be made by the server. Pure. */

import { sendable } from "../lib/unicode.js";
import { faultOf } from "./limits.js";
import { OperationOverlay } from "./operationoverlay.js";
import { stands, subjectOf, wordsIn } from "./operations.js";

/** @import {Refusal} from "./editqueue.js" */
/** @import {Operation} from "./operations.js" */
/** @import {Look} from "./operationoverlay.js" */
/** @import {Element as SceneElement} from "../types/messages.js" */

/**
 * @param {readonly Operation[]} operations
 * @param {Look} look at the elements as they are now
 * @param {(element: SceneElement | undefined, operation: Operation) => boolean} isMeant the others are left out
 * @returns {{allowed: Operation[], refused: Refusal[]}}
 */
export function sifted(operations, look, isMeant) {
  const overlay = new OperationOverlay(look);
  /** @type {Operation[]} */
  const allowed = [];
  /** @type {Refusal[]} */
  const refused = [];
  for (const operation of operations.map(sendable)) {
    const element = overlay.look(subjectOf(operation));
    // Words for what somebody else has removed: their person is to have them back.
    if (!element && operation.op === "update" && wordsIn(operation)) {
      refused.push({ code: "element_not_found", text: "", words: wordsIn(operation) });
      continue;
    }
    if (!isMeant(element, operation)) continue;
    if (element?.locked && operation.op !== "add" && !unlocks(operation)) {
      refused.push({ code: "element_locked", text: "", words: wordsIn(operation) });
      continue;
    }
    const fault = faultOf(operation, element);
    if (fault) refused.push({ ...fault, words: wordsIn(operation) });
    else {
      overlay.apply(operation);
      allowed.push(operation);
    }
  }
  return { allowed, refused };
}

/** @param {Operation} operation */
function unlocks(operation) {
  return operation.op === "update" && operation.changes.locked === false;
}

/**
 * @param {SceneElement | undefined} element
 * @param {Operation} operation
 * @returns {boolean}
 */
export function changesAnything(element, operation) {
  if (operation.op === "add") return !element;
  return element !== undefined && !stands(element, operation);
}
