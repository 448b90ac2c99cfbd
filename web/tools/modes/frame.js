/** The mode that draws a frame: what lies wholly in it becomes its child. */

import { boxBetween, unionOf } from "../../canvas/geometry.js";
import { NEW_FRAME } from "../../kinds/frame/kind.js";
import { wholeTransform } from "../../scene/scene.js";
import { modeText } from "../../text/tools.js";
import { make } from "../../ui/dom.js";
import { looseIn, takerAt } from "../nesting.js";

/** @import {Box} from "../../canvas/geometry.js" */
/** @import {Operation} from "../../scene/operations.js" */
/** @import {EditContext} from "../tools.js" */
/** @import {Mode} from "./mode.js" */

/** Of one that is made by a press alone, in scene units. */
const SIZE = { width: 400, height: 300 };
const LEAST = 16;

/** @type {Mode} */
export const frame = {
  name: "frame",
  label: modeText.frame,
  icon: "frame",
  keys: ["F"],
  cursor: "crosshair",
  byKeys: "around",
  begin(context, { at }) {
    const { stage } = context;
    const shown = make("div", { class: "drawn-frame", "aria-hidden": "true" });
    let box = { ...at, width: 0, height: 0 };
    stage.space.append(shown);
    return {
      move(to) {
        box = boxBetween(at, to);
        shown.style.transform = `translate(${box.x}px, ${box.y}px)`;
        shown.style.width = `${box.width}px`;
        shown.style.height = `${box.height}px`;
      },
      finish() {
        shown.remove();
        addFrame(context, box.width < LEAST || box.height < LEAST ? { ...at, ...SIZE } : box);
      },
      cancel: () => shown.remove(),
    };
  },
};

/**
 * @param {EditContext} context
 * @param {Box} box
 */
function addFrame({ scene, selection, view }, box) {
  const inside = looseIn(scene, box, (id) => view.boundsOf(id));
  const layers = inside.map((id) => wholeTransform(scene.get(id)?.transform).z_index);
  const z_index = Math.min(0, ...layers) - 1;
  const around = takerAt(scene, { x: box.x + box.width / 2, y: box.y + box.height / 2 });
  const parent = around && holdsAll(view.boundsOf(around), box) ? around : null;
  const id = scene.newElementId();
  scene.edit([
    { op: "add", element: { id, kind: NEW_FRAME, transform: { ...roundedBox(box), z_index }, ...(parent && { parent }) } },
    ...inside.map((one) => /** @type {Operation} */ ({ op: "update", id: one, changes: { parent: id } })),
  ]);
  selection.set([id]);
  view.nodeOf(id)?.focus({ preventScroll: true });
}

/**
 * @param {Box} outer
 * @param {Box} inner
 */
function holdsAll(outer, inner) {
  const both = unionOf([outer, inner]);
  return both !== null && both.width === outer.width && both.height === outer.height;
}

/** @param {Box} box */
function roundedBox({ x, y, width, height }) {
  return { x: Math.round(x), y: Math.round(y), width: Math.round(width), height: Math.round(height) };
}
