/** Consequences of an operation for what has its element as parent, as the server will make them (rules STR2, STR3). Pure. */

import { carried, motionOf, places, scalesChildren } from "./carrying.js";
import { above, below } from "./hierarchy.js";
import { applied, subjectOf } from "./operations.js";
import { streamOf, wholeTransform } from "./scene.js";

/** @import {Operation} from "./operations.js" */
/** @import {Look} from "./operationoverlay.js" */

/** @typedef {(id: string) => ReadonlySet<string>} ChildrenOf */

/**
 * @param {Operation} operation that is about to be made
 * @param {Look} look
 * @param {ChildrenOf} childrenOf
 * @param {ReadonlySet<string>} placed elements whose place the same edit says: they are not carried
 * @returns {{before: Operation[], after: Operation[]}} what goes before it, and what follows
 */
export function consequencesOf(operation, look, childrenOf, placed) {
  const id = subjectOf(operation);
  if (operation.op === "add" || childrenOf(id).size === 0) return { before: [], after: [] };
  if (operation.op === "remove") return { before: leaving(id, look, childrenOf), after: [] };
  return { before: [], after: carrying(operation, look, childrenOf, placed) };
}

/**
 * The elements whose place several operations say.
 *
 * @param {readonly Operation[]} operations
 * @param {Look} look
 * @returns {Set<string>}
 */
export function placedBy(operations, look) {
  const placing = operations.filter((one) => one.op === "update" && places(one.changes, look(one.id)?.kind));
  return new Set(placing.map(subjectOf));
}

/**
 * Whether other elements may be carried by an edit, which then is a message of its own.
 *
 * @param {readonly Operation[]} operations
 * @param {Look} look
 * @param {ChildrenOf} childrenOf
 * @returns {boolean}
 */
export function mayCarry(operations, look, childrenOf) {
  return operations.some((one) => {
    if (one.op !== "update") return one.op === "add" && one.element.parent != null;
    return one.changes.parent != null || (childrenOf(one.id).size > 0 && places(one.changes, look(one.id)?.kind));
  });
}

/**
 * Operations without those that follow from others among them: what is in a frame goes with it.
 *
 * @param {readonly Operation[]} operations
 * @param {Look} look
 * @returns {Operation[]}
 */
export function withoutConsequences(operations, look) {
  const removed = new Set(operations.flatMap((one) => (one.op === "remove" ? one.id : [])));
  if (removed.size === 0) return [...operations];
  return operations.filter((one) => {
    // Of those that go round in a circle the server has refused one: which goes with which is not known here.
    if (one.op === "remove") return !above(one.id, look).some((id) => removed.has(id) && !above(id, look).includes(one.id));
    return !frees(one, look) || !removed.has(look(subjectOf(one))?.parent ?? "");
  });
}

/**
 * @param {Operation} operation
 * @param {Look} look
 * @returns {boolean} it does no more than to free a tile
 */
function frees(operation, look) {
  if (operation.op !== "update" || operation.changes.parent !== null) return false;
  return Object.keys(operation.changes).length === 1 && streamOf(look(operation.id)?.kind) !== "";
}

/**
 * @param {Operation & {op: "update"}} operation
 * @param {Look} look
 * @param {ChildrenOf} childrenOf
 * @param {ReadonlySet<string>} placed
 * @returns {Operation[]}
 */
function carrying(operation, look, childrenOf, placed) {
  const { id, changes } = operation;
  const parent = look(id);
  if (!parent || !changes.transform) return [];
  const before = wholeTransform(parent.transform);
  const motion = motionOf(before, { ...before, ...changes.transform }, scalesChildren(parent.kind));
  if (!motion) return [];
  return below([id], childrenOf, (child) => !placed.has(child)).flatMap((child) => {
    const element = look(child);
    const along = element && carried({ ...element, transform: wholeTransform(element.transform) }, motion);
    return along ? /** @type {Operation} */ ({ op: "update", id: child, changes: along }) : [];
  });
}

/**
 * @param {string} id
 * @param {Look} look
 * @param {ChildrenOf} childrenOf
 * @returns {Operation[]}
 */
function leaving(id, look, childrenOf) {
  /** @type {Operation[]} */
  const freed = [];
  const gone = below([id], childrenOf, (child) => {
    const element = look(child);
    const isTile = element !== undefined && streamOf(element.kind) !== "";
    if (isTile) freed.push({ op: "update", id: child, changes: { parent: null } });
    return element !== undefined && !isTile;
  });
  return [...freed, ...gone.reverse().map((child) => /** @type {Operation} */ ({ op: "remove", id: child }))];
}

/**
 * Where elements are that others carry while those are moved.
 *
 * @param {ReadonlyMap<string, Partial<ReturnType<typeof wholeTransform>>>} moves what is moved, and to where
 * @param {Look} look
 * @param {ChildrenOf} childrenOf
 * @returns {Map<string, import("../types/messages.js").Element>} the carried elements, as they would be
 */
export function carriedAlong(moves, look, childrenOf) {
  /** @type {Map<string, import("../types/messages.js").Element>} */
  const along = new Map();
  const placed = new Set(moves.keys());
  for (const [id, transform] of moves) {
    if (childrenOf(id).size === 0) continue;
    const operation = /** @type {Operation & {op: "update"}} */ ({ op: "update", id, changes: { transform } });
    for (const one of carrying(operation, look, childrenOf, placed)) {
      const element = applied(look(subjectOf(one)), one);
      if (element) along.set(element.id, element);
    }
  }
  return along;
}
