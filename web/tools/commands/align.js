/** Commands that line several elements up, or spread them evenly. */

import { placedChanges } from "../../canvas/hull.js";
import { aligned, distributed } from "../../canvas/align.js";
import { commandText } from "../../text/tools.js";
import { selected } from "../gestures.js";

/** @import {Alignment, Placed} from "../../canvas/align.js" */
/** @import {ToolContext} from "../tools.js" */
/** @import {TransformChanges} from "../../types/messages.js" */
/** @import {Command} from "./command.js" */

/**
 * @param {ToolContext} context
 * @param {(items: Placed[]) => Map<string, TransformChanges>} change
 */
function arrange(context, change) {
  const items = [...selected(context)].map(([id, transform]) => ({ id, transform }));
  const changes = change(items);
  const placed = [...changes].map(([id, transform]) => ({ id, transform: placedChanges(context.scene, id, transform) }));
  context.scene.edit(placed.map(({ id, transform }) => ({ op: "update", id, changes: { transform } })));
}

/**
 * @param {keyof typeof commandText} id
 * @param {Alignment} how
 * @returns {Command}
 */
function align(id, how) {
  return {
    id,
    group: "arrange",
    label: commandText[id],
    icon: `align-${how}`,
    keys: [],
    toolbar: "grid",
    enabled: ({ selection }) => selection.size > 1,
    perform: (context) => arrange(context, (items) => aligned(items, how)),
  };
}

/**
 * @param {"distributeX" | "distributeY"} id
 * @param {"x" | "y"} axis
 * @returns {Command}
 */
function distribute(id, axis) {
  return {
    id,
    group: "arrange",
    label: commandText[id],
    icon: `distribute-${axis}`,
    keys: [],
    toolbar: "grid",
    enabled: ({ selection }) => selection.size > 2,
    perform: (context) => arrange(context, (items) => distributed(items, axis)),
  };
}

/** In the order of the grid, which has four in a row. */
export const alignCommands = [
  align("alignLeft", "left"),
  align("alignCenter", "center"),
  align("alignRight", "right"),
  distribute("distributeX", "x"),
  align("alignTop", "top"),
  align("alignMiddle", "middle"),
  align("alignBottom", "bottom"),
  distribute("distributeY", "y"),
];
