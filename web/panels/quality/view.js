/** The view of how calls are: figures, lines of the last minutes, a table to save. */

import { icon, make, setText } from "../../ui/dom.js";
import { errorName, log } from "../../lib/log.js";
import { save } from "../../ui/save.js";
import { diagnosisText } from "../../text/diagnosis.js";
import { showCode } from "../../security/dialog.js";
import { text } from "../../text/monitor.js";
import { text as security } from "../../text/security.js";
import { showLevel } from "../../monitor/badge.js";
import { csvOf } from "../../monitor/csv.js";
import { Figures } from "../../monitor/figures.js";
import { PLOTS } from "../../monitor/lines.js";
import { Plot } from "../../monitor/plot.js";
import { loadPlots } from "../../monitor/uplot.js";

/** @import {PlotName} from "../../monitor/lines.js" */
/** @import {Diagnoses} from "../../monitor/diagnoses.js" */
/** @import {Monitor} from "../../monitor/monitor.js" */
/** @import {VerifiedCalls} from "../../security/verifiedcalls.js" */

export class CallsView {
  #monitor;
  #diagnoses;
  #nameOf;
  #compared;
  #open = false;
  #plotsRequested = false;
  /** Whose call is shown. @type {string | null} */
  #peerId = null;
  #choice = make("select", { id: "calls-peer" });
  #sign = icon("signal-good");
  #words = make("span");
  #rating = make("p", { class: "calls-rating" }, this.#sign, this.#words);
  #over = make("p", { class: "calls-over", hidden: "" }, text.over);
  #diagnosis = make("p", { class: "calls-diagnosis", hidden: "" });
  #figures = new Figures();
  #plots = /** @type {PlotName[]} */ (Object.keys(PLOTS)).map((name) => new Plot(name));
  #checkWords = make("span");
  #check = make("button", { type: "button", "data-action": "check-code" }, icon("shield"), this.#checkWords);
  #empty = make("p", { class: "panel-empty" }, text.noCalls);
  #call;
  node;

  /**
   * @param {{monitor: Monitor, diagnoses: Diagnoses, compared: VerifiedCalls}} calls
   * @param {(peerId: string) => string} nameOf
   */
  constructor({ monitor, diagnoses, compared }, nameOf) {
    this.#monitor = monitor;
    this.#compared = compared;
    this.#diagnoses = diagnoses;
    this.#nameOf = nameOf;
    const save = make("button", { type: "button", "data-action": "save-figures" }, icon("download"), text.save);
    save.addEventListener("click", () => this.#save());
    this.#check.addEventListener("click", () => {
      if (this.#peerId !== null) void showCode(compared, this.#peerId, nameOf(this.#peerId)).then(() => this.show());
    });
    this.#choice.addEventListener("change", () => this.choosePeer(this.#choice.value));
    this.#call = make(
      "div",
      { class: "calls-call", hidden: "" },
      make("div", { class: "panel-bar" }, make("label", { for: this.#choice.id }, text.peer), this.#choice),
      make(
        "div",
        { class: "calls-body", tabindex: "0", role: "group", "aria-label": text.figures },
        this.#rating,
        this.#diagnosis,
        this.#over,
        this.#figures.node,
        ...this.#plots.map(({ node }) => node),
      ),
      make("div", { class: "calls-foot" }, this.#check, save),
    );
    this.node = make("div", { class: "calls" });
    monitor.on("sampled", () => this.show());
    diagnoses.on("changed", () => this.show());
  }

  /** @param {boolean} open it is in sight */
  setOpen(open) {
    this.#open = open;
    if (open && !this.node.hasChildNodes()) this.node.append(this.#empty, this.#call);
    this.show();
    if (open && !this.#plotsRequested) this.#loadPlots();
  }

  /** @param {string} peerId whose call is shown from now on */
  choosePeer(peerId) {
    this.#peerId = peerId;
    this.show();
  }

  showPeople() {
    this.show();
  }

  /** Show what is new. */
  show() {
    if (!this.#open) return;
    const peers = this.#offerPeers();
    this.#empty.hidden = peers.length > 0;
    this.#call.hidden = peers.length === 0;
    const state = this.#peerId === null ? null : this.#monitor.stateOf(this.#peerId);
    if (this.#peerId === null || !state) return;
    const live = this.#monitor.isLive(this.#peerId);
    this.#rating.hidden = !live;
    this.#over.hidden = live;
    this.#check.hidden = !live;
    setText(this.#checkWords, this.#compared.has(this.#peerId) ? security.checked : security.check);
    showLevel(this.#rating, this.#sign, state.rating.level);
    setText(this.#words, text.rating(state.rating, state.present));
    const diagnosis = this.#diagnoses.of(this.#peerId);
    this.#diagnosis.hidden = !live || !diagnosis;
    setText(this.#diagnosis, diagnosis ? diagnosisText(diagnosis, [this.#nameOf(this.#peerId)]) : "");
    this.#figures.show(state.present);
    const samples = this.#monitor.samplesOf(this.#peerId);
    for (const plot of this.#plots) plot.show(samples);
  }

  /** @returns {string[]} those there is something to show of, the present calls first */
  #offerPeers() {
    const measured = this.#monitor.peers.filter((peerId) => this.#monitor.stateOf(peerId));
    const order = (/** @type {string} */ peerId) => Number(!this.#monitor.isLive(peerId));
    const peers = measured.sort((a, b) => order(a) - order(b) || this.#nameOf(a).localeCompare(this.#nameOf(b)));
    if (this.#peerId === null || !peers.includes(this.#peerId)) this.#peerId = peers[0] ?? null;
    const offered = peers.map((peerId) => ({
      peerId,
      words: this.#monitor.isLive(peerId) ? this.#nameOf(peerId) : text.ended(this.#nameOf(peerId)),
    }));
    const shown = [...this.#choice.options].map(({ value, text: words }) => ({ peerId: value, words }));
    // An open list would close each second.
    if (JSON.stringify(shown) !== JSON.stringify(offered)) {
      this.#choice.replaceChildren(...offered.map(({ peerId, words }) => make("option", { value: peerId }, words)));
    }
    if (this.#choice.value !== this.#peerId) this.#choice.value = this.#peerId ?? "";
    return peers;
  }

  async #loadPlots() {
    this.#plotsRequested = true;
    try {
      const library = await loadPlots();
      for (const plot of this.#plots) plot.setLibrary(library);
    } catch (error) {
      log("monitor", errorName(error));
      this.#plotsRequested = false; // opening the panel tries again
    }
  }

  #save() {
    if (this.#peerId === null) return;
    const table = new Blob([csvOf(this.#monitor.samplesOf(this.#peerId))], { type: "text/csv" });
    save(table, text.fileName(this.#nameOf(this.#peerId), new Date()));
  }
}
