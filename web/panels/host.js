/** Makes the tabs of the drawer and connects them with the canvas; the panels in them are loaded when they are needed. */

import { storageKey } from "../lib/site.js";
import { Emitter } from "../lib/emitter.js";
import { readText, writeText } from "../lib/stored.js";
import { byId, icon, make, setText } from "../ui/dom.js";
import { Part } from "../ui/part.js";
import { text as inviteText } from "../text/invite.js";
import { text } from "../text/panels/history.js";
import { panels } from "./panels.js";
import { Drawer } from "./drawer.js";

/** @import {DrawerNodes} from "./drawer.js" */
/** @import {Panel, PanelContext, PanelDefinition} from "./panel.js" */

/** The panel that is open, for a reload of the window. */
const KEY = storageKey("panel");
/** Kept in its place where the person has closed the drawer. */
const CLOSED = "none";
/** There the drawer is open with the people, unless the person has closed it. */
const WIDE = "(min-width: 1100px)";
const FIRST = "people";
/** Most that a badge counts to. */
const MOST = 99;

/** @extends {Emitter<{shown: string | null}>} `shown`: the panel in sight; `null`: the drawer is closed */
export class PanelHost extends Emitter {
  #parts;
  #drawer;
  #past = new Part(async () => (await import("./history/past.js")).createPast(this.#parts));
  /** By name. @type {Map<string, Part<Panel>>} */
  #panels = new Map();
  /** Those that are there. @type {Map<string, Panel>} */
  #created = new Map();
  /** How many unread things a panel has, beside its button. @type {Map<string, HTMLElement>} */
  #badges = new Map();
  /** @type {ReadonlySet<string>} */
  #selected = new Set();

  /**
   * @param {Omit<PanelContext, "timeline" | "replay">} parts
   * @param {DrawerNodes} rooms
   */
  constructor(parts, rooms) {
    super();
    const { sceneView, notices } = parts;
    this.#parts = parts;
    this.#drawer = new Drawer(rooms);
    for (const definition of panels) {
      const { name, label, icon: symbol, here } = definition;
      const room = here ? byId(here, HTMLElement) : make("div", { class: "panel-room", "aria-busy": "true" });
      if (!here) this.#panels.set(name, new Part(() => this.#create(definition, room)));
      const badge = make("span", { class: "badge", hidden: "" });
      const words = make("span", {}, label);
      const tab = make("button", { type: "button", class: "rail-button", "data-panel": name }, icon(symbol), words, badge);
      this.#badges.set(name, badge);
      this.#drawer.add(name, label, room, tab);
    }
    let isAsked = false;
    this.#drawer.on("shown", (name) => {
      for (const [own, panel] of this.#created) panel.setOpen?.(own === name);
      if (isAsked) writeText("window", KEY, name ?? CLOSED);
      this.emit("shown", name);
      void this.#panels.get(name ?? "")?.use(() => {}, notices);
    });
    sceneView.on("blocked", (why) => {
      notices.show(why === "past" ? text.pastIsFixed : inviteText.readOnly, { key: "fixed" });
    });
    const wide = matchMedia(WIDE);
    const begin = () => {
      isAsked = false;
      this.#drawer.restore(readText("window", KEY) ?? (wide.matches ? FIRST : null));
      isAsked = true;
    };
    begin();
    wide.addEventListener("change", begin);
    rooms.node.removeAttribute("data-early");
    for (const link of document.querySelectorAll(`a[href="#${FIRST}"]`)) link.addEventListener("click", () => this.open(FIRST));
  }

  /** What can be loaded ahead. */
  get parts() {
    return this.#panels.values();
  }

  /**
   * @param {PanelDefinition} definition
   * @param {HTMLElement} room where it is to be
   */
  async #create({ name, load }, room) {
    if (!load) throw new TypeError(`the panel ${name} has no module`);
    const [{ create }, past] = await Promise.all([load(), this.#past.load()]);
    const panel = create({ ...this.#parts, ...past });
    this.#created.set(name, panel);
    room.replaceWith(panel.node);
    panel.select?.(this.#selected);
    panel.showPeople?.();
    panel.setOpen?.(this.#drawer.current === name);
    return panel;
  }

  /** @param {ReadonlySet<string>} ids selected on the canvas */
  select(ids) {
    this.#selected = ids;
    for (const panel of this.#created.values()) panel.select?.(ids);
  }

  /** The panel in sight, `null`: the drawer is closed. */
  get current() {
    return this.#drawer.current;
  }

  /** @param {string} name @param {HTMLElement} [opener] gets the focus back */
  toggle(name, opener) {
    if (this.current === name) this.#drawer.close();
    else this.open(name, { ...(opener && { opener }) });
  }

  close() {
    this.#drawer.close();
  }

  /**
   * Show beside its button how much a panel has that was not read yet.
   *
   * @param {string} name
   * @param {number} count
   */
  badge(name, count) {
    const badge = this.#badges.get(name);
    if (!badge) return;
    badge.hidden = count === 0;
    setText(badge, count > MOST ? `${MOST}+` : String(count));
  }

  /** Names may have changed. */
  showPeople() {
    for (const panel of this.#created.values()) panel.showPeople?.();
  }

  /**
   * @param {string} name
   * @param {{opener?: HTMLElement, peerId?: string}} [how] `opener` gets the focus back; `peerId`: whom it is about
   */
  open(name, { opener, peerId } = {}) {
    if (peerId !== undefined) void this.#panels.get(name)?.use((panel) => panel.choosePeer?.(peerId), this.#parts.notices);
    this.#drawer.open(name, opener);
    if (opener) void this.#panels.get(name)?.use((panel) => panel.focus?.(), this.#parts.notices);
  }

  /**
   * Show how the call with a peer is.
   *
   * @param {string} peerId
   * @param {HTMLElement} opener gets the focus back
   */
  openCall(peerId, opener) {
    this.open("quality", { opener, peerId });
  }
}
