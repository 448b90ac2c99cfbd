/** Operations on elements: their effect and their inverse. Pure. */

import { wholeTransform } from "./scene.js";
import { diffPatch, equal, mergePatch } from "./patch.js";

/** @import {AddOperation, Element as SceneElement, ElementChanges, RemoveOperation, UpdateOperation} from "../types/messages.js" */

/** @typedef {AddOperation | UpdateOperation | RemoveOperation} Operation */
/** @typedef {SceneElement["kind"]} Kind */

/** Fields of kinds that hold what a person wrote. */
export const WRITTEN_FIELDS = /** @type {const} */ (["content", "text", "label"]);

const PARTS = /** @type {const} */ (["parent", "locked", "opacity"]);

/** @typedef {(typeof WRITTEN_FIELDS)[number]} WrittenField */

/**
 * The element an operation is about.
 *
 * @param {Operation} operation
 * @returns {string}
 */
export function subjectOf(operation) {
  return operation.op === "add" ? (operation.element.id ?? "") : operation.id;
}

/**
 * What becomes of an element, as the server would have it: who has an id first keeps it, and what is
 * gone is not changed.
 *
 * @param {SceneElement | undefined} element
 * @param {Operation} operation
 * @returns {SceneElement | undefined}
 */
export function applied(element, operation) {
  switch (operation.op) {
    case "add": {
      const { id = "", transform, ...parts } = operation.element;
      return element ?? withoutDefaults({ ...parts, id, transform: wholeTransform(transform) });
    }
    case "update":
      return element && changed(element, operation.changes);
    case "remove":
      return undefined;
  }
}

/**
 * Tells whether the outcome of an operation is still there: to make it again would change nothing.
 *
 * @param {SceneElement | undefined} element
 * @param {Operation} operation
 * @returns {boolean}
 */
export function stands(element, operation) {
  if (operation.op === "remove") return !element;
  if (!element) return false;
  const { kind, transform, ...parts } = operation.op === "add" ? operation.element : operation.changes;
  /** @type {ElementChanges} */
  const changes = { ...partsIn(parts), ...(transform && { transform }), ...(kind && { kind: { ...kind } }) };
  return equal(changed(element, changes), element);
}

/**
 * The operation that takes one back.
 *
 * @param {SceneElement | undefined} before the element as the operation found it
 * @param {Operation} operation
 * @returns {Operation}
 */
export function inverse(before, operation) {
  const id = subjectOf(operation);
  if (!before) return { op: "remove", id };
  if (operation.op !== "update") return { op: "add", element: before };
  const { transform, kind } = changed(before, operation.changes);
  const changes = /** @type {ElementChanges} */ ({
    ...partsIn(wholeParts(before), operation.changes),
    ...(operation.changes.transform && { transform: diffPatch({ ...transform }, { ...before.transform }) }),
    ...(operation.changes.kind && { kind: diffPatch({ ...kind }, { ...before.kind }) }),
    ...(operation.changes.expected && { expected: diffPatch({ ...before.kind }, { ...kind }) }),
  });
  return { op: "update", id, changes };
}

/**
 * The text that an operation puts into an element, for a person who is to have it back.
 *
 * @param {Operation | null} operation
 * @returns {string} empty: none
 */
export function wordsIn(operation) {
  if (!operation || operation.op === "remove") return "";
  const { kind, expected } = operation.op === "add" ? { ...operation.element, expected: null } : operation.changes;
  const fields = /** @type {Record<string, unknown>} */ (kind ?? {});
  const written = WRITTEN_FIELDS.map((field) => fields[field]).find((one) => typeof one === "string");
  // What is written elsewhere, such as a title, is known by what it expects to find.
  return typeof written === "string" ? written : firstText(expected ? kind : null);
}

/**
 * Whether an element takes its words from an operation: they are all that it is there for.
 *
 * @param {Operation} operation
 * @returns {boolean}
 */
export function writesContent(operation) {
  const { kind } = operation.op === "update" ? operation.changes : { kind: undefined };
  return kind !== undefined && WRITTEN_FIELDS.some((field) => typeof kind[field] === "string" && kind[field] !== "");
}

/**
 * @param {unknown} value
 * @returns {string}
 */
function firstText(value) {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return "";
  return Object.values(value).map(firstText).find((one) => one !== "") ?? "";
}

/**
 * What an element says of itself beside its kind and its place, with what the server leaves out.
 *
 * @param {SceneElement} element
 */
function wholeParts({ parent = null, locked = false, opacity = 1 }) {
  return { parent, locked, opacity };
}

/** @typedef {Partial<ReturnType<typeof wholeParts>>} Parts */

/**
 * @param {Parts} parts
 * @param {Parts} [named] only what is there too
 * @returns {Parts}
 */
function partsIn(parts, named = parts) {
  return Object.fromEntries(PARTS.flatMap((name) => (name in named && parts[name] !== undefined ? [[name, parts[name]]] : [])));
}

/**
 * An element without what is as the server leaves it out.
 *
 * @param {SceneElement} element
 * @returns {SceneElement}
 */
function withoutDefaults(element) {
  const { parent, locked, opacity, ...rest } = element;
  return {
    ...rest,
    ...(parent != null && { parent }),
    ...(locked && { locked }),
    ...(opacity !== undefined && opacity !== 1 && { opacity }),
  };
}

/**
 * @param {SceneElement} element
 * @param {ElementChanges} changes
 * @returns {SceneElement}
 */
function changed(element, { transform, kind, ...parts }) {
  return {
    ...withoutDefaults({ ...element, ...partsIn(parts) }),
    kind: kind ? /** @type {Kind} */ (mergePatch(element.kind, kind)) : element.kind,
    transform: transform ? { ...element.transform, ...transform } : element.transform,
  };
}
