/** What a pointer is on, beside elements: parts that answer by themselves, and handles of the selection. */

/** @import {Handle} from "../canvas/geometry.js" */

const OWN_BUSINESS = "button, input, select, textarea, a, [contenteditable], [data-own-pointer]";

/**
 * @param {EventTarget | null} target
 * @returns {boolean} it answers to a pointer by itself
 */
export function isOwnBusiness(target) {
  return target instanceof Element && target.closest(OWN_BUSINESS) !== null;
}

/**
 * @param {EventTarget | null} target
 * @returns {Handle | "turn" | null}
 */
export function handleOf(target) {
  const node = target instanceof Element ? target.closest("[data-handle]") : null;
  return /** @type {Handle | "turn" | null} */ (node?.getAttribute("data-handle") ?? null);
}
