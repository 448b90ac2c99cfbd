/** Deeds of who moderates: what can be done about a person, who waits to be let in, and who may come in at all (rules ROM3, ROM5, ROM7). */

import { newId } from "../lib/ids.js";
import { text as inviteText } from "../text/invite.js";
import { text } from "../text/people.js";
import { confirmed } from "../ui/dialog.js";
import { make, setText } from "../ui/dom.js";
import { describeWaiting } from "./person.js";

/** @import {Context} from "../app/context.js" */
/** @import {MenuItem} from "../ui/menu.js" */
/** @import {MutePeer, WaitingPeer} from "../types/messages.js" */
/** @import {Person} from "./person.js" */

/** Of the notice that somebody waits. */
const NOTICE = "waiting";

export class Moderation {
  #context;
  /** By peer id, who has waited longest first. @type {Map<string, WaitingPeer>} */
  #waiting = new Map();
  #title = make("h3", {});
  #list = make("ul", { class: "waiting-list" });
  #all = make("button", { type: "button", class: "small", "data-action": "admit-all" }, text.admitAll);
  #waits = make("section", { class: "waiting", hidden: "" }, make("div", { class: "waiting-head" }, this.#title, this.#all), this.#list);
  #lock = this.#switch("lock-session", text.lock, (locked) => ({ locked }));
  #lobby = this.#switch("waiting-room", text.lobby, (lobby) => ({ lobby }));
  #settings = make("fieldset", { class: "access", hidden: "" }, make("legend", {}, text.access), this.#lock.row, this.#lobby.row);
  #changed;

  /**
   * @param {Context} context
   * @param {HTMLElement} panel of the people: who waits stands above them, who may come in below
   * @param {(count: number) => void} changed so many wait
   */
  constructor(context, panel, changed) {
    const { connection, rights } = context;
    this.#context = context;
    this.#changed = changed;
    panel.prepend(this.#waits);
    panel.append(this.#settings);
    this.#all.addEventListener("click", () => {
      for (const peerId of [...this.#waiting.keys()]) this.#admit(peerId);
    });
    connection.on("peer_waiting", ({ peer }) => {
      const before = this.#waiting.get(peer.peer_id);
      const isNew = !before || describeWaiting(before).name !== describeWaiting(peer).name;
      this.#waiting.set(peer.peer_id, peer);
      this.#show(isNew);
    });
    connection.on("peer_waiting_left", ({ peer_id }) => {
      this.#waiting.delete(peer_id);
      this.#show();
    });
    connection.on("session_settings", ({ locked, lobby }) => {
      this.#lock.box.checked = locked;
      this.#lobby.box.checked = lobby;
    });
    connection.on("lost", () => {
      this.#waiting.clear(); // they are listed anew
      this.#show();
    });
    rights.on("changed", () => this.#show());
    connection.on("peer_assigned", ({ recovered = false }) => {
      if (!recovered) this.#lock.box.checked = this.#lobby.box.checked = false; // they are told if they are on
      this.#show();
    });
    this.#show();
  }

  /**
   * @param {Person} person
   * @returns {MenuItem[]} what can be done about them now
   */
  itemsFor({ peerId, name, media, hand, inCall }) {
    const { connection } = this.#context;
    const mute = (/** @type {MutePeer["kind"]} */ kind) => () => connection.send({ type: "mute", target_peer_id: peerId, kind });
    const canMute = inCall && connection.features.includes("mute");
    /** @type {[boolean, MenuItem][]} */
    const all = [
      [canMute && media?.audio !== false, { name: "mute-peer", label: text.mute, icon: "mic-off", act: mute("audio") }],
      [canMute && media?.video !== false, { name: "camera-off-peer", label: text.cameraStop, icon: "camera-off", act: mute("video") }],
      [canMute && media?.screen === true, { name: "screen-off-peer", label: text.screenStop, icon: "screen-off", act: mute("screen") }],
      [hand != null, { name: "lower-hand", label: text.lowerTheirs, icon: "hand", act: () => connection.send({ type: "hand", raised: false, target_peer_id: peerId }) }],
      [true, { name: "kick", label: text.remove, icon: "door", danger: true, act: () => void this.#remove(peerId, name) }],
    ];
    return all.filter(([isHere]) => isHere).map(([, item]) => item);
  }

  /**
   * @param {string} peerId
   * @param {string} name
   */
  async #remove(peerId, name) {
    if (await confirmed(inviteText.removeTitle(name), inviteText.removeQuestion, inviteText.remove)) {
      this.#context.connection.send({ type: "kick", target_peer_id: peerId });
    }
  }

  /** @param {string} peerId */
  #admit(peerId) {
    this.#context.connection.send({ type: "admit", peer_id: peerId, message_id: newId() });
  }

  /**
   * @param {string} action
   * @param {string} label
   * @param {(on: boolean) => {locked?: boolean, lobby?: boolean}} settings
   */
  #switch(action, label, settings) {
    const box = make("input", { type: "checkbox", role: "switch", "data-action": action });
    box.addEventListener("change", () => {
      this.#context.connection.send({ type: "session_settings", ...settings(box.checked), message_id: newId() });
    });
    return { box, row: make("label", { class: "access-switch" }, make("span", {}, label), box) };
  }

  #show(isNew = false) {
    const { connection, rights, notices } = this.#context;
    const { features } = connection;
    const moderates = rights.has("moderate");
    const count = moderates ? this.#waiting.size : 0;
    this.#settings.hidden = !moderates || !features.includes("session_settings");
    this.#lobby.row.hidden = !features.includes("waiting_room");
    this.#waits.hidden = count === 0;
    this.#all.hidden = count < 2;
    setText(this.#title, text.waiting(count));
    this.#list.replaceChildren(...[...this.#waiting.values()].map((peer) => this.#entry(peer)));
    this.#changed(count);
    const [first] = this.#waiting.values();
    if (!first || !moderates) return notices.hide(NOTICE);
    if (!isNew) return;
    const act = () => [...this.#waiting.keys()].forEach((peerId) => this.#admit(peerId));
    const message = count === 1 ? text.waits(describeWaiting(first).name) : text.waiting(count);
    notices.show(message, { key: NOTICE, stays: true, action: { label: count === 1 ? text.admit : text.admitAll, act } });
  }

  /** @param {WaitingPeer} peer */
  #entry(peer) {
    const { name, initial, hue } = describeWaiting(peer);
    const avatar = make("span", { class: "avatar", "aria-hidden": "true" }, initial);
    avatar.style.setProperty("--hue", String(hue));
    const admit = make("button", { type: "button", class: "accept small", "data-action": "admit", "aria-label": text.admitNamed(name) }, text.admit);
    const away = make("button", { type: "button", class: "small", "data-action": "turn-away", "aria-label": text.turnAwayNamed(name) }, text.turnAway);
    admit.addEventListener("click", () => this.#admit(peer.peer_id));
    away.addEventListener("click", () => this.#context.connection.send({ type: "kick", target_peer_id: peer.peer_id }));
    return make("li", { "data-waiting-id": peer.peer_id }, avatar, make("span", { class: "person-name" }, name), make("span", { class: "waiting-buttons" }, away, admit));
  }
}
