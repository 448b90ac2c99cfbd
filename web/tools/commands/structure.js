/** Commands that group elements, take groups apart, and lock what is not to be moved. */

import { unionOf } from "../../canvas/geometry.js";
import { isHull } from "../../canvas/hull.js";
import { NEW_GROUP } from "../../kinds/group/kind.js";
import { wholeTransform } from "../../scene/scene.js";
import { commandText } from "../../text/tools.js";
import { topmost } from "../nesting.js";

/** @import {ToolContext} from "../tools.js" */
/** @import {Operation} from "../../scene/operations.js" */
/** @import {Command} from "./command.js" */

/**
 * @param {ToolContext} context
 * @returns {string[]} what is selected and can be taken into a group
 */
function groupable({ scene, selection }) {
  return topmost(scene, selection.ids).filter((id) => scene.get(id)?.locked !== true);
}

/** @param {ToolContext} context */
function group(context) {
  const { scene, selection, view } = context;
  const ids = groupable(context);
  const box = unionOf(ids.map((id) => view.boundsOf(id)));
  if (!box) return;
  const id = scene.newElementId();
  const parents = new Set(ids.map((one) => scene.get(one)?.parent ?? null));
  const [parent] = parents.size === 1 ? parents : [null];
  const z_index = Math.max(...ids.map((one) => wholeTransform(scene.get(one)?.transform).z_index));
  scene.edit([
    { op: "add", element: { id, kind: NEW_GROUP, transform: { ...box, z_index }, ...(parent && { parent }) } },
    ...ids.map((one) => /** @type {Operation} */ ({ op: "update", id: one, changes: { parent: id } })),
  ]);
  selection.set([id]);
}

/**
 * @param {ToolContext} context
 * @returns {string[]}
 */
function groups({ scene, selection }) {
  return [...selection.ids].filter((id) => isHull(scene.get(id)?.kind) && scene.get(id)?.locked !== true);
}

/** @param {ToolContext} context */
function ungroup(context) {
  const { scene, selection } = context;
  /** @type {string[]} */
  const freed = [];
  const operations = groups(context).flatMap((id) => {
    const parent = scene.get(id)?.parent ?? null;
    const children = [...scene.childrenOf(id)].filter((child) => scene.get(child)?.locked !== true);
    freed.push(...children);
    return [
      ...children.map((child) => /** @type {Operation} */ ({ op: "update", id: child, changes: { parent } })),
      /** @type {Operation} */ ({ op: "remove", id }),
    ];
  });
  scene.edit(operations);
  selection.set(freed);
}

/**
 * @param {ToolContext} context
 * @returns {boolean} all that is selected is locked
 */
function isLocked({ scene, selection }) {
  return selection.size > 0 && [...selection.ids].every((id) => scene.get(id)?.locked === true);
}

/** @type {Command[]} */
export const structureCommands = [
  {
    id: "group",
    group: "arrange",
    label: commandText.group,
    icon: "group",
    keys: ["Ctrl+G"],
    toolbar: "menu",
    enabled: (context) => groupable(context).length > 1,
    perform: group,
  },
  {
    id: "ungroup",
    group: "arrange",
    label: commandText.ungroup,
    icon: "group",
    keys: ["Ctrl+Shift+G"],
    toolbar: "menu",
    enabled: (context) => groups(context).length > 0,
    perform: ungroup,
  },
  {
    id: "lock",
    group: "arrange",
    label: commandText.lock,
    icon: "lock",
    keys: ["Ctrl+Shift+L"],
    toolbar: "menu",
    enabled: ({ selection }) => selection.size > 0,
    perform(context) {
      const locked = !isLocked(context);
      context.scene.edit([...context.selection.ids].map((id) => ({ op: "update", id, changes: { locked } })));
    },
  },
];
