/** The gesture of the eraser: takes whole elements away, or of strokes what it passes over. */

import { boundsOf, middleOf, overlap, turned } from "../../canvas/geometry.js";
import { layerOver } from "../../canvas/inklayer.js";
import { fitted, formOf } from "../../kinds/ink/outline.js";
import { definitionOf, isRemovable } from "../../kinds/kinds.js";
import { svg } from "../../kinds/parts/drawing.js";
import { boxed } from "./finished.js";
import { asStroke, left, merged, under } from "./erasing.js";
import { eraser } from "./eraserstyle.js";

/** @import {Point} from "../../canvas/geometry.js" */
/** @import {Gesture} from "../gestures.js" */
/** @import {EditContext} from "../tools.js" */
/** @import {Range} from "./erasing.js" */
/** @import {Operation} from "../../scene/operations.js" */
/** @import {Element as SceneElement, Ink} from "../../types/messages.js" */

/** On the screen; what is erased whole is met more narrowly. */
const RADIUS_PX = { area: 10, whole: 4 };

/**
 * @param {EditContext} context
 * @param {Point} start in scene units
 * @returns {Gesture}
 */
export function eraserGesture(context, start) {
  const { scene, stage, view } = context;
  const isWhole = eraser.current === "whole";
  const radius = RADIUS_PX[eraser.current] / stage.scale;
  const mark = svg("circle", { class: "eraser-mark", r: radius, "vector-effect": "non-scaling-stroke" });
  layerOver(stage).show(mark);
  /** Elements that go. @type {Set<string>} */
  const gone = new Set();
  /** Of strokes, what is erased. @type {Map<string, {ink: Ink, ranges: Range[]}>} */
  const cut = new Map();
  let before = start;

  /** @param {Point} at */
  const pass = (at) => {
    mark.setAttribute("cx", String(at.x));
    mark.setAttribute("cy", String(at.y));
    const box = { x: Math.min(before.x, at.x), y: Math.min(before.y, at.y), width: Math.abs(at.x - before.x), height: Math.abs(at.y - before.y) };
    for (const element of scene.elements()) {
      if (!definitionOf(element.kind).isStroke || element.locked || gone.has(element.id)) continue;
      const ink = /** @type {Ink} */ (element.kind);
      const ranges = touched(element, ink, box, before, at, radius);
      if (ranges.length === 0) continue;
      if (isWhole) take(element.id);
      else erase(element, ink, ranges);
    }
    if (isWhole) takeUnder(at);
    before = at;
  };
  /** @param {string} id */
  const take = (id) => {
    gone.add(id);
    view.nodeOf(id)?.toggleAttribute("data-erased", true);
  };
  /** @param {Point} at */
  const takeUnder = (at) => {
    const { x, y } = stage.toClient(at.x, at.y);
    // What lies over it, such as handles of the selection, does not count.
    const id = document.elementsFromPoint(x, y).map((node) => view.idOf(node)).find((one) => one !== null);
    const element = id ? scene.get(id) : undefined;
    if (element && !element.locked && isRemovable(element.kind) && !carries(context, element.id)) take(element.id);
  };
  /**
   * @param {SceneElement} element
   * @param {Ink} ink
   * @param {Range[]} ranges
   */
  const erase = ({ id, transform }, ink, ranges) => {
    const known = cut.get(id);
    const all = merged([...(known?.ink === ink ? known.ranges : []), ...ranges]);
    cut.set(id, { ink, ranges: all });
    const { points, width } = fitted(ink, transform.width ?? 0, transform.height ?? 0);
    const d = left(points, all).map((piece) => formOf(piece, width).d).join("");
    view.nodeOf(id)?.querySelector("path.ink")?.setAttribute("d", d);
  };
  const end = () => {
    mark.remove();
    for (const id of gone) view.nodeOf(id)?.toggleAttribute("data-erased", false);
  };
  const finish = () => {
    end();
    /** @type {Operation[]} */
    const operations = [...gone].filter((id) => scene.has(id)).map((id) => ({ op: "remove", id }));
    for (const [id, { ink, ranges }] of cut) {
      const element = scene.get(id);
      // What somebody else has changed meanwhile is left as it is now.
      if (element?.kind === ink) operations.push(...piecesOf(context, element, ink, ranges));
    }
    if (operations.length > 0) scene.edit(operations);
  };
  pass(start);
  return {
    move: pass,
    finish,
    leave: finish,
    cancel() {
      end();
      for (const [id, { ink }] of cut) {
        const { width = 0, height = 0 } = scene.get(id)?.transform ?? {};
        const whole = fitted(ink, width, height);
        view.nodeOf(id)?.querySelector("path.ink")?.setAttribute("d", formOf(whole.points, whole.width).d);
      }
    },
  };
}

/**
 * @param {EditContext} context
 * @param {string} id
 * @returns {boolean} something lies on it: it is no more than the ground
 */
function carries({ scene }, id) {
  for (const element of scene.elements()) if (element.parent === id) return true;
  return false;
}

/**
 * @param {SceneElement} element
 * @param {Ink} ink
 * @param {import("../../canvas/geometry.js").Box} box that the eraser passed through
 * @param {Point} from
 * @param {Point} to
 * @param {number} radius
 * @returns {Range[]} of the points as large as the element
 */
function touched({ transform }, ink, box, from, to, radius) {
  const bounds = boundsOf(transform);
  const reach = radius + 100 * (ink.size ?? 4);
  const near = { x: box.x - reach, y: box.y - reach, width: box.width + 2 * reach, height: box.height + 2 * reach };
  if (!overlap(bounds, near)) return [];
  const { x = 0, y = 0, width = 0, height = 0, rotation = 0 } = transform;
  const { points, width: brush } = fitted(ink, width, height);
  const inside = (/** @type {Point} */ point) => {
    const back = turned(point, middleOf({ x, y, width, height }), -rotation);
    return { x: back.x - x, y: back.y - y };
  };
  return under(points, { from: inside(from), to: inside(to), radius: radius + brush / 2 });
}

/**
 * @param {EditContext} context
 * @param {SceneElement} element
 * @param {Ink} ink
 * @param {Range[]} ranges
 * @returns {Operation[]} the first piece stays the element, the others are new ones; nothing left: it is removed
 */
function piecesOf({ scene }, element, ink, ranges) {
  const { x = 0, y = 0, width = 0, height = 0, rotation = 0 } = element.transform;
  const { points, width: brush } = fitted(ink, width, height);
  const size = (ink.size ?? 4) * (brush / fitted(ink, ...natural(ink)).width);
  const about = middleOf({ x, y, width, height });
  /** @type {Operation[]} */
  const operations = left(points, ranges).map((piece, index) => {
    const { points: own, place } = boxed(asStroke(piece));
    const middle = turned(middleOf({ ...place, x: x + place.x, y: y + place.y }), about, rotation);
    const transform = { ...element.transform, ...place, x: middle.x - place.width / 2, y: middle.y - place.height / 2 };
    if (index === 0) return { op: "update", id: element.id, changes: { kind: { points: own, size }, transform } };
    const { author: _, ...same } = element;
    return { op: "add", element: { ...same, id: scene.newElementId(), kind: { ...ink, points: own, size }, transform } };
  });
  return operations.length > 0 ? operations : [{ op: "remove", id: element.id }];
}

/**
 * @param {Ink} ink
 * @returns {[width: number, height: number]}
 */
function natural({ points }) {
  return [Math.max(0, ...points.map(([x = 0]) => x)), Math.max(0, ...points.map(([, y = 0]) => y))];
}
