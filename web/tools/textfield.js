/** The field over an element in which something is written, and what is written in it. */

import { definitionOf } from "../kinds/kinds.js";

/** @import {Area, Kind, WrittenText} from "../kinds/definition.js" */
/** @import {Transform} from "../types/messages.js" */

/**
 * Lay a field over its element, looking as it does.
 *
 * @param {HTMLTextAreaElement} field
 * @param {Required<Transform>} at
 * @param {WrittenText<any>} written
 * @param {Kind} kind
 * @param {Area | null} room in the middle of which the words stand; `null`: they begin at the top
 */
export function layOver({ style }, at, { style: lookOf, sheet }, kind, room) {
  const { fontSize, align, family = "" } = lookOf(kind);
  if (sheet) {
    const { padding, paper, ink } = sheet(kind);
    Object.assign(style, { boxSizing: "border-box", minHeight: `${at.height}px`, padding: `${padding}px`, backgroundColor: paper, color: ink });
  }
  style.width = `${room?.width ?? at.width}px`;
  style.fontSize = `${fontSize}px`;
  style.fontFamily = family;
  style.textAlign = align;
  style.transform = `translate(${at.x}px, ${at.y}px) rotate(${at.rotation}deg)`;
  // Turned about the same point as the element, however much is written.
  style.transformOrigin = `${at.width / 2}px ${at.height / 2}px`;
}

/**
 * @param {HTMLTextAreaElement} field
 * @param {Required<Transform>} at
 * @param {Area} room
 * @param {number} height of the field
 */
export function putInMiddle({ style }, at, room, height) {
  const [x, y] = [room.x, room.y + (room.height - height) / 2];
  style.transform = `translate(${at.x + x}px, ${at.y + y}px) rotate(${at.rotation}deg)`;
  style.transformOrigin = `${at.width / 2 - x}px ${at.height / 2 - y}px`;
}

/**
 * @param {Kind} kind in which something is written
 * @returns {WrittenText<any>}
 */
export function writtenIn(kind) {
  const { text: written } = definitionOf(kind);
  if (!written) throw new TypeError(`nothing is written in a ${kind.type}`);
  return written;
}

/**
 * @param {Kind} kind
 * @param {string} content
 * @returns {Kind}
 */
export function withText(kind, content) {
  return /** @type {Kind} */ ({ ...kind, [writtenIn(kind).field]: content });
}
