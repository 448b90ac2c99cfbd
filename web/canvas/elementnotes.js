/** Notes on an element in words, for lists: who made it, who has it selected, who is typing in it. Pure. */

import { shownName } from "../lib/foreign.js";
import { text } from "../text/canvas.js";

/** @import {PeerMark} from "../scene/peermarks.js" */
/** @import {Element as SceneElement} from "../types/messages.js" */

/**
 * @param {SceneElement | undefined} element
 * @param {readonly PeerMark[]} marks of the others at it
 * @param {(peerId: string) => string} nameOf
 * @returns {string} empty: there are none
 */
export function elementNotes(element, marks, nameOf) {
  const author = authorOf(element);
  const people = marks.map(({ peerId, isTyping }) => (isTyping ? text.typing(nameOf(peerId)) : text.selectedBy(nameOf(peerId))));
  return [...people, ...(author ? [text.madeBy(author)] : [])].join(" · ");
}

/**
 * @param {SceneElement | undefined} element
 * @returns {string} who made it; empty: it is not known
 */
export function authorOf(element) {
  return shownName(element?.author) || "";
}
