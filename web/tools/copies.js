/** Copies of elements under ids of their own: what names another one that is copied names its copy. Pure. */

import { copiedKind } from "../kinds/arrow/edits.js";

/** @import {Element as SceneElement, NewElement} from "../types/messages.js" */

/**
 * @param {readonly SceneElement[]} elements where they are to be
 * @param {{dx: number, dy: number}} way by which that is another place, for what else a kind names in scene units
 * @param {() => string} newId
 * @returns {(NewElement & {id: string})[]} parents before what is in them; a parent that is not copied is left out
 */
export function copiesOf(elements, { dx, dy }, newId) {
  const ids = new Map(elements.map(({ id }) => [id, newId()]));
  const copies = elements.map(({ id, kind, transform, parent, locked, opacity }) => ({
    id: ids.get(id) ?? newId(),
    kind: copiedKind(kind, ids, dx, dy),
    transform,
    ...(parent && ids.has(parent) && { parent: ids.get(parent) }),
    ...(locked && { locked }),
    ...(opacity !== undefined && { opacity }),
  }));
  return parentsFirst(/** @type {(NewElement & {id: string})[]} */ (copies));
}

/**
 * @template {{id: string, parent?: string | null}} E
 * @param {readonly E[]} elements
 * @returns {E[]} in an order in which they can be added one by one
 */
export function parentsFirst(elements) {
  const waiting = new Map(elements.map((element) => [element.id, element]));
  /** @type {E[]} */
  const ordered = [];
  for (const element of elements) {
    /** @type {E[]} */
    const line = [];
    for (let here = waiting.get(element.id); here; here = waiting.get(here.parent ?? "")) {
      waiting.delete(here.id);
      line.push(here);
    }
    ordered.push(...line.reverse());
  }
  return ordered;
}
