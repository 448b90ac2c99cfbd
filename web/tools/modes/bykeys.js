/** The use of a mode by keys: what a drag would make is made in free sight, or about what is selected. */

import { boundsOf, middleOf, unionOf } from "../../canvas/geometry.js";
import { freeSight } from "../place.js";

/** @import {Box, Point} from "../../canvas/geometry.js" */
/** @import {EditContext} from "../tools.js" */
/** @import {KeyDrag} from "./mode.js" */

/** In scene units: of what is made, and between what is selected and a frame around it. */
const SIZE = { width: 180, height: 110 };
const AROUND = 24;

/**
 * The drag that a key stands for. `around`: about all that is selected, `between`: from the middle of the first one to that of the
 * second, `box` and whatever lacks its selection: of a usual size, with its middle at a place.
 *
 * @param {KeyDrag} drag
 * @param {Box[]} selected in the order in which they were chosen
 * @param {Point} middle
 * @returns {[Point, Point]} from where to where
 */
export function dragByKeys(drag, selected, middle) {
  const [first, second, ...more] = selected;
  if (drag === "between" && first && second && more.length === 0) return [middleOf(first), middleOf(second)];
  const all = unionOf(selected);
  if (drag === "around" && all) {
    return [{ x: all.x - AROUND, y: all.y - AROUND }, { x: all.x + all.width + AROUND, y: all.y + all.height + AROUND }];
  }
  const [width, height] = [SIZE.width / 2, drag === "between" ? 0 : SIZE.height / 2];
  return [{ x: middle.x - width, y: middle.y - height }, { x: middle.x + width, y: middle.y + height }];
}

/**
 * Use the active mode as if it were dragged with the pointer; one that goes on and on has no use by keys.
 *
 * @param {EditContext} context
 * @param {Point} [at] where, in scene units; else in free sight
 * @returns {boolean} something was made
 */
export function makeByKeys(context, at) {
  const { mode, stage, view, selection } = context;
  const { begin, byKeys = "box", stays } = mode.current;
  if (!begin || stays) return false;
  const selected = at ? [] : [...selection.ids].map((id) => boundsOf(view.transformOf(id)));
  const [from, to] = dragByKeys(byKeys, selected, at ?? freeSight(context, SIZE));
  const event = (/** @type {string} */ type, /** @type {Point} */ place) => {
    const { x: clientX, y: clientY } = stage.toClient(place.x, place.y);
    return new PointerEvent(type, { clientX, clientY, pointerType: "mouse", button: 0, isPrimary: true });
  };
  const under = byKeys === "between" && selected.length === 2 ? ([...selection.ids][0] ?? null) : null;
  const gesture = begin(context, { event: event("pointerdown", from), at: from, id: under });
  if (!gesture) return false;
  const once = mode.once(gesture);
  once.move(to, { shift: false, free: true }, event("pointermove", to));
  once.finish();
  return true;
}
