/**
 * Validation of operations before they are sent: the size of a message, and the shape of elements and operations. The
 * figures and shapes are generated from the server's own (../types/limits.js). Pure.
 */

import { FRAME_BYTES, MOST_DEPTH, SHAPES } from "../types/limits.js";
import { bytesOf, lengthOf } from "../lib/unicode.js";
import { applied } from "./operations.js";

/** @import {Operation} from "./operations.js" */
/** @import {Element as SceneElement} from "../types/messages.js" */

/**
 * The part of JSON Schema (2020-12) that the generated shapes use.
 *
 * @typedef {object} Schema
 * @property {string} [$ref]
 * @property {Schema[]} [anyOf]
 * @property {unknown[]} [enum]
 * @property {unknown} [const]
 * @property {string} [type]
 * @property {Record<string, Schema>} [properties]
 * @property {string[]} [required]
 * @property {Schema | boolean} [items]
 * @property {Schema[]} [prefixItems]
 * @property {number} [minItems]
 * @property {number} [maxItems]
 * @property {number} [minLength]
 * @property {number} [maxLength]
 * @property {string} [pattern]
 * @property {number} [minimum]
 * @property {number} [maximum]
 * @property {number} [exclusiveMinimum]
 */

/** Why an operation is not sent: `too_large` for a message, or `not_allowed`. */
/** @typedef {{code: "too_large" | "not_allowed", text: string}} Fault */

/** What stands around an operation in its message. */
const AROUND_BYTES = 256;

/**
 * The longest text a field of an element may have, in code points.
 *
 * @param {SceneElement["kind"]["type"]} kind
 * @param {string} field
 * @returns {number}
 */
export function longest(kind, field) {
  return SHAPES[kind]?.properties?.[field]?.maxLength ?? 0;
}

/**
 * Why the server would not make an operation, as far as it can be known here.
 *
 * @param {Operation} operation
 * @param {SceneElement | undefined} element as it is before
 * @returns {Fault | null}
 */
export function faultOf(operation, element) {
  const bytes = bytesOf(JSON.stringify(operation));
  if (bytes > FRAME_BYTES - AROUND_BYTES) return { code: "too_large", text: `${bytes} bytes` };
  const shape = { add: "AddOperation", update: "UpdateOperation", remove: "RemoveOperation" }[operation.op];
  const wrong = wrongIn(operation, SHAPES[shape] ?? {}, operation.op) ?? tooDeepIn(operation);
  if (wrong) return { code: "not_allowed", text: wrong };
  if (operation.op !== "update" || !element || !operation.changes.kind) return null;
  const after = applied(element, operation);
  const spoilt = wrongIn(after?.kind, SHAPES["Element"]?.properties?.["kind"] ?? {}, "kind");
  return spoilt ? { code: "not_allowed", text: spoilt } : null;
}

/**
 * @param {Operation} operation
 * @returns {string | null}
 */
function tooDeepIn(operation) {
  if (operation.op === "remove") return null;
  const kind = operation.op === "add" ? operation.element.kind : operation.changes.kind;
  const free = operation.op === "add" && "data" in (kind ?? {}) ? /** @type {any} */ (kind).data : kind;
  return isDeeper(free, MOST_DEPTH) ? "nested too deeply" : null;
}

/**
 * @param {unknown} value
 * @param {number} most levels of objects and arrays
 * @returns {boolean}
 */
function isDeeper(value, most) {
  if (typeof value !== "object" || value === null) return false;
  const inside = Object.values(value);
  return most === 1 ? inside.length > 0 : inside.some((inner) => isDeeper(inner, most - 1));
}

/**
 * Holds a value against a schema.
 *
 * @param {unknown} value
 * @param {Schema} schema
 * @param {string} path of the value, for who looks for the mistake
 * @returns {string | null} the path of the first thing that is wrong
 */
function wrongIn(value, schema, path) {
  if (schema.$ref) return wrongIn(value, SHAPES[schema.$ref.slice(schema.$ref.lastIndexOf("/") + 1)] ?? {}, path);
  if (schema.anyOf) {
    const wrongs = schema.anyOf.map((option) => wrongIn(value, option, path));
    // The one that goes deepest says most.
    return wrongs.includes(null) ? null : (wrongs.sort((a, b) => (b?.length ?? 0) - (a?.length ?? 0))[0] ?? path);
  }
  if (schema.enum && !schema.enum.includes(value)) return path;
  if (schema.const !== undefined && value !== schema.const) return path;
  if (schema.type && !isOf(schema.type, value)) return path;
  if (typeof value === "string") return fitsText(value, schema) ? null : path;
  if (typeof value === "number") return fitsNumber(value, schema) ? null : path;
  if (Array.isArray(value)) return wrongInList(value, schema, path);
  if (typeof value !== "object" || value === null) return null;
  return wrongInObject(/** @type {Record<string, unknown>} */ (value), schema, path);
}

/**
 * @param {string} type
 * @param {unknown} value
 * @returns {boolean}
 */
function isOf(type, value) {
  switch (type) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    case "number":
      return Number.isFinite(value);
    default:
      return typeof value === type;
  }
}

/**
 * @param {string} value
 * @param {Schema} schema
 * @returns {boolean}
 */
function fitsText(value, { minLength = 0, maxLength = Infinity, pattern }) {
  if (value.length > maxLength && lengthOf(value) > maxLength) return false;
  return value.length >= minLength && (pattern === undefined || new RegExp(pattern).test(value));
}

/**
 * @param {number} value
 * @param {Schema} schema
 * @returns {boolean}
 */
function fitsNumber(value, { minimum = -Infinity, maximum = Infinity, exclusiveMinimum = -Infinity }) {
  return value >= minimum && value <= maximum && value > exclusiveMinimum;
}

/**
 * @param {unknown[]} value
 * @param {Schema} schema
 * @param {string} path
 * @returns {string | null}
 */
function wrongInList(value, { items = {}, prefixItems = [], minItems = 0, maxItems = Infinity }, path) {
  if (value.length < minItems || value.length > maxItems) return path;
  for (const [place, item] of value.entries()) {
    const schema = prefixItems[place] ?? items;
    const wrong = typeof schema === "boolean" ? (schema ? null : path) : wrongIn(item, schema, `${path}.${place}`);
    if (wrong) return wrong;
  }
  return null;
}

/**
 * @param {Record<string, unknown>} value
 * @param {Schema} schema
 * @param {string} path
 * @returns {string | null}
 */
function wrongInObject(value, { properties = {}, required = [] }, path) {
  for (const name of required) if (value[name] === undefined) return `${path}.${name}`;
  for (const [name, inner] of Object.entries(properties)) {
    if (value[name] === undefined) continue;
    const wrong = wrongIn(value[name], inner, `${path}.${name}`);
    if (wrong) return wrong;
  }
  return null;
}
