/** Where nodes are, in scene units. */

/** @import {Box} from "./stage.js" */
/** @import {Transform} from "../types/messages.js" */

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
  if (at.z_index !== was?.z_index) style.zIndex = String(at.z_index);
}

/**
 * The upright box around a transform; of a turned one, around all its turns.
 *
 * @param {Required<Transform>} transform
 * @returns {Box}
 */
export function boundsOf({ x, y, width, height, rotation }) {
  if (rotation % 360 === 0) return { x, y, width, height };
  const across = Math.hypot(width, height);
  return {
    x: x + (width - across) / 2,
    y: y + (height - across) / 2,
    width: across,
    height: across,
  };
}

/**
 * @param {Box} one
 * @param {Box} other
 * @returns {boolean} they touch
 */
export function meet(one, other) {
  return (
    one.x <= other.x + other.width &&
    other.x <= one.x + one.width &&
    one.y <= other.y + other.height &&
    other.y <= one.y + one.height
  );
}

/**
 * @param {Box} box
 * @param {number} times its own size are added on each side
 * @returns {Box}
 */
export function grown({ x, y, width, height }, times) {
  return {
    x: x - width * times,
    y: y - height * times,
    width: width * (1 + 2 * times),
    height: height * (1 + 2 * times),
  };
}

/**
 * @param {Box} outer
 * @param {Box} inner
 * @returns {boolean} nothing of the inner one is outside
 */
export function holds(outer, inner) {
  return (
    outer.x <= inner.x &&
    outer.y <= inner.y &&
    outer.x + outer.width >= inner.x + inner.width &&
    outer.y + outer.height >= inner.y + inner.height
  );
}
