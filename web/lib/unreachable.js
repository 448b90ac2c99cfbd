import { log } from "./log.js";

/**
 * The default of a switch over a union: the compiler refuses it until every case is handled. At
 * run time a newer server may still say what this client does not know; that is ignored.
 *
 * @param {never} value
 */
export function unreachable(value) {
  const { type } = /** @type {{type?: unknown}} */ (value);
  log("protocol", "unknown", type);
}
