/** Reading of what comes from elsewhere: of another server, another version, another window. Pure. */

/**
 * The entry of a table under a name that comes from elsewhere: none under what every object has, such as `constructor`.
 *
 * @template T
 * @param {Readonly<Record<string, T>> | Readonly<Partial<Record<string, T>>>} table
 * @param {unknown} name
 * @returns {T | undefined}
 */
export function entryOf(table, name) {
  return typeof name === "string" && Object.hasOwn(table, name) ? table[name] : undefined;
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
export function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
