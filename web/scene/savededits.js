/**
 * Edits that are not answered, as they are kept for the page that comes after this one in the same window: a reload, a
 * crash, or a browser that needed the memory. Pure.
 */

import { isRecord } from "../lib/own.js";
import { faultOf } from "./limits.js";

/** @import {Operation} from "./operations.js" */
/** @import {Element as SceneElement} from "../types/messages.js" */

/** `element`: as it was to be with the words in the operation. @typedef {{operation: Operation, element?: SceneElement}} SavedEdit */
/** What goes in one message; an empty `id`: it has not been sent. @typedef {{id: string, edits: SavedEdit[]}} SavedBatch */

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
    return edits.length > 0 ? [{ id: ID.test(id) ? id : "", edits }] : [];
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
