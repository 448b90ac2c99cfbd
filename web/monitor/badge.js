/** Badge of a call's quality on the tile of each camera; it opens the figures. */

import { icon, make, setIcon } from "../ui/dom.js";
import { text } from "../text/monitor.js";

/** @import {Level} from "./rating.js" */
/** @import {Monitor} from "./monitor.js" */

/** @typedef {{node: HTMLButtonElement, sign: SVGSVGElement}} Badge */

export class Badges {
  #monitor;
  #nameOf;
  #open;
  /** By peer. @type {Map<string, Badge>} */
  #badges = new Map();

  /**
   * @param {Monitor} monitor
   * @param {(peerId: string) => string} nameOf
   * @param {(peerId: string, opener: HTMLElement) => void} open the figures of a call
   */
  constructor(monitor, nameOf, open) {
    this.#monitor = monitor;
    this.#nameOf = nameOf;
    this.#open = open;
    monitor.on("sampled", () => {
      for (const [peerId, badge] of this.#badges) {
        if (badge.node.isConnected) this.#show(peerId, badge);
        else this.#badges.delete(peerId); // its tile is gone
      }
    });
  }

  /**
   * @param {string} peerId
   * @returns {HTMLElement} to be put on the tile; hidden while there is no call
   */
  nodeFor(peerId) {
    const present = this.#badges.get(peerId);
    if (present) return present.node;
    const sign = icon("signal-good");
    const node = make("button", { type: "button", class: "tile-signal", hidden: "" }, sign);
    node.addEventListener("click", () => this.#open(peerId, node));
    const badge = { node, sign };
    this.#badges.set(peerId, badge);
    this.#show(peerId, badge);
    return node;
  }

  /**
   * Touches the page only where something is new, once a second for every tile.
   *
   * @param {string} peerId
   * @param {Badge} badge
   */
  #show(peerId, { node, sign }) {
    const state = this.#monitor.isLive(peerId) ? this.#monitor.stateOf(peerId) : null;
    if (node.hidden !== (state === null)) node.hidden = state === null;
    if (!state) return;
    const words = text.rating(state.rating, state.present);
    if (node.title === words && node.dataset["level"] === state.rating.level) return;
    node.title = words;
    node.setAttribute("aria-label", text.badge(this.#nameOf(peerId), words));
    showLevel(node, sign, state.rating.level);
  }
}

/**
 * @param {HTMLElement} node
 * @param {SVGSVGElement} sign in it
 * @param {Level} level shown by colour and by shape
 */
export function showLevel(node, sign, level) {
  if (node.dataset["level"] === level) return;
  node.dataset["level"] = level;
  setIcon(sign, `signal-${level}`);
}
