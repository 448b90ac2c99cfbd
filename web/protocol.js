/** Entry module for clients outside this page: the connection to a canvas-server, as in docs/PROTOCOL.md. */

export { CanvasConnection } from "./connection/connection.js";

/** @typedef {import("./connection/connection.js").ConnectionEvents} ConnectionEvents */
/** @typedef {import("./connection/states.js").ConnectionState} ConnectionState */
