/** The tile of a camera or a screen: the picture, or a still in its place, and the name. */

import { icon, make, setText } from "../../ui/dom.js";
import { callIsOver } from "../../people/person.js";
import { text } from "../../text/calls.js";
import { text as devices } from "../../text/devices.js";
import { text as layouts } from "../../text/layouts.js";

/** @import {Person} from "../../people/person.js" */
/** @import {Video} from "../../types/messages.js" */
/** @import {TileHooks} from "../definition.js" */

export class VideoTile {
  #slot = make("div", { class: "tile-picture" });
  #initial = make("span", { class: "avatar", "aria-hidden": "true" });
  #join;
  #name = make("span", { class: "tile-name" });
  #away = make("span", { class: "tile-away" }, text.away);
  #muted = make("span", { class: "tile-muted", role: "img", "aria-label": text.muted }, icon("mic-off"));
  #hand = make("span", { class: "tile-hand", role: "img", "aria-label": layouts.hand, hidden: "" }, icon("hand"));
  #pin = make("button", { type: "button", "data-view": "pin" }, icon("pin"));
  #fill = make("button", { type: "button", "data-view": "fill" }, icon("expand"));
  /** @type {HTMLInputElement | null} */
  #volume = null;
  /** @type {HTMLElement | null} */
  #badge = null;
  #badgeFor;
  #videos;
  #streamId;
  #source;

  /**
   * @param {HTMLElement} node the element's node on the canvas
   * @param {string} streamId
   * @param {{peerId: string, source: "camera" | "screen"}} owner
   * @param {TileHooks} hooks
   */
  constructor(node, streamId, { peerId, source }, { videos, join, badgeFor }) {
    this.peerId = peerId;
    this.node = node;
    this.#streamId = streamId;
    this.#source = source;
    this.#videos = videos;
    this.#badgeFor = () => badgeFor(peerId);
    this.#join = make("button", { type: "button", class: "primary small", "data-action": "join" });
    this.#join.append(icon("phone"), text.join);
    this.#join.addEventListener("click", () => join(peerId));
    node.classList.add("tile");
    node.dataset["source"] = source;
    node.append(
      this.#slot,
      make("div", { class: "tile-still" }, this.#initial, this.#join),
      make("div", { class: "tile-label" }, this.#name, this.#away, this.#muted),
      this.#hand,
      make("div", { class: "tile-actions" }, this.#pin, this.#fill), // layouts/room.js acts
    );
    videos.addSlot(streamId, this.#slot);
  }

  /** Those of others can be made quieter; it is seen when the tile is pointed at or has the focus. */
  #offerVolume() {
    const { sound } = this.#videos;
    const slider = make("input", { type: "range", class: "tile-volume", min: "0", max: "1", step: "0.05" });
    slider.valueAsNumber = sound.volumeOf(this.#streamId);
    slider.addEventListener("input", () => sound.setVolume(this.#streamId, slider.valueAsNumber));
    this.node.append(slider);
    return slider;
  }

  /** Those of others say how good the call is, at their camera. */
  #offerBadge() {
    const badge = this.#badgeFor();
    this.node.append(badge);
    return badge;
  }

  /** @param {Video} kind */
  show({ mirror = false, crop }) {
    this.#slot.classList.toggle("mirrored", mirror);
    const { x = 0, y = 0, width = 1, height = 1 } = crop ?? {};
    const style = this.#slot.style;
    style.setProperty("--crop-width", `${100 / Math.max(width, 0.01)}%`);
    style.setProperty("--crop-height", `${100 / Math.max(height, 0.01)}%`);
    style.setProperty("--crop-left", `${(-100 * x) / Math.max(width, 0.01)}%`);
    style.setProperty("--crop-top", `${(-100 * y) / Math.max(height, 0.01)}%`);
  }

  /** @param {Person} person */
  setPerson(person) {
    const screen = this.#source === "screen";
    const named = person.own ? text.youNamed(person.name) : text.named(person.name, person.server);
    const shown = screen ? text.screenNamed(named) : named;
    setText(this.#name, shown);
    setText(this.#initial, person.initial);
    this.node.style.setProperty("--hue", String(person.hue));
    this.node.setAttribute("aria-label", screen ? text.screenTile(shown) : text.tile(shown));
    // Whose role lets them only watch has no picture; what is left of the tile is for its server to take away.
    this.node.toggleAttribute("data-unheard", person.present && !person.heard);
    this.node.toggleAttribute("data-camera-off", !screen && person.media?.video === false);
    const interrupted = person.callState === "reconnecting";
    this.#away.hidden = person.own || !person.present || (person.connected && !interrupted);
    this.node.toggleAttribute("data-interrupted", interrupted);
    this.#muted.hidden = screen || person.media?.audio !== false;
    this.node.toggleAttribute("data-speaking", !screen && person.speaking);
    this.#hand.hidden = screen || person.hand == null;
    for (const [button, words] of /** @type {const} */ ([[this.#pin, layouts.pin(shown)], [this.#fill, layouts.fill(shown)]])) {
      if (button.title === words) continue;
      button.title = words;
      button.setAttribute("aria-label", words);
    }
    if (!person.own) this.#volume ??= this.#offerVolume();
    if (!person.own && !screen) this.#badge ??= this.#offerBadge();
    this.#volume?.setAttribute("aria-label", devices.volume(shown));
    this.#join.hidden = person.own || !person.present || !callIsOver(person.callState);
    this.#join.disabled = !person.callable;
    this.#join.setAttribute("aria-label", text.joinPeer(person.name));
  }

  close() {
    this.#videos.removeSlot(this.#streamId, this.#slot);
  }
}
