/**
 * Edits that are not answered, as they are kept for the page that comes after this one in the same window: a reload, a
 * crash, or a browser that needed the memory. Pure.
 */

import { isRecord } from "../lib/own.js";
import { faultOf } from "./limits.js";
import { subjectOf } from "./operations.js";

/** @import {Operation} from "./operations.js" */
/** @import {Element as SceneElement} from "../types/messages.js" */

/** `element`: as it was to be with the words in the operation. @typedef {{operation: Operation, element?: SceneElement}} SavedEdit */
/**
 * What goes in one message; an empty `id`: it has not been sent. `alone`: no others go with it.
 *
 * @typedef {{id: string, alone?: boolean, edits: SavedEdit[]}} SavedBatch
 */

const NAMES = new Set(["add", "update", "remove"]);
const ID = /^[\w-]{1,64}$/;

/**
 * @param {unknown} kept by some version of this page, or by whoever else wrote into the storage
 * @returns {SavedBatch[]} what can be sent of it, in order
 */
export function savedBatchesOf(kept) {
  if (!Array.isArray(kept)) return [];
  return kept.flatMap((batch) => {
    if (!isRecord(batch) || !Array.isArray(batch["edits"])) return [];
    const edits = batch["edits"].filter(isSavedEdit);
    // With another content it is another message.
    const id = edits.length === batch["edits"].length ? String(batch["id"]) : "";
    return edits.length > 0 ? [{ id: ID.test(id) ? id : "", alone: batch["alone"] === true, edits }] : [];
  });
}

/**
 * Where there is no room for all: large things, such as pictures, take no words along.
 *
 * @param {readonly SavedBatch[]} batches
 * @returns {SavedBatch[]} about half of it, without all edits of the largest elements
 */
export function reduced(batches) {
  /** @type {Map<string, number>} */
  const sizes = new Map();
  for (const { operation } of batches.flatMap(({ edits }) => edits)) {
    const id = subjectOf(operation);
    sizes.set(id, (sizes.get(id) ?? 0) + JSON.stringify(operation).length);
  }
  const most = [...sizes.values()].reduce((sum, size) => sum + size, 0) / 2;
  /** @type {Set<string>} */
  const kept = new Set();
  let sum = 0;
  for (const [id, size] of [...sizes].sort(([, one], [, other]) => one - other)) {
    sum += size;
    if (sum <= most) kept.add(id);
  }
  return batches.flatMap(({ id, alone = false, edits }) => {
    const rest = edits.filter(({ operation }) => kept.has(subjectOf(operation)));
    return rest.length > 0 ? [{ id: rest.length === edits.length ? id : "", alone, edits: rest }] : [];
  });
}

/**
 * @param {unknown} edit
 * @returns {edit is SavedEdit}
 */
function isSavedEdit(edit) {
  if (!isRecord(edit) || !isRecord(edit["operation"]) || !NAMES.has(String(edit["operation"]["op"]))) return false;
  const { element } = edit;
  if (faultOf(/** @type {any} */ (edit["operation"]), undefined)) return false;
  return element === undefined || !faultOf({ op: "add", element: /** @type {any} */ (element) }, undefined);
}
