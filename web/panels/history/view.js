/** The list of changes, and a player with a slider that shows the canvas as it was. */

import { icon, make, setIcon, setText } from "../../ui/dom.js";
import { definitionOf } from "../../kinds/kinds.js";
import { initialOf, shownName } from "../../lib/foreign.js";
import { text } from "../../text/panels/history.js";
import { historySteps } from "./steps.js";
import { momentText } from "./moment.js";
import { Listbox } from "../../ui/listbox.js";

/** @import {Person} from "../../people/person.js" */
/** @import {Kind, Step} from "./steps.js" */
/** @import {Replay} from "./replay.js" */
/** @import {Timeline} from "./timeline.js" */

/**
 * @typedef {object} HistoryHooks
 * @property {(peerId: string) => Person} describe
 * @property {(id: string) => Kind | undefined} kindOf what an element is now
 * @property {(error: unknown) => void} failed
 */

const ROW_PX = 56;
const SPEEDS = [1, 2, 4, 8];
/** Many changes in a row are read together. */
const PAUSE_MS = 400;

export class HistoryView {
  #timeline;
  #replay;
  #hooks;
  #list;
  /** Latest first, by key. @type {Map<string, Step>} */
  #steps = new Map();
  #slider = make("input", { type: "range", class: "slider", "aria-label": text.moment, step: "1" });
  #moment = make("p", { class: "moment" });
  #play = make("button", { type: "button", class: "round primary", "data-action": "play", "aria-label": text.play, title: text.play }, icon("play"));
  #empty = make("p", { class: "panel-empty" }, text.reading);
  #earlier = make("button", { type: "button", class: "small", hidden: "" }, text.readEarlier);
  #player;
  #open = false;
  #reading = false;
  #stale = false;
  node;

  /**
   * @param {Timeline} timeline
   * @param {Replay} replay
   * @param {HistoryHooks} hooks
   */
  constructor(timeline, replay, hooks) {
    this.#timeline = timeline;
    this.#replay = replay;
    this.#hooks = hooks;
    this.#list = new Listbox(text.historyList, {
      height: ROW_PX,
      draw: (row, key) => this.#draw(row, key),
      words: (key) => this.#words(key),
    });
    this.#list.on("chosen", ([key]) => {
      const step = this.#steps.get(key ?? "");
      if (step) replay.goTo(step.last);
    });
    this.#player = make("div", { class: "player" });
    this.#player.append(this.#moment, this.#play, this.#slider, this.#speedChoice());
    this.#slider.addEventListener("input", () => this.#slide());
    this.#play.addEventListener("click", () => (replay.playing ? replay.pause() : replay.play()));
    this.#earlier.addEventListener("click", () => this.#readEarlier());
    this.node = make("div", { class: "history" });
    this.node.append(this.#player, this.#empty, this.#list.node, this.#earlier);
    replay.on("moved", () => this.#showMoment());
  }

  /** @param {boolean} open whether it is in sight */
  setOpen(open) {
    this.#open = open;
    if (open) this.refresh();
  }

  /** The scene has changed: read what is new, while somebody looks. */
  async refresh() {
    if (!this.#open) return;
    if (this.#reading) {
      this.#stale = true;
      return;
    }
    this.#reading = true;
    try {
      do {
        this.#stale = false;
        await this.#timeline.refresh();
        this.#show();
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      } while (this.#stale && this.#open);
    } catch (error) {
      this.#hooks.failed(error);
    } finally {
      this.#reading = false;
    }
  }

  async #readEarlier() {
    try {
      await this.#timeline.readEarlier();
      this.#show();
      this.#list.node.focus();
    } catch (error) {
      this.#hooks.failed(error);
    }
  }

  #show() {
    const { entries, complete } = this.#timeline;
    const steps = historySteps(entries, this.#hooks.kindOf).reverse();
    this.#steps = new Map(steps.map((step) => [String(step.first), step]));
    this.#list.show([...this.#steps.keys()]);
    setText(this.#empty, text.noHistory);
    this.#empty.hidden = steps.length > 0;
    this.#player.hidden = this.#list.node.hidden = steps.length === 0;
    this.#earlier.hidden = complete || steps.length === 0;
    this.#showMoment();
  }

  #slide() {
    const revision = Number(this.#slider.value);
    if (revision >= this.#timeline.revision) this.#replay.toNow();
    else this.#replay.goTo(revision);
  }

  #showMoment() {
    const { entries, revision: latest, firstRevision } = this.#timeline;
    const revision = this.#replay.revision ?? latest;
    this.#slider.min = String(Math.max(firstRevision, (entries[0]?.revision ?? 1) - 1));
    this.#slider.max = String(latest);
    this.#slider.value = String(revision);
    const words = this.#replay.revision === null ? text.atNow : momentText(this.#timeline, revision);
    setText(this.#moment, words);
    this.#slider.setAttribute("aria-valuetext", words);
    const label = this.#replay.playing ? text.pause : text.play;
    this.#play.setAttribute("aria-label", label);
    this.#play.title = label;
    const symbol = this.#play.firstElementChild;
    if (symbol instanceof SVGSVGElement) setIcon(symbol, this.#replay.playing ? "pause" : "play");
    const step = this.#replay.revision === null ? undefined : this.#stepOf(revision);
    this.#list.select(new Set(step ? [String(step.first)] : []));
  }

  /**
   * @param {number} revision
   * @returns {Step | undefined}
   */
  #stepOf(revision) {
    for (const step of this.#steps.values()) if (step.first <= revision) return step;
    return undefined;
  }

  #speedChoice() {
    const choice = make("select", { "aria-label": text.speed });
    for (const factor of SPEEDS) choice.append(make("option", { value: String(factor) }, text.times(factor)));
    choice.addEventListener("change", () => (this.#replay.speed = Number(choice.value)));
    return choice;
  }

  // --- a row -----------------------------------------------------------------------------------

  /**
   * @param {HTMLElement} row
   * @param {string} key
   */
  #draw(row, key) {
    const step = this.#steps.get(key);
    if (!step) return;
    const who = this.#nameOf(step);
    const person = step.peerId ? this.#hooks.describe(step.peerId) : null;
    const avatar = make("span", { class: "avatar", "aria-hidden": "true" }, initialOf(who));
    avatar.style.setProperty("--hue", String(person?.hue ?? 230));
    row.replaceChildren(
      avatar,
      make("span", { class: "row-words" }, this.#words(key)),
      make("time", { class: "row-time", datetime: new Date(step.timestamp).toISOString() }, this.#timeOf(step)),
    );
  }

  /** @param {string} key */
  #words(key) {
    const step = this.#steps.get(key);
    return step ? text.happened(this.#nameOf(step), step.deed, this.#what(step), step.restored) : "";
  }

  /** @param {Step} step */
  #timeOf({ timestamp }) {
    const isToday = new Date(timestamp).toDateString() === new Date().toDateString();
    return isToday ? text.time(timestamp) : `${text.day(timestamp)}, ${text.time(timestamp)}`;
  }

  /** @param {Step} step */
  #nameOf({ name, peerId, server }) {
    if (server) return name ? text.atServer(name, server) : server;
    return name || (peerId ? this.#hooks.describe(peerId).name : text.program);
  }

  /** @param {Step} step */
  #what({ ids, kind }) {
    if (ids.length > 1) return text.several(ids.length);
    if (!kind) return text.something;
    const { inHistory, describe } = definitionOf(kind);
    return (inHistory ?? describe)(kind, (peerId) => this.#nameOfOwner(peerId));
  }

  /**
   * The name of somebody who may have left.
   *
   * @param {string} peerId
   */
  #nameOfOwner(peerId) {
    const person = this.#hooks.describe(peerId);
    if (person.present) return person.name;
    const entry = this.#timeline.entries.findLast((one) => one.peer_id === peerId && one.display_name);
    return shownName(entry?.display_name) || person.name;
  }
}
