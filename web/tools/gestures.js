/** Gestures of a pointer on the selection: move, resize, turn. */

import {
  boundsOf,
  directionOf,
  handleAt,
  middleOf,
  overlap,
  pulledFactor,
  resized,
  rotated,
  scaled,
  turned,
  unionOf,
  withHeight,
} from "../canvas/geometry.js";
import { snapMove, snapResize } from "../canvas/snap.js";
import { restingOf } from "../canvas/hull.js";
import { definitionOf, keepsAspect } from "../kinds/kinds.js";
import { wholeTransform } from "../scene/scene.js";
import { parentsAfterDrop } from "./nesting.js";

/** @import {Box, Handle, Point} from "../canvas/geometry.js" */
/** @import {Guide} from "../canvas/snap.js" */
/** @import {EditContext} from "./tools.js" */
/** @import {Transform} from "../types/messages.js" */

/** @typedef {{shift: boolean, free: boolean}} Held keys: `free` switches snapping off */

/**
 * @typedef {object} Gesture
 * @property {(to: Point, held: Held, event: PointerEvent) => void} move the pointer is there now, in scene units
 * @property {() => void} finish it was let go
 * @property {() => void} cancel as if it had not been
 * @property {() => void} [leave] the page goes, or is put away as on a phone: what is seen of it is kept
 */

const SNAP_PX = 6;
const TURN_STEP = 15;
/** Among so many others at most lines are looked for. */
const MOST_OTHERS = 300;

/**
 * @param {EditContext} context
 * @returns {Map<string, Required<Transform>>} the selection as it is now
 */
export function selected({ scene, selection }) {
  /** @type {Map<string, Required<Transform>>} */
  const transforms = new Map();
  for (const id of selection.ids) {
    const element = scene.get(id);
    if (element && !element.locked) transforms.set(id, restingOf(scene, id));
  }
  return transforms;
}

/**
 * Move the selection. Shift keeps to one direction.
 *
 * @param {EditContext} context
 * @param {Point} from
 * @param {(guides: Guide[]) => void} showGuides
 * @returns {Gesture}
 */
export function moveGesture(context, from, showGuides) {
  const { motion, stage } = context;
  const start = selected(context);
  const box = unionOf([...start.values()].map(boundsOf));
  const others = boxesInSight(context);
  return {
    move(to, held) {
      const { dx, dy, guides } = draggedBy({ x: to.x - from.x, y: to.y - from.y }, box, others, held, stage.scale);
      motion.show(mapped(start, ({ x, y }) => ({ x: x + dx, y: y + dy })));
      showGuides(guides);
    },
    finish() {
      const dropped = mapped(start, (transform, id) => ({ ...transform, ...motion.changes.get(id) }));
      motion.commit(new Map(), motion.active ? parentsAfterDrop(context.scene, dropped) : new Map());
    },
    cancel: () => motion.cancel(),
  };
}

/**
 * How far a box comes that is dragged: it lines up with others, and Shift keeps to one direction.
 *
 * @param {Point} way of the pointer
 * @param {Box | null} box where it began
 * @param {Box[]} others
 * @param {Held} held
 * @param {number} scale of the stage
 * @returns {{dx: number, dy: number, guides: Guide[]}}
 */
export function draggedBy({ x, y }, box, others, { shift, free }, scale) {
  let [dx, dy] = [x, y];
  if (shift) [dx, dy] = Math.abs(dx) > Math.abs(dy) ? [dx, 0] : [0, dy];
  if (!box || free) return { dx, dy, guides: [] };
  const snap = snapMove({ ...box, x: box.x + dx, y: box.y + dy }, others, SNAP_PX / scale);
  return {
    dx: dx + (!shift || dx !== 0 ? snap.dx : 0),
    dy: dy + (!shift || dy !== 0 ? snap.dy : 0),
    guides: shift ? [] : snap.guides,
  };
}

/**
 * Pull a handle of the selection. Some kinds keep their proportions, and so do several at
 * once; Shift makes anything keep them.
 *
 * @param {EditContext} context
 * @param {Handle} handle
 * @param {Point} from
 * @param {(guides: Guide[]) => void} showGuides
 * @returns {Gesture}
 */
export function resizeGesture(context, handle, from, showGuides) {
  const [only, ...more] = selected(context);
  if (only && more.length === 0) return resizeOne(context, only, handle, from, showGuides);
  return resizeGroup(context, handle, from);
}

/**
 * @param {EditContext} context
 * @param {[string, Required<Transform>]} entry
 * @param {Handle} handle
 * @param {Point} from
 * @param {(guides: Guide[]) => void} showGuides
 * @returns {Gesture}
 */
function resizeOne(context, [id, start], handle, from, showGuides) {
  const { scene, motion, stage } = context;
  const kind = scene.get(id)?.kind;
  const fixed = keepsAspect(kind);
  /** Its words wrap to the width that it is given, and it is as high as they are. */
  const wraps = (handle === "e" || handle === "w") && kind !== undefined && definitionOf(kind).text?.size === null;
  const others = boxesInSight(context);
  const grip = handleAt(start, handle);
  // Where it was taken hold of beside the handle's middle counts all along.
  const off = { x: grip.x - from.x, y: grip.y - from.y };
  return {
    move(to, { shift, free }) {
      const keepAspect = fixed || shift;
      let goal = { x: to.x + off.x, y: to.y + off.y };
      /** @type {Guide[]} */
      let guides = [];
      if (!free && !keepAspect && start.rotation === 0) {
        const snap = snapResize(resized(start, handle, goal), handle, others, SNAP_PX / stage.scale);
        goal = { x: goal.x + snap.dx, y: goal.y + snap.dy };
        guides = snap.guides;
      }
      const box = resized(start, handle, goal, { keepAspect });
      motion.show(new Map([[id, wraps ? wrapped(context, id, start, box) : box]]));
      showGuides(guides);
    },
    finish: () => motion.commit(),
    cancel: () => motion.cancel(),
  };
}

/**
 * @param {EditContext} context
 * @param {string} id of a text
 * @param {Required<Transform>} start
 * @param {Box} box that it was pulled to
 * @returns {Box} as wide, and as high as its words
 */
function wrapped(context, id, start, box) {
  const kind = context.scene.get(id)?.kind;
  if (!kind) return box;
  const high = withHeight({ ...start, ...box }, context.sizeOfText(kind, box.width).height);
  return { ...box, ...high };
}

/**
 * @param {EditContext} context
 * @param {Handle} handle
 * @param {Point} from
 * @returns {Gesture}
 */
function resizeGroup(context, handle, from) {
  const { scene, motion } = context;
  const start = selected(context);
  const box = unionOf([...start.values()].map(boundsOf)) ?? { x: 0, y: 0, width: 0, height: 0 };
  const grip = handleAt(wholeTransform(box), handle);
  let factor = 1;
  return {
    move(to) {
      const goal = { x: to.x + grip.x - from.x, y: to.y + grip.y - from.y };
      factor = pulledFactor(box, handle, goal, start.values());
      motion.show(mapped(start, (transform) => scaled(transform, box, handle, factor)));
    },
    finish() {
      /** @type {Map<string, Record<string, unknown>>} */
      const kinds = new Map();
      for (const id of start.keys()) {
        const kind = scene.get(id)?.kind;
        const changes = kind && definitionOf(kind).scaled?.(kind, factor);
        if (changes) kinds.set(id, changes);
      }
      motion.commit(kinds);
    },
    cancel: () => motion.cancel(),
  };
}

/**
 * Turn the selection about its middle; Shift turns in steps.
 *
 * @param {EditContext} context
 * @param {Point} from
 * @returns {Gesture}
 */
export function turnGesture(context, from) {
  const { motion } = context;
  const start = selected(context);
  const transforms = [...start.values()];
  const only = transforms.length === 1 ? transforms[0] : undefined;
  const box = only ?? unionOf(transforms.map(boundsOf));
  const about = box ? middleOf(box) : from;
  const first = directionOf(about, from);
  return {
    move(to, { shift }) {
      let degrees = directionOf(about, to) - first;
      if (shift) {
        const base = only?.rotation ?? 0;
        degrees = Math.round((base + degrees) / TURN_STEP) * TURN_STEP - base;
      }
      motion.show(mapped(start, (transform) => rotated(transform, about, degrees)));
    },
    finish: () => motion.commit(),
    cancel: () => motion.cancel(),
  };
}

/**
 * The middle of the selection, about which it is turned.
 *
 * @param {Map<string, Required<Transform>>} transforms
 * @returns {Point}
 */
export function middleOfAll(transforms) {
  const all = [...transforms.values()];
  const box = all.length === 1 && all[0] ? all[0] : unionOf(all.map(boundsOf));
  return middleOf(box ?? { x: 0, y: 0, width: 0, height: 0 });
}

/**
 * The box around the selection: turned like a single element, upright around several.
 *
 * @param {Required<Transform>[]} transforms
 * @returns {Required<Transform> | null}
 */
export function frameAround(transforms) {
  if (transforms.length === 1) return transforms[0] ?? null;
  const box = unionOf(transforms.map(boundsOf));
  return box && wholeTransform(box);
}

/**
 * @template Changes
 * @param {Map<string, Required<Transform>>} transforms
 * @param {(transform: Required<Transform>, id: string) => Changes} change
 * @returns {Map<string, Changes>}
 */
export function mapped(transforms, change) {
  return new Map([...transforms].map(([id, transform]) => [id, change(transform, id)]));
}

/**
 * @param {EditContext} context
 * @returns {Box[]} of the elements in sight that are not selected
 */
export function boxesInSight({ scene, selection, stage }) {
  const sight = stage.visible();
  const boxes = [];
  for (const { id, kind, transform } of scene.elements()) {
    if (selection.has(id) || definitionOf(kind).follows) continue; // an arrow is where others are
    const box = boundsOf(transform);
    if (overlap(box, sight)) boxes.push(box);
    if (boxes.length === MOST_OTHERS) break;
  }
  return boxes;
}

/**
 * Whether an element lies under a rectangle, as it is turned.
 *
 * @param {Required<Transform>} transform
 * @param {Box} area
 * @returns {boolean}
 */
export function touches(transform, area) {
  if (!overlap(boundsOf(transform), area)) return false;
  if (transform.rotation % 90 === 0) return true;
  // Two convex shapes are apart if an edge of one context them; those of the area were tried above.
  const middle = middleOf(transform);
  const corners = [
    { x: area.x, y: area.y },
    { x: area.x + area.width, y: area.y },
    { x: area.x, y: area.y + area.height },
    { x: area.x + area.width, y: area.y + area.height },
  ].map((corner) => turned(corner, middle, -transform.rotation));
  const around = unionOf(corners.map(({ x, y }) => ({ x, y, width: 0, height: 0 })));
  return around !== null && overlap(around, transform);
}
