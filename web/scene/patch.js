/** JSON Merge Patch (RFC 7396): equality, application and difference. Pure; nothing is modified. */

/** @typedef {{[name: string]: unknown}} Json */

/**
 * Tells whether two JSON values are the same. The order of names does not count.
 *
 * @param {unknown} one
 * @param {unknown} other
 * @returns {boolean}
 */
export function equal(one, other) {
  if (one === other) return true;
  if (Array.isArray(one) !== Array.isArray(other) || !isObject(one) || !isObject(other)) return false;
  const names = Object.keys(one);
  if (names.length !== Object.keys(other).length) return false;
  return names.every((name) => Object.hasOwn(other, name) && equal(one[name], other[name]));
}

/**
 * The target as the patch makes it (RFC 7396 section 2).
 *
 * @param {unknown} target
 * @param {unknown} patch
 * @returns {unknown}
 */
export function mergePatch(target, patch) {
  if (!isPlain(patch)) return patch;
  const merged = isPlain(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else if (name !== "__proto__") merged[name] = mergePatch(ownOf(merged, name), value);
  }
  return merged;
}

/**
 * The least patch that makes one object the other. `null` inside an object cannot be told by a merge
 * patch: it counts as absent.
 *
 * @param {Json} from
 * @param {Json} to
 * @returns {Json}
 */
export function diffPatch(from, to) {
  /** @type {Json} */
  const patch = {};
  for (const name of Object.keys(from)) if (ownOf(to, name) == null && from[name] != null) patch[name] = null;
  for (const [name, value] of Object.entries(to)) {
    const before = ownOf(from, name);
    if (name === "__proto__" || value == null || equal(before, value)) continue;
    patch[name] = isPlain(before) && isPlain(value) ? diffPatch(before, value) : value;
  }
  return patch;
}

/**
 * @param {Json} object
 * @param {string} name of a field, not of what every object has
 * @returns {unknown}
 */
function ownOf(object, name) {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/**
 * @param {unknown} value
 * @returns {value is Json}
 */
function isObject(value) {
  return typeof value === "object" && value !== null;
}

/**
 * @param {unknown} value
 * @returns {value is Json}
 */
function isPlain(value) {
  return isObject(value) && !Array.isArray(value);
}
