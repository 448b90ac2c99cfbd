/** Wires the optimistic scene to the connection, and reports what became of edits. */

import { firstOf } from "../lib/unicode.js";
import { copy } from "./page.js";
import { reduced, savedBatchesOf } from "../scene/savededits.js";
import { text } from "../text/canvas.js";

/** @import {CanvasConnection} from "../protocol.js" */
/** @import {Refusal} from "../scene/editqueue.js" */
/** @import {SavedBatch} from "../scene/savededits.js" */
/** @import {Unsaved} from "../ui/unsaved.js" */
/** @import {OptimisticScene} from "../scene/optimisticscene.js" */
/** @import {Notices} from "./notices.js" */

/** Of a text that the server refused, in a notice. */
const MOST_WORDS = 1_000;
/** Too much waited to be sent: the time to let some of it go before edits are sent again. */
const OVERFLOW_MS = 1_000;

/** What waits longer than that is kept for a page that comes after this one. */
const KEEP_MS = 500;

/**
 * @param {OptimisticScene} scene
 * @param {CanvasConnection} connection
 */
export function connectScene(scene, connection) {
  const follow = () => {
    if (connection.state === "closed") scene.close();
    else scene.setOnline(connection.state === "open");
  };
  connection.on("state", follow);
  connection.on("lost", () => scene.lost());
  connection.on("overflow", () => {
    scene.lost();
    setTimeout(follow, OVERFLOW_MS);
  });
  // A reload finds them again; a window that is closed for good takes them with it.
  addEventListener("beforeunload", (event) => {
    if (scene.unconfirmed > 0 && connection.state !== "closed") event.preventDefault();
  });
}

/**
 * Keep unanswered edits in this window, through a reload or a crash of its page.
 *
 * @param {OptimisticScene} scene
 * @param {Unsaved<SavedBatch[]>} unsaved
 * @param {boolean} isBack there was a page before this one, and this is no copy of its window
 */
export function keepEdits(scene, unsaved, isBack) {
  if (isBack) scene.resume(savedBatchesOf(unsaved.recall()));
  let timer = 0;
  const keep = () => {
    clearTimeout(timer);
    timer = 0;
    if (scene.unconfirmed === 0) return unsaved.forget();
    let { saved } = scene;
    while (!unsaved.keep(saved) && saved.length > 0) saved = reduced(saved);
  };
  scene.on("waiting", () => (timer ||= window.setTimeout(keep, KEEP_MS)));
  addEventListener("pagehide", keep);
  document.addEventListener("visibilitychange", keep); // a phone ends pages that are not seen, without a word
  if (!isBack) keep();
}

/**
 * Show notices of edits that are refused, made after being offline, or held back.
 *
 * @param {OptimisticScene} scene
 * @param {CanvasConnection} connection
 * @param {Notices} notices
 */
export function showEditOutcomes(scene, connection, notices) {
  connection.on("state", (state) => {
    const { unconfirmed } = scene;
    if (state === "closed" && unconfirmed > 0) notices.show(text.unsent(unconfirmed), { key: "unsent", problem: true, stays: true });
  });

  /** @param {string} message @param {readonly Refusal[]} refused */
  const show = (message, refused) => {
    const lost = refused.flatMap(({ words }) => words || []).join("\n");
    const words = lost && text.yourWords(firstOf(lost, MOST_WORDS));
    const problem = refused.length > 0;
    // Words are nowhere else: no later notice takes their place.
    const keep = () => notices.show(`${message} ${words}`, { problem, stays: true, action: { label: text.copyWords, act } });
    const act = async () => void ((await copy(lost)) || keep());
    if (words) keep();
    else notices.show(message, { key: "edit", problem });
  };
  scene.on("refused", (refusal) => show(text.editRefused(refusal.code, refusal.text), [refusal]));
  scene.on("synced", ({ made, refused }) => show(text.synced(made, refused.length), refused));
  scene.on("kept", ({ code }) => notices.show(text.wordsKept(code), { key: `kept ${code}`, problem: true, stays: true }));
  scene.on("held", (held) => {
    if (held) notices.show(text.held, { key: "store", problem: true, stays: true });
    else notices.hide("store");
  });
}
