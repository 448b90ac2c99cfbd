/** What ink lies on. Pure. */

import { definitionOf } from "../../kinds/kinds.js";

/** @import {EditContext} from "../tools.js" */

const MOST_NESTED = 32;

/**
 * The picture, frame or tile under a stroke: it is the stroke's `parent`.
 *
 * @param {{scene: Pick<EditContext["scene"], "get">}} context
 * @param {string | null} id of the element under the first point
 * @returns {string | null}
 */
export function carrierOf({ scene }, id) {
  for (let [at, depth] = [id, 0]; at && depth < MOST_NESTED; depth++) {
    const element = scene.get(at);
    if (element && definitionOf(element.kind).carriesInk) return at;
    at = element?.parent ?? null;
  }
  return null;
}
