/** The carrier of ink: the element that a stroke lies on. Pure. */

import { definitionOf } from "../../kinds/kinds.js";
import { above } from "../../scene/hierarchy.js";

/** @import {EditContext} from "../tools.js" */

/**
 * The picture, frame or tile under a stroke: it is the stroke's `parent`.
 *
 * @param {{scene: Pick<EditContext["scene"], "get">}} context
 * @param {string | null} id of the element under the first point
 * @returns {string | null}
 */
export function carrierOf({ scene }, id) {
  const line = id === null ? [] : [id, ...above(id, (one) => scene.get(one))];
  return line.find((one) => definitionOf(scene.get(one)?.kind ?? { type: "" }).carriesInk) ?? null;
}
