/** Mode: draw an arrow. An end that is dropped on an element follows it. */

import { rounded } from "../../canvas/geometry.js";
import { arrowOf } from "../../kinds/arrow/aims.js";
import { modeText } from "../../text/tools.js";
import { BindingMark, elementAt, endAt, settled } from "../diagrams/binding.js";
import { Draft } from "../diagrams/draft.js";
import { parentOfNew } from "../nesting.js";
import { frontLayer } from "../place.js";
import { LINES, styles } from "../style/styles.js";

/** @import {Point} from "../../canvas/geometry.js" */
/** @import {Gesture} from "../gestures.js" */
/** @import {EditContext} from "../tools.js" */
/** @import {Arrow} from "../../types/messages.js" */
/** @import {Mode} from "./mode.js" */

const LEAST_PX = 6;
/** Of one that is made by a press, in scene units. */
const LENGTH = 160;
const STEP_DEGREES = 45;

/** @type {Mode} */
export const arrow = {
  name: "arrow",
  label: modeText.arrow,
  icon: "arrow",
  keys: ["A", "5"],
  cursor: "crosshair",
  styles: LINES,
  byKeys: "between",
  begin: (context, { at }) => arrowGesture(context, at),
};

/**
 * @param {EditContext} context
 * @param {Point} from
 * @returns {Gesture}
 */
function arrowGesture(context, from) {
  const { stage } = context;
  const draft = new Draft(context);
  const mark = new BindingMark(context);
  mark.show(elementAt(context, from));
  /** @type {Arrow | null} */
  let kind = null;
  return {
    move(to, { shift, free }, event) {
      if (Math.hypot(to.x - from.x, to.y - from.y) * stage.scale < LEAST_PX && !kind) return;
      const goal = shift ? stepped(from, to) : to;
      const start = event.altKey ? { x: 2 * from.x - goal.x, y: 2 * from.y - goal.y } : from;
      kind = arrowBetween(context, start, goal, free && event.type === "pointermove" && event.isTrusted);
      mark.show(kind.end.element ?? kind.start.element ?? null);
      draft.show(kind, settled(context, kind).transform);
    },
    finish() {
      draft.close();
      mark.close();
      addArrow(context, kind ?? arrowBetween(context, from, { x: from.x + LENGTH, y: from.y }, false));
    },
    cancel() {
      draft.close();
      mark.close();
    },
  };
}

/**
 * @param {EditContext} context
 * @param {Point} from
 * @param {Point} to
 * @param {boolean} free it is to be at nothing
 * @returns {Arrow}
 */
function arrowBetween(context, from, to, free) {
  const [start, end] = free ? [plain(from), plain(to)] : [endAt(context, from), endAt(context, to)];
  return arrowOf({ ...styles.of(LINES), start, end });
}

/** @param {Point} point @returns {Point} */
function plain({ x, y }) {
  return { x: rounded(x), y: rounded(y) };
}

/**
 * @param {Point} from
 * @param {Point} to
 * @returns {Point} in one of eight directions
 */
export function stepped(from, to) {
  const step = (STEP_DEGREES * Math.PI) / 180;
  const angle = Math.round(Math.atan2(to.y - from.y, to.x - from.x) / step) * step;
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  return { x: from.x + length * Math.cos(angle), y: from.y + length * Math.sin(angle) };
}

/**
 * @param {EditContext} context
 * @param {Arrow} arrow
 */
function addArrow(context, arrow) {
  const { scene, selection, view } = context;
  const id = scene.newElementId();
  const { kind, transform } = settled(context, arrow);
  scene.edit([{ op: "add", element: { id, kind, transform: { ...transform, z_index: frontLayer(context) }, ...parentOfNew(scene, transform) } }]);
  if (!scene.has(id)) return;
  selection.set([id]);
  view.nodeOf(id)?.focus({ preventScroll: true });
}
