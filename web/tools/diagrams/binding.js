/** The element that an end of an arrow is dropped on: found, marked while it is near, and named by the end. */

import { boxBetween, overlap, rounded } from "../../canvas/geometry.js";
import { aimsOf, boxOfEnds, isGround, takesEnds } from "../../kinds/arrow/aims.js";
import { arrowPath } from "../../kinds/arrow/path.js";
import { isInside, outlineIn } from "../../kinds/arrow/polygons.js";
import { svg } from "../../kinds/parts/drawing.js";
import { wholeTransform } from "../../scene/scene.js";

/** @import {Point} from "../../canvas/geometry.js" */
/** @import {Shown} from "../../kinds/definition.js" */
/** @import {EditContext} from "../tools.js" */
/** @import {Arrow, ArrowEnd, Transform} from "../../types/messages.js" */

/** So near to an outline an end is meant to be on it. */
const REACH_PX = 12;

/**
 * The element in front of all that a point lies in, else the one whose outline is nearest.
 *
 * @param {EditContext} context
 * @param {Point} point in scene units
 * @param {(id: string) => boolean} [isMeant]
 * @returns {string | null}
 */
export function elementAt({ scene, view, stage }, point, isMeant = () => true) {
  const reach = REACH_PX / stage.scale;
  const around = boxBetween({ x: point.x - reach, y: point.y - reach }, { x: point.x + reach, y: point.y + reach });
  /** @type {{id: string, layer: number, near: boolean} | null} */
  let best = null;
  for (const { id, kind, locked, transform } of scene.elements()) {
    if (!takesEnds(kind) || locked || !isMeant(id)) continue;
    if (!overlap(view.boundsOf(id), around)) continue;
    const outline = outlineIn(kind, view.transformOf(id));
    const inside = isInside(point, outline);
    if (!inside && distanceTo(point, outline) > reach) continue;
    // What lies on a frame is meant rather than the frame, and what is pressed rather than what is near.
    const layer = (transform.z_index ?? 0) - (isGround(kind) ? 2 ** 32 : 0);
    if (!best || (best.near && inside) || (best.near === !inside && layer >= best.layer)) best = { id, layer, near: !inside };
  }
  return best?.id ?? null;
}

/**
 * @param {EditContext} context
 * @param {Point} point
 * @returns {ArrowEnd} there, or at what is there
 */
export function endAt(context, { x, y }) {
  const element = elementAt(context, { x, y });
  return { x: rounded(x), y: rounded(y), ...(element !== null && { element }) };
}

/**
 * An arrow as it is stored: its ends where they are drawn, and the box around them.
 *
 * @param {{view: {shown: (id: string) => Shown | undefined}}} context
 * @param {Arrow} arrow
 * @returns {{kind: Arrow, transform: Transform}}
 */
export function settled({ view }, arrow) {
  const { start, end } = aimsOf(arrow, (id) => view.shown(id));
  const { points } = arrowPath(arrow, start, end);
  const at = (/** @type {ArrowEnd} */ one, /** @type {Point | undefined} */ point) =>
    (one.element ? { ...one, x: rounded(point?.x ?? one.x), y: rounded(point?.y ?? one.y) } : one);
  const kind = { ...arrow, start: at(arrow.start, points[0]), end: at(arrow.end, points.at(-1)) };
  return { kind, transform: boxOfEnds(kind) };
}

/** Marks the element that an end of an arrow would be at. */
export class BindingMark {
  #context;
  #outline = svg("polygon", { class: "binding" });
  #picture = svg("svg", { class: "binding-mark", "aria-hidden": "true" }, this.#outline);

  /** @param {EditContext} context */
  constructor(context) {
    this.#context = context;
    context.stage.space.append(this.#picture);
    this.show(null);
  }

  /** @param {string | null} id */
  show(id) {
    const shown = id === null ? undefined : this.#context.view.shown(id);
    this.#picture.toggleAttribute("hidden", !shown);
    if (!shown) return;
    this.#outline.setAttribute("points", outlineIn(shown.kind, wholeTransform(shown.at)).map(({ x, y }) => `${x},${y}`).join(" "));
  }

  close() {
    this.#picture.remove();
  }
}

/**
 * @param {Point} point
 * @param {Point[]} polygon
 * @returns {number} how far it is from the line around it
 */
function distanceTo(point, polygon) {
  let least = Infinity;
  let from = polygon[polygon.length - 1];
  for (const to of polygon) {
    if (from) {
      const [dx, dy] = [to.x - from.x, to.y - from.y];
      const far = dx * dx + dy * dy;
      const part = far === 0 ? 0 : Math.max(0, Math.min(1, ((point.x - from.x) * dx + (point.y - from.y) * dy) / far));
      least = Math.min(least, Math.hypot(from.x + dx * part - point.x, from.y + dy * part - point.y));
    }
    from = to;
  }
  return least;
}
