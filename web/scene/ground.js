/**
 * What an element lies on while an edit of it is remembered: an undo finds its place again when that was moved since, with
 * all on it (rule TOG7). Pure.
 */

import { carried, motionOf, places, scalesChildren } from "./carrying.js";
import { consequencesOf } from "./consequences.js";
import { applied, subjectOf } from "./operations.js";
import { OperationOverlay } from "./operationoverlay.js";
import { wholeTransform } from "./scene.js";

/** @import {ChildrenOf} from "./consequences.js" */
/** @import {Motion} from "./carrying.js" */
/** @import {Look} from "./operationoverlay.js" */
/** @import {Operation} from "./operations.js" */
/** @import {Move} from "./undo.js" */
/** @import {Element as SceneElement} from "../types/messages.js" */

/**
 * An element when an operation placed it, before and after, and its parent then.
 *
 * @typedef {{parent: SceneElement, before: SceneElement | undefined, after: SceneElement | undefined}} Ground
 */

/** The elements while the operations of a step are made one by one, each with what follows from it. */
export class StepOverlay {
  #overlay;
  #childrenOf;
  #placed;
  /** Those that the step itself puts into others. @type {Map<string, string[]>} */
  #put = new Map();

  /**
   * @param {Look} look
   * @param {ChildrenOf} childrenOf before the step
   * @param {ReadonlySet<string>} placed elements whose place the step says itself
   */
  constructor(look, childrenOf, placed) {
    this.#overlay = new OperationOverlay(look);
    this.#childrenOf = childrenOf;
    this.#placed = placed;
  }

  /** @param {string} id */
  look(id) {
    return this.#overlay.look(id);
  }

  /**
   * @param {Operation} one
   * @param {(done: Operation) => void} [about] to be made: it, and what goes before it
   */
  make(one, about = () => {}) {
    const look = (/** @type {string} */ id) => this.look(id);
    const { before, after } = consequencesOf(one, look, (id) => this.#childrenNow(id), this.#placed);
    for (const each of [...before, one]) {
      about(each);
      this.#overlay.apply(each);
    }
    for (const each of after) this.#overlay.apply(each);
    const id = subjectOf(one);
    const home = this.look(id)?.parent;
    if (!home || this.#childrenOf(home).has(id)) return;
    const inner = this.#put.get(home);
    if (inner) inner.push(id);
    else this.#put.set(home, [id]);
  }

  /** @param {string} id */
  #childrenNow(id) {
    return new Set([...this.#childrenOf(id), ...(this.#put.get(id) ?? [])].filter((child) => this.look(child)?.parent === id));
  }
}

/**
 * @param {StepOverlay} overlay
 * @param {Operation} operation that is about to be made
 * @returns {Ground | null} it places nothing, or on nothing
 */
export function groundOf(overlay, operation) {
  const before = overlay.look(subjectOf(operation));
  if (operation.op === "update" && !places(operation.changes, before?.kind)) return null;
  const after = applied(before, operation);
  if (before && after && before.parent !== after.parent) return null;
  const parent = overlay.look((after ?? before)?.parent ?? "");
  return parent ? { parent, before, after } : null;
}

/**
 * @param {Move} move
 * @param {StepOverlay} overlay
 * @returns {Move} where its parent is now
 */
export function onGround(move, overlay) {
  const { done, back, ground } = move;
  const parent = ground && overlay.look(ground.parent.id);
  const motion = parent && motionOf(wholeTransform(ground.parent.transform), wholeTransform(parent.transform), scalesChildren(parent.kind));
  if (!motion) return move;
  return { ...move, done: along(done, ground.after, motion), back: along(back, ground.before, motion) };
}

/**
 * @param {Operation} operation
 * @param {SceneElement | undefined} element as it leaves it
 * @param {Motion} motion
 * @returns {Operation} that leaves it where it is carried to
 */
function along(operation, element, motion) {
  const changes = element && carried({ ...element, transform: wholeTransform(element.transform) }, motion);
  if (!changes || operation.op === "remove") return operation;
  const { z_index: _, ...place } = wholeTransform(element.transform);
  const transform = { ...place, ...changes.transform };
  if (operation.op === "add") {
    const kind = /** @type {SceneElement["kind"]} */ ({ ...operation.element.kind, ...endsIn(element, changes) });
    return { op: "add", element: { ...operation.element, kind, transform: { ...operation.element.transform, ...transform } } };
  }
  const kind = changes.kind && { kind: { ...operation.changes.kind, ...changes.kind } };
  return { ...operation, changes: { ...operation.changes, ...kind, transform: { ...operation.changes.transform, ...transform } } };
}

/**
 * @param {SceneElement} element
 * @param {import("../types/messages.js").ElementChanges} changes
 * @returns {object} the ends that they change, whole
 */
function endsIn({ kind }, changes) {
  const whole = /** @type {Record<string, object>} */ (/** @type {unknown} */ (kind));
  return Object.fromEntries(Object.entries(changes.kind ?? {}).map(([name, end]) => [name, { ...whole[name], .../** @type {object} */ (end) }]));
}
