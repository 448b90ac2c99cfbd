/** Guard of drops on the page: a drop is for a field, for the canvas, or for nobody. */

import { takesWords } from "./dom.js";

/** From now on nothing that is dropped leads away from the page, whether or not the code of the canvas is there to take it. */
export function keepPage() {
  for (const kind of /** @type {const} */ (["dragover", "drop"])) document.addEventListener(kind, refuse);
}

/**
 * Beside the canvas nothing is taken.
 *
 * @param {DragEvent} event
 */
function refuse(event) {
  const { dataTransfer, target } = event;
  if (event.defaultPrevented || !dataTransfer) return;
  if (isForField(target, dataTransfer)) return;
  event.preventDefault();
  dataTransfer.dropEffect = "none";
}

/**
 * @param {EventTarget | null} target
 * @param {DataTransfer} data that is dropped there
 * @returns {boolean} words for the field; files are for the canvas, or for nobody
 */
export function isForField(target, data) {
  return takesWords(target) && !data.types.includes("Files");
}
