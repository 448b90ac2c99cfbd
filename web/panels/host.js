/** Makes the tabs of the side panel and connects them with the canvas; the panels in them are loaded when they are needed. */

import { storageKey } from "../lib/site.js";
import { readText, writeText } from "../lib/stored.js";
import { icon, make } from "../ui/dom.js";
import { Part } from "../ui/part.js";
import { text as inviteText } from "../text/invite.js";
import { text } from "../text/panels/history.js";
import { panels } from "./panels.js";
import { SidePanel } from "./sidepanel.js";

/** @import {Panel, PanelContext, PanelDefinition} from "./panel.js" */

/** The panel that is open, for a reload of the window. */
const KEY = storageKey("panel");

/**
 * Where in the page the panels are: `panel` has the parts, `buttons` the buttons that open them, `people` gives way.
 *
 * @typedef {{panel: HTMLElement, buttons: HTMLElement, people: HTMLElement}} PanelRooms
 */

export class PanelHost {
  #parts;
  #side;
  #past = new Part(async () => (await import("./history/past.js")).createPast(this.#parts));
  /** By name. @type {Map<string, Part<Panel>>} */
  #panels = new Map();
  /** Those that are there. @type {Map<string, Panel>} */
  #created = new Map();
  /** @type {ReadonlySet<string>} */
  #selected = new Set();

  /**
   * @param {Omit<PanelContext, "timeline" | "replay">} parts
   * @param {PanelRooms} rooms
   */
  constructor(parts, rooms) {
    const { sceneView, notices } = parts;
    this.#parts = parts;
    this.#side = new SidePanel(rooms.panel);
    const openers = panels.map((definition) => {
      const { name, label, icon: symbol } = definition;
      const room = make("div", { class: "panel-room", "aria-busy": "true" });
      this.#panels.set(name, new Part(() => this.#create(definition, room)));
      const button = make("button", { type: "button", class: "ghost", "data-panel": name, "aria-label": label, title: label });
      button.append(icon(symbol));
      this.#side.add(name, label, room, button);
      return button;
    });
    rooms.buttons.prepend(...openers);
    this.#side.on("shown", (name) => {
      rooms.people.hidden = name !== null;
      for (const [own, panel] of this.#created) panel.setOpen?.(own === name);
      writeText("window", KEY, name);
      void this.#panels.get(name ?? "")?.use(() => {}, notices);
    });
    sceneView.on("blocked", (why) => {
      notices.show(why === "past" ? text.pastIsFixed : inviteText.readOnly, { key: "fixed" });
    });
    this.#side.restore(readText("window", KEY));
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
    const [{ create }, past] = await Promise.all([load(), this.#past.load()]);
    const panel = create({ ...this.#parts, ...past });
    this.#created.set(name, panel);
    room.replaceWith(panel.node);
    panel.select?.(this.#selected);
    panel.showPeople?.();
    panel.setOpen?.(this.#side.current === name);
    return panel;
  }

  /** @param {ReadonlySet<string>} ids selected on the canvas */
  select(ids) {
    this.#selected = ids;
    for (const panel of this.#created.values()) panel.select?.(ids);
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
    this.#side.open(name, opener);
  }

  /**
   * Show how the call with a peer is.
   *
   * @param {string} peerId
   * @param {HTMLElement} opener gets the focus back
   */
  openCall(peerId, opener) {
    this.open("calls", { opener, peerId });
  }
}
