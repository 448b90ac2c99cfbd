/** Makes the panels beside the canvas and connects them with it. */

import { byId } from "../ui/dom.js";
import { CallsPanel } from "../monitor/callspanel.js";
import { isRemovable } from "../kinds/kinds.js";
import { coalesce } from "../lib/coalesce.js";
import { text as inviteText } from "../text/invite.js";
import { historyFaultText, text } from "../text/panels.js";
import { PastBanner } from "../ui/banner.js";
import { confirmed } from "../ui/dialog.js";
import { ExportMenu } from "./exportmenu.js";
import { offerHelp } from "../tools/help.js";
import { HistoryView } from "./historyview.js";
import { Outline } from "./outline.js";
import { Replay } from "./replay.js";
import { SidePanel } from "./sidepanel.js";
import { HistoryFailure, Timeline } from "./timeline.js";

/** @import {JoinToken} from "../connection/jointoken.js" */
/** @import {OptimisticScene} from "../scene/optimisticscene.js" */
/** @import {VerifiedCalls} from "../security/verifiedcalls.js" */
/** @import {Diagnoses} from "../monitor/diagnoses.js" */
/** @import {Monitor} from "../monitor/monitor.js" */
/** @import {Notices} from "../app/notices.js" */
/** @import {Person} from "../people/person.js" */
/** @import {SceneView} from "./sceneview.js" */
/** @import {Described} from "../tools/help.js" */

/**
 * @typedef {object} PanelParts
 * @property {string} sessionId
 * @property {OptimisticScene} draft
 * @property {SceneView} shown what the canvas shows of it
 * @property {{monitor: Monitor, diagnoses: Diagnoses, compared: VerifiedCalls}} quality of the calls
 * @property {JoinToken} pass
 * @property {Notices} notices
 * @property {(peerId: string) => Person} describePerson
 * @property {(id: string) => string} describe words for an element
 * @property {(ids: string[]) => void} choose select these and bring the last one in sight
 * @property {(id: string) => void} edit begin to edit an element's text
 * @property {() => boolean} mayEdit
 * @property {Described[]} commands what the help tells of
 */

/** What takes longer is told. */
const PATIENCE_MS = 1_000;

export class Panels {
  #parts;
  #panel;
  #outline;
  #history;
  #calls;
  #replay;
  #timeline;
  #banner;

  /** @param {PanelParts} parts */
  constructor(parts) {
    this.#parts = parts;
    const { draft, shown, notices, sessionId } = parts;
    const openers = /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("[data-panel]"));
    this.#panel = new SidePanel(byId("panel", HTMLElement), openers);
    this.#outline = new Outline(shown, {
      describe: parts.describe,
      choose: parts.choose,
      edit: parts.edit,
      remove: (ids) => shown.edit(ids.map((id) => ({ op: "remove", id }))),
      clear: () => void this.clear(),
      mayEdit: parts.mayEdit,
    });
    this.#timeline = new Timeline(sessionId, (...request) => parts.pass.fetch(...request));
    this.#replay = new Replay(this.#timeline, shown);
    this.#history = new HistoryView(this.#timeline, this.#replay, {
      describe: parts.describePerson,
      kindOf: (id) => draft.get(id)?.kind,
      failed: (error) => this.#say(error),
    });
    const menu = new ExportMenu(sessionId, parts.pass, notices);
    this.#banner = new PastBanner(byId("canvas", HTMLElement), {
      back: () => this.#replay.toNow(),
      restore: () => this.#restore(),
    });
    this.#panel.add("elements", text.tabs.elements, this.#outline.node);
    this.#panel.add("history", text.tabs.history, this.#history.node);
    this.#panel.add("save", text.tabs.save, menu.node);
    this.#calls = new CallsPanel(parts.quality, (peerId) => parts.describePerson(peerId).name);
    this.#panel.add("calls", text.tabs.calls, this.#calls.node);
    this.#panel.on("shown", (name) => {
      byId("people", HTMLElement).hidden = name !== null;
      this.#outline.setOpen(name === "elements");
      this.#history.setOpen(name === "history");
      this.#calls.setOpen(name === "calls");
    });
    this.#replay.on("moved", () => {
      const { revision } = this.#replay;
      const moment = revision === null ? "" : this.#history.momentText(revision);
      this.#banner.show(revision === null ? null : moment);
      menu.showMoment(revision, moment);
    });
    shown.on("looked", (isPast) => byId("canvas", HTMLElement).toggleAttribute("data-past", isPast));
    shown.on("blocked", (why) => notices.show(why === "past" ? text.pastIsFixed : inviteText.readOnly, { key: "fixed" }));
    this.#replay.on("failed", (error) => this.#say(error));
    const refresh = coalesce(() => this.#history.refresh());
    draft.on("changed", refresh);
    draft.on("replaced", refresh);
    offerHelp(byId("help", HTMLButtonElement), parts.commands);
  }

  /** @param {ReadonlySet<string>} ids selected on the canvas */
  select(ids) {
    this.#outline.select(ids);
  }

  /**
   * Show how the call with a peer is.
   *
   * @param {string} peerId
   * @param {HTMLElement} opener gets the focus back
   */
  openCall(peerId, opener) {
    this.#calls.choose(peerId);
    this.#panel.open("calls", opener);
  }

  /** Show the list of elements. */
  openElements() {
    this.#panel.open("elements");
  }

  /**
   * Ask, then remove everything but the cameras.
   *
   * @returns {Promise<boolean>} whether it was done
   */
  async clear() {
    const { draft, notices } = this.#parts;
    const count = [...draft.elements()].filter(({ kind }) => isRemovable(kind)).length;
    if (!(await confirmed(text.clearTitle, text.clearQuestion(count), text.clearNow))) return false;
    const refusal = await draft.clear();
    const words = refusal ? historyFaultText(refusal.code) : text.cleared;
    notices.show(words, { problem: refusal !== null, key: "clear" });
    return refusal === null;
  }

  /** Names may have changed. */
  showPeople() {
    this.#outline.showPeople();
    this.#calls.show();
  }

  async #restore() {
    const { revision } = this.#replay;
    if (revision === null) return;
    this.#replay.pause();
    const count = this.#timeline.revision - revision;
    const question = text.restoreQuestion(this.#history.momentText(revision), count);
    if (!(await confirmed(text.restoreTitle, question, text.restoreNow))) return;
    this.#banner.setBusy(true);
    const { notices } = this.#parts;
    const waits = setTimeout(() => notices.show(text.restoreWaits, { key: "restore", stays: true }), PATIENCE_MS);
    const refusal = await this.#parts.draft.restore(revision);
    clearTimeout(waits);
    this.#banner.setBusy(false);
    if (refusal) {
      notices.show(historyFaultText(refusal.code), { problem: true, key: "restore" });
      return;
    }
    this.#replay.toNow();
    notices.show(text.restored, { key: "restore" });
  }

  /** @param {unknown} error */
  #say(error) {
    if (!(error instanceof HistoryFailure)) throw error;
    this.#parts.notices.show(historyFaultText(error.message), { problem: true, key: "history" });
  }
}
