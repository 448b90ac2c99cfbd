/** Makes the parts of the side panel and connects them with the canvas. */

import { readText, writeText } from "../lib/stored.js";
import { icon, make } from "../ui/dom.js";
import { text as inviteText } from "../text/invite.js";
import { text } from "../text/panels/history.js";
import { panels } from "./panels.js";
import { Replay } from "./history/replay.js";
import { SidePanel } from "./sidepanel.js";
import { Timeline } from "./history/timeline.js";

/** @import {Panel, PanelContext} from "./panel.js" */

/** The panel that is open, for a reload of the window. */
const KEY = "canvas-server.panel";

/**
 * Where in the page the panels are: `panel` has the parts, `buttons` the buttons that open them, `people` gives way.
 *
 * @typedef {{panel: HTMLElement, buttons: HTMLElement, people: HTMLElement}} PanelRooms
 */

export class PanelHost {
  #side;
  /** By name. @type {Map<string, Panel>} */
  #panels = new Map();

  /**
   * @param {Omit<PanelContext, "timeline" | "replay">} parts
   * @param {PanelRooms} rooms
   */
  constructor(parts, rooms) {
    const { sceneView, notices, sessionId, joinToken } = parts;
    const timeline = new Timeline(sessionId, (...request) => joinToken.fetch(...request));
    const context = { ...parts, timeline, replay: new Replay(timeline, sceneView) };
    this.#side = new SidePanel(rooms.panel);
    const openers = panels.map((definition) => {
      const { name, label, icon: symbol } = definition;
      const panel = definition.create(context);
      this.#panels.set(name, panel);
      const button = make("button", { type: "button", class: "ghost", "data-panel": name, "aria-label": label, title: label });
      button.append(icon(symbol));
      this.#side.add(name, label, panel.node, button);
      return button;
    });
    rooms.buttons.prepend(...openers);
    this.#side.on("shown", (name) => {
      rooms.people.hidden = name !== null;
      for (const [own, panel] of this.#panels) panel.setOpen?.(own === name);
      writeText("window", KEY, name);
    });
    sceneView.on("blocked", (why) => {
      notices.show(why === "past" ? text.pastIsFixed : inviteText.readOnly, { key: "fixed" });
    });
    this.#side.restore(readText("window", KEY));
  }

  /** @param {ReadonlySet<string>} ids selected on the canvas */
  select(ids) {
    for (const panel of this.#panels.values()) panel.select?.(ids);
  }

  /** Names may have changed. */
  showPeople() {
    for (const panel of this.#panels.values()) panel.showPeople?.();
  }

  /**
   * @param {string} name
   * @param {{opener?: HTMLElement, peerId?: string}} [how] `opener` gets the focus back; `peerId`: whom it is about
   */
  open(name, { opener, peerId } = {}) {
    if (peerId !== undefined) this.#panels.get(name)?.choosePeer?.(peerId);
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
