/** Commands that bring the selection to the front or to the back. */

import { boundsOf, overlap } from "../../canvas/geometry.js";
import { below } from "../../scene/hierarchy.js";
import { restacked } from "../../scene/order.js";
import { wholeTransform } from "../../scene/scene.js";
import { commandText } from "../../text/tools.js";

/** @import {Restack} from "../../scene/order.js" */
/** @import {ToolContext} from "../tools.js" */
/** @import {Command} from "./command.js" */

/**
 * @param {ToolContext} context
 * @param {Restack} how
 */
function restack({ scene, selection }, how) {
  const elements = [...scene.elements()];
  const boxes = new Map(elements.map(({ id, transform }) => [id, boundsOf(transform)]));
  /** @param {string} one @param {string} other */
  const touch = (one, other) => {
    const [a, b] = [boxes.get(one), boxes.get(other)];
    return a !== undefined && b !== undefined && overlap(a, b);
  };
  const layers = elements.map(({ id, transform }) => ({ id, z_index: wholeTransform(transform).z_index }));
  // What is in an element comes along, and stays above it.
  const ids = new Set([...selection.ids, ...below(selection.ids, (id) => scene.childrenOf(id))]);
  const changes = [...restacked(layers, ids, how, touch)].filter(([id]) => scene.get(id)?.locked !== true);
  scene.edit(changes.map(([id, z_index]) => ({ op: "update", id, changes: { transform: { z_index } } })));
}

/** @type {Record<Restack, string[]>} in the order of the menu */
const KEYS = {
  front: ["Shift+]", "Shift+PageUp"],
  forward: ["]", "PageUp"],
  backward: ["[", "PageDown"],
  back: ["Shift+[", "Shift+PageDown"],
};

/** @type {Command[]} */
export const orderCommands = /** @type {Restack[]} */ (Object.keys(KEYS)).map((how) => ({
  id: how,
  group: "arrange",
  label: commandText[how],
  icon: how,
  keys: KEYS[how],
  repeats: true,
  toolbar: "menu",
  enabled: ({ selection }) => selection.size > 0,
  perform: (context) => restack(context, how),
}));
