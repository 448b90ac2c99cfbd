/** The gesture of the eraser: takes whole elements away, or of strokes what it passes over. */

import { layerOver } from "../../canvas/inklayer.js";
import { fitted, formOf } from "../../kinds/ink/outline.js";
import { definitionOf, isRemovable } from "../../kinds/kinds.js";
import { svg } from "../../kinds/parts/drawing.js";
import { erasuresOf } from "./erasures.js";
import { left, merged } from "./erasing.js";
import { touched } from "./pieces.js";
import { eraser } from "./eraserstyle.js";

/** @import {Point} from "../../canvas/geometry.js" */
/** @import {Gesture} from "../gestures.js" */
/** @import {EditContext} from "../tools.js" */
/** @import {Range, Strip} from "./erasing.js" */
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
  /** As they were when the eraser came over them. @type {Map<string, SceneElement>} */
  const found = new Map();
  /** @type {Strip[]} */
  const strips = [];
  let before = start;

  /** @param {Point} at */
  const pass = (at) => {
    mark.setAttribute("cx", String(at.x));
    mark.setAttribute("cy", String(at.y));
    const strip = { from: before, to: at, radius };
    strips.push(strip);
    for (const element of scene.elements()) {
      if (!definitionOf(element.kind).isStroke || element.locked || gone.has(element.id)) continue;
      const ink = /** @type {Ink} */ (element.kind);
      const ranges = touched(element, strip);
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
  const erase = (element, ink, ranges) => {
    const { id, transform } = element;
    if (!found.has(id)) found.set(id, element);
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
    erasuresOf(scene).make([...found.values()].filter(({ id }) => !gone.has(id)), strips, operations);
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
