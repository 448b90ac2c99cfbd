/** The next shape of a flow chart: beside the one that is selected, with an arrow to it. */

import { boundsOf, overlap, rounded } from "../../canvas/geometry.js";
import { arrowOf, canBeFollowed, isArrow, isGround } from "../../kinds/arrow/aims.js";
import { isShape } from "../../kinds/shape/outline.js";
import { frontLayer } from "../place.js";
import { LINES, styles } from "../style/styles.js";
import { wholeTransform } from "../../scene/scene.js";
import { settled } from "./binding.js";

/** @import {Box} from "../../canvas/geometry.js" */
/** @import {EditContext} from "../tools.js" */
/** @import {Element as SceneElement, Shape} from "../../types/messages.js" */

/** @typedef {"left" | "right" | "up" | "down"} Direction */

/** Between two of a chain, and between those that come of the same one; in scene units. */
const GAP = { along: 100, aside: 40 };
const MOST_TRIED = 40;
/** @type {Record<Direction, [number, number]>} */
const WAYS = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] };

/**
 * The free place that is nearest in a direction: straight on, else aside of that, by turns on both sides.
 *
 * @param {Box} box
 * @param {Direction} direction
 * @param {readonly Box[]} taken
 * @returns {Box}
 */
export function nextBox(box, direction, taken) {
  const [dx, dy] = WAYS[direction];
  const { width, height } = box;
  const straight = { x: box.x + dx * (width + GAP.along), y: box.y + dy * (height + GAP.along), width, height };
  for (let tried = 0; tried < MOST_TRIED; tried++) {
    const aside = Math.ceil(tried / 2) * (tried % 2 ? 1 : -1);
    const place = {
      ...straight,
      x: straight.x + (dx === 0 ? aside * (width + GAP.aside) : 0),
      y: straight.y + (dy === 0 ? aside * (height + GAP.aside) : 0),
    };
    if (!taken.some((other) => overlap(other, place))) return place;
  }
  return straight;
}

/**
 * @param {EditContext} context
 * @returns {(SceneElement & {kind: Shape}) | null} the shape that alone is selected
 */
export function selectedShape({ scene, selection }) {
  const [id = "", ...more] = selection.ids;
  const element = scene.get(id);
  return more.length === 0 && isShape(element?.kind) ? /** @type {SceneElement & {kind: Shape}} */ (element) : null;
}

/**
 * The shape that an arrow goes to from another, or comes from.
 *
 * @param {Iterable<SceneElement>} elements
 * @param {string} id of the other
 * @param {boolean} isBack against the arrows
 * @returns {string | null} the first of several; `null`: there is none
 */
export function alongArrows(elements, id, isBack) {
  const all = [...elements];
  for (const { kind } of all) {
    if (!isArrow(kind)) continue;
    const [from, to] = isBack ? [kind.end.element, kind.start.element] : [kind.start.element, kind.end.element];
    if (from === id && to !== id && all.some((one) => one.id === to && isShape(one.kind))) return to ?? null;
  }
  return null;
}

/**
 * Add a shape like the selected one, with an arrow to it, as one edit.
 *
 * @param {EditContext} context
 * @param {Direction} direction
 * @returns {string | null} the id of the shape, which is selected now
 */
export function addNext(context, direction) {
  const { scene, selection, stage, view } = context;
  const from = selectedShape(context);
  if (!from) return null;
  const at = wholeTransform(from.transform);
  const taken = [...scene.elements()].filter(({ kind }) => canBeFollowed(kind) && !isGround(kind))
    .map(({ transform }) => boundsOf(transform));
  const { x, y } = nextBox({ x: at.x, y: at.y, width: at.width, height: at.height }, direction, taken);
  const [shapeId, arrowId] = [scene.newElementId(), scene.newElementId()];
  const layer = frontLayer(context);
  const transform = { ...at, x: rounded(x), y: rounded(y), z_index: layer };
  const isStraight = WAYS[direction][0] === 0 ? transform.x === at.x : transform.y === at.y;
  const wanted = arrowOf({
    ...styles.of(LINES),
    ...(isStraight ? {} : { curve: "routed" }),
    start: { x: at.x + at.width / 2, y: at.y + at.height / 2, element: from.id },
    end: { x: transform.x + at.width / 2, y: transform.y + at.height / 2, element: shapeId },
  });
  const { text: _, ...look } = from.kind;
  const shown = (/** @type {string} */ id) => (id === shapeId ? { kind: { ...look }, at: wholeTransform(transform) } : view.shown(id));
  const arrow = settled({ view: { shown } }, wanted);
  scene.edit([
    { op: "add", element: { id: shapeId, kind: { ...look }, transform, ...(from.parent && { parent: from.parent }) } },
    { op: "add", element: { id: arrowId, kind: arrow.kind, transform: { ...arrow.transform, z_index: layer }, ...(from.parent && { parent: from.parent }) } },
  ]);
  if (!scene.has(shapeId)) return null;
  selection.set([shapeId]);
  view.nodeOf(shapeId)?.focus({ preventScroll: true });
  stage.reveal(view.boundsOf(shapeId));
  return shapeId;
}
