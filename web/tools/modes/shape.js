/** Mode: draw a shape. A drag makes one as large, a press one of the usual size to write in. */

import { boxBetween, rounded } from "../../canvas/geometry.js";
import { SHAPE_SIZE } from "../../kinds/shape/kind.js";
import { shapeOf } from "../../kinds/shape/outline.js";
import { modeText } from "../../text/tools.js";
import { Draft } from "../diagrams/draft.js";
import { parentOfNew } from "../nesting.js";
import { frontLayer } from "../place.js";
import { FIGURES, styles } from "../style/styles.js";

/** @import {Box, Point} from "../../canvas/geometry.js" */
/** @import {Gesture} from "../gestures.js" */
/** @import {EditContext} from "../tools.js" */
/** @import {Shape, Transform} from "../../types/messages.js" */
/** @import {Mode} from "./mode.js" */

/** What is drawn no larger than this was a press. */
const LEAST_PX = 6;

/** @type {Mode} */
export const shape = {
  name: "shape",
  label: modeText.shape,
  icon: "shape",
  keys: [], // one for each of the usual shapes: commands/diagrams.js
  cursor: "crosshair",
  styles: FIGURES,
  begin: (context, { at }) => shapeGesture(context, at),
};

/**
 * @param {EditContext} context
 * @param {Point} from
 * @returns {Gesture}
 */
function shapeGesture(context, from) {
  const kind = shapeOf(styles.of(FIGURES));
  const draft = new Draft(context);
  /** @type {Box | null} */
  let box = null;
  return {
    move(to, { shift }, event) {
      const drawn = drawnBox(from, to, { square: shift, fromMiddle: event.altKey });
      box = Math.max(drawn.width, drawn.height) * context.stage.scale < LEAST_PX ? null : drawn;
      if (box) draft.show(kind, box);
      else draft.close();
    },
    finish() {
      draft.close();
      const { width, height } = SHAPE_SIZE;
      const id = addShape(context, kind, box ?? { x: from.x - width / 2, y: from.y - height / 2, width, height });
      if (id && !box) context.open(id);
    },
    cancel: () => draft.close(),
  };
}

/**
 * The box of a drag.
 *
 * @param {Point} from
 * @param {Point} to
 * @param {{square: boolean, fromMiddle: boolean}} how
 * @returns {Box}
 */
export function drawnBox(from, to, { square, fromMiddle }) {
  let [dx, dy] = [to.x - from.x, to.y - from.y];
  if (square) {
    const side = Math.max(Math.abs(dx), Math.abs(dy));
    [dx, dy] = [dx < 0 ? -side : side, dy < 0 ? -side : side];
  }
  const start = fromMiddle ? { x: from.x - dx, y: from.y - dy } : from;
  return boxBetween(start, { x: from.x + dx, y: from.y + dy });
}

/**
 * @param {EditContext} context
 * @param {Shape} kind
 * @param {Box} box
 * @returns {string | null} its id, if it is there now
 */
function addShape(context, kind, { x, y, width, height }) {
  const { scene, selection, view } = context;
  const id = scene.newElementId();
  /** @type {Transform} */
  const transform = { x: rounded(x), y: rounded(y), width: rounded(Math.max(1, width)), height: rounded(Math.max(1, height)), z_index: frontLayer(context) };
  scene.edit([{ op: "add", element: { id, kind, transform, ...parentOfNew(scene, transform) } }]);
  if (!scene.has(id)) return null;
  selection.set([id]);
  view.nodeOf(id)?.focus({ preventScroll: true });
  return id;
}
