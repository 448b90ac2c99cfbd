/** The links that were given out for a canvas, as the server lists them. Pure. */

/** @import {Role} from "./rights.js" */

/**
 * @typedef {object} GivenOut
 * @property {string} token_id
 * @property {Role} role
 * @property {string | null} name
 * @property {number} made milliseconds since 1970 UTC
 * @property {number} expires
 * @property {boolean} revoked
 * @property {boolean} [expired] by the clock of the server
 */

/**
 * Whether a link still opens the canvas. The server says so: the clock of this device may be days away from its.
 *
 * @param {GivenOut} given
 */
export function opens({ revoked, expired }) {
  return !revoked && !expired;
}
