/** The panel with the history of the canvas: who did what, and the canvas as it was. */

import { byId } from "../../ui/dom.js";
import { coalesce } from "../../lib/coalesce.js";
import { historyFaultText, text } from "../../text/panels/history.js";
import { confirmed } from "../../ui/dialog.js";
import { HistoryBanner } from "./banner.js";
import { momentText } from "./moment.js";
import { HistoryFailure } from "./timeline.js";
import { HistoryView } from "./view.js";

/** @import {Panel, PanelContext} from "../panel.js" */

/** A restore that takes longer is announced. */
const PATIENCE_MS = 1_000;

/**
 * @param {PanelContext} context
 * @returns {Panel}
 */
export function create({ scene, sceneView, timeline, replay, notices, describePerson }) {
  const canvas = byId("canvas", HTMLElement);
  /** @param {unknown} error */
  const fail = (error) => {
    if (!(error instanceof HistoryFailure)) throw error;
    notices.show(historyFaultText(error.message), { problem: true, key: "history" });
  };
  const history = new HistoryView(timeline, replay, {
    describe: describePerson,
    kindOf: (id) => scene.get(id)?.kind,
    failed: fail,
  });
  const banner = new HistoryBanner(canvas, { back: () => replay.toNow(), restore: () => void restore() });
  replay.on("moved", () => banner.show(replay.revision === null ? null : momentText(timeline, replay.revision)));
  replay.on("failed", fail);
  sceneView.on("looked", (isPast) => canvas.toggleAttribute("data-past", isPast));
  const refresh = coalesce(() => history.refresh());
  scene.on("changed", refresh);
  scene.on("replaced", refresh);

  /** Ask, then make the canvas what it was at the moment that is shown. */
  async function restore() {
    const { revision } = replay;
    if (revision === null) return;
    replay.pause();
    const question = text.restoreQuestion(momentText(timeline, revision), timeline.revision - revision);
    if (!(await confirmed(text.restoreTitle, question, text.restoreNow))) return;
    banner.setBusy(true);
    const waits = setTimeout(() => notices.show(text.restoreWaits, { key: "restore", stays: true }), PATIENCE_MS);
    const refusal = await scene.restore(revision);
    clearTimeout(waits);
    banner.setBusy(false);
    if (refusal) return notices.show(historyFaultText(refusal.code), { problem: true, key: "restore" });
    replay.toNow();
    notices.show(text.restored, { key: "restore" });
  }

  return history;
}
