/** Operations on elements: their effect and their inverse. Pure. */

import { wholeTransform } from "./scene.js";
import { diffPatch, equal, mergePatch } from "./patch.js";
import { mergeTexts } from "./textmerge.js";

/** @import {AddOperation, Element as SceneElement, ElementChanges, RemoveOperation, UpdateOperation} from "../types/messages.js" */

/** @typedef {AddOperation | UpdateOperation | RemoveOperation} Operation */
/** @typedef {SceneElement["kind"]} Kind */

/** Fields of kinds that hold what a person wrote in an element. */
export const WRITTEN_FIELDS = /** @type {const} */ (["content", "text", "label", "title"]);
/** Fields in which the words of two are merged. @type {ReadonlySet<string>} */
const MERGED_FIELDS = new Set([...WRITTEN_FIELDS, "alt"]);

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
      const { id = "", transform } = operation.element;
      return element ?? withoutDefaults({ ...operation.element, id, transform: wholeTransform(transform) });
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
  // A text that is absent counts as an empty one, which can be written over as any other.
  const absent = mergedFieldsOf(operation.changes).filter((name) => !(name in before.kind));
  const empty = Object.fromEntries(absent.map((name) => [name, ""]));
  const changes = /** @type {ElementChanges} */ ({
    ...partsIn(wholeParts(before), operation.changes),
    ...(operation.changes.transform && { transform: diffPatch({ ...transform }, { ...before.transform }) }),
    ...(operation.changes.kind && { kind: diffPatch({ ...kind }, { ...before.kind, ...empty }) }),
    ...(operation.changes.expected && { expected: diffPatch({ ...before.kind, ...empty }, { ...kind }) }),
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
 * The fields of a change in which somebody wrote over words that they saw.
 *
 * @param {ElementChanges} changes
 * @returns {string[]}
 */
export function mergedFieldsOf({ kind, expected }) {
  if (!kind || !expected) return [];
  return Object.keys(expected).filter((name) => MERGED_FIELDS.has(name) && typeof kind[name] === "string" && typeof expected[name] === "string");
}

/**
 * @param {Operation} operation
 * @returns {boolean} it writes over words, and nothing else in it depends on what is there
 */
export function writesOver(operation) {
  if (operation.op !== "update") return false;
  const fields = mergedFieldsOf(operation.changes);
  return fields.length > 0 && fields.length === Object.keys(operation.changes.expected ?? {}).length;
}

/**
 * @param {SceneElement} element
 * @param {string} field
 * @returns {string}
 */
export function wordsAt({ kind }, field) {
  const words = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (kind))[field];
  return typeof words === "string" ? words : "";
}

/**
 * @param {SceneElement | undefined} element as the server has it
 * @param {Operation} operation
 * @returns {boolean} whether the words of the operation are those of the element
 */
export function hasWords(element, operation) {
  if (!element || operation.op !== "update") return false;
  const { kind } = operation.changes;
  const fields = mergedFieldsOf(operation.changes);
  return fields.length > 0 && fields.every((name) => wordsAt(element, name) === kind?.[name]);
}

/**
 * @param {Operation} operation whose words are there already, perhaps with others' by now
 * @returns {Operation} what else it does
 */
export function withoutWords(operation) {
  if (operation.op !== "update") return operation;
  const words = new Set(mergedFieldsOf(operation.changes));
  const { kind, expected, ...changes } = operation.changes;
  const rest = Object.fromEntries(Object.entries(kind ?? {}).filter(([name]) => !words.has(name)));
  return { ...operation, changes: { ...changes, kind: rest } };
}

/**
 * Changes that keep what somebody else has written meanwhile (rule TOG6).
 *
 * @param {SceneElement} element
 * @param {ElementChanges} changes
 * @param {{mayBeThere?: boolean}} [how] they may have been made already
 * @returns {ElementChanges} the same where nobody has
 */
export function mergedChanges(element, changes, how) {
  const fields = mergedFieldsOf(changes).filter((name) => wordsAt(element, name) !== changes.expected?.[name]);
  if (fields.length === 0) return changes;
  const [kind, expected] = [{ ...changes.kind }, { ...changes.expected }];
  for (const name of fields) {
    const theirs = wordsAt(element, name);
    kind[name] = mergeTexts(String(expected[name]), theirs, String(kind[name]), how);
    expected[name] = theirs;
  }
  return { ...changes, kind, expected };
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
function changed(element, changes) {
  const { transform, kind, ...parts } = mergedChanges(element, changes);
  return {
    ...withoutDefaults({ ...element, ...partsIn(parts) }),
    kind: kind ? /** @type {Kind} */ (mergePatch(element.kind, kind)) : element.kind,
    transform: transform ? { ...element.transform, ...transform } : element.transform,
  };
}
