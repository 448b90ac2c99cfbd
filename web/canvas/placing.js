/** The CSS that puts a node where its element is, in scene units. */

/** @import {Transform} from "../types/messages.js" */

/** Of what others put there; beyond is an element that asks the person something (kinds.css). */
const NEAREST = 2 ** 31 - 2;

/**
 * Put a node where an element is; touches only what differs from where it was.
 *
 * @param {HTMLElement} node
 * @param {Required<Transform>} at
 * @param {Required<Transform> | null} was
 */
export function placeNode({ style }, at, was) {
  if (at.x !== was?.x || at.y !== was.y || at.rotation !== was.rotation) {
    const turn = at.rotation ? ` rotate(${at.rotation}deg)` : "";
    style.transform = `translate(${at.x}px, ${at.y}px)${turn}`;
  }
  if (at.width !== was?.width) style.width = `${at.width}px`;
  if (at.height !== was?.height) style.height = `${at.height}px`;
  if (at.z_index !== was?.z_index) style.zIndex = String(Math.min(at.z_index, NEAREST));
}
