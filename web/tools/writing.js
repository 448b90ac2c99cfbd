/** Keys of somebody who writes in a field: lists go on by Enter and are indented by Tab. */

import { indented, nextItem } from "../kinds/parts/lists.js";

/** @import {Edited} from "../kinds/parts/lists.js" */

/**
 * @param {HTMLTextAreaElement} field
 * @param {KeyboardEvent} event that no input method wants
 * @returns {boolean} it was for a list, and is done
 */
export function listKey(field, { key, shiftKey, ctrlKey, metaKey, altKey }) {
  if (ctrlKey || metaKey || altKey) return false;
  const now = { value: field.value, start: field.selectionStart, end: field.selectionEnd };
  const edited = key === "Enter" && !shiftKey ? nextItem(now) : key === "Tab" ? indented(now, shiftKey) : null;
  if (!edited) return false;
  if (field.maxLength >= 0 && edited.value.length > field.maxLength) return true;
  replaceText(field, edited);
  return true;
}

/**
 * Change what a field holds as if it were typed: the browser's own undo takes it back.
 *
 * @param {HTMLTextAreaElement} field
 * @param {Edited} edited
 */
function replaceText(field, { value, start, end }) {
  const before = field.value;
  const most = Math.min(before.length, value.length);
  let from = 0;
  while (from < most && before[from] === value[from]) from++;
  let same = 0;
  while (same < most - from && before.at(-1 - same) === value.at(-1 - same)) same++;
  field.setSelectionRange(from, before.length - same);
  const inserted = value.slice(from, value.length - same);
  const isTyped = document.execCommand(inserted ? "insertText" : "delete", false, inserted);
  if (!isTyped || field.value !== value) {
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  field.setSelectionRange(start, end);
}
