/** The gesture of a pen's other end: removes what it touches (Pointer Events, section 4.1.3: button 5). */

import { removeElements } from "./removal.js";

/** @import {Point} from "../canvas/geometry.js" */
/** @import {Gesture} from "./gestures.js" */
/** @import {EditContext} from "./tools.js" */

/** The button of the eraser of a pen. */
export const ERASER = 5;

/**
 * @param {EditContext} context
 * @param {Point} from in scene units
 * @returns {Gesture}
 */
export function eraseGesture(context, from) {
  const { stage, view } = context;
  /** @type {Set<string>} */
  const touched = new Set();
  /** @param {Point} at in scene units */
  const touch = (at) => {
    const { x, y } = stage.toClient(at.x, at.y);
    // What lies over it, such as handles of the selection, does not count.
    const id = document.elementsFromPoint(x, y).map((node) => view.idOf(node)).find((one) => one !== null);
    if (!id) return;
    touched.add(id);
    view.nodeOf(id)?.toggleAttribute("data-erased", true);
  };
  const end = () => {
    for (const id of touched) view.nodeOf(id)?.toggleAttribute("data-erased", false);
  };
  touch(from);
  return {
    move: touch,
    finish() {
      end();
      removeElements(context, touched);
    },
    cancel: end,
  };
}
