/** Wires the optimistic scene to the connection, and reports what became of edits. */

import { firstOf } from "../lib/unicode.js";
import { text } from "../text/canvas.js";

/** @import {CanvasConnection} from "../protocol.js" */
/** @import {Refusal} from "../scene/editqueue.js" */
/** @import {OptimisticScene} from "../scene/optimisticscene.js" */
/** @import {Notices} from "./notices.js" */

/** Of a text that the server refused, in a notice. */
const MOST_WORDS = 1_000;
/** Too much waited to be sent: the time to let some of it go before edits are sent again. */
const OVERFLOW_MS = 1_000;

/**
 * @param {OptimisticScene} scene
 * @param {CanvasConnection} connection
 */
export function connectScene(scene, connection) {
  const follow = () => scene.setOnline(connection.state === "open");
  connection.on("state", follow);
  connection.on("lost", () => scene.lost());
  connection.on("overflow", () => {
    scene.lost();
    setTimeout(follow, OVERFLOW_MS);
  });
  // Nothing keeps them but this page.
  addEventListener("beforeunload", (event) => {
    if (scene.unconfirmed > 0 && connection.state !== "closed") event.preventDefault();
  });
}

/**
 * Show notices of edits that are refused, made after being offline, or held back.
 *
 * @param {OptimisticScene} scene
 * @param {Notices} notices
 */
export function showEditOutcomes(scene, notices) {
  /** @param {string} message @param {readonly Refusal[]} refused */
  const show = (message, refused) => {
    const lost = refused.flatMap(({ words }) => words ?? []).join("\n");
    const words = lost && text.yourWords(firstOf(lost, MOST_WORDS));
    const problem = refused.length > 0;
    notices.show(words ? `${message} ${words}` : message, { key: "edit", problem, stays: words !== "" });
  };
  scene.on("refused", (refusal) => show(text.editRefused(refusal.code, refusal.text), [refusal]));
  scene.on("synced", ({ made, refused }) => show(text.synced(made, refused.length), refused));
  scene.on("held", (held) => {
    if (held) notices.show(text.held, { key: "store", problem: true, stays: true });
    else notices.hide("store");
  });
}
