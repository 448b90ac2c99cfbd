/** Entry module for programs outside this page: its calls with other peers. `window.signalingManager` is one of these. */

export { SignalingManager } from "./calls/signalingmanager.js";

/** @typedef {import("./calls/callmanager.js").CallChange} CallChange */
/** @typedef {import("./calls/callmanager.js").SignalingEvents} SignalingEvents */
/** @typedef {import("./calls/incomingsignals.js").SignalNames} SignalNames */
