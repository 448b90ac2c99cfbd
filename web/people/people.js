/** View of the other people in the session: a list with what can be done with each. */

import { icon, make, setText } from "../ui/dom.js";
import { callIsOver } from "./person.js";
import { peerStateText, text } from "../text/calls.js";
import { entryOf } from "../lib/own.js";
import { roleText, text as inviteText } from "../text/invite.js";

/** @import {Person} from "./person.js" */

/**
 * @typedef {object} Entry
 * @property {HTMLLIElement} node
 * @property {HTMLElement} initial
 * @property {HTMLElement} name
 * @property {HTMLElement} state
 * @property {HTMLButtonElement} call
 * @property {HTMLButtonElement} hangUp
 * @property {HTMLElement} hangUpText
 * @property {HTMLButtonElement} kick only who moderates sees it
 * @property {string} shown the person as shown now
 */

export class PeopleView {
  #list;
  #alone;
  #hooks;
  /** @type {Map<string, Entry>} */
  #entries = new Map();

  /**
   * @param {HTMLElement} list
   * @param {HTMLElement} alone shown when nobody else is there
   * @param {{call: (peerId: string) => void, hangUp: (peerId: string) => void, kick: (peerId: string) => void}} hooks
   */
  constructor(list, alone, hooks) {
    this.#list = list;
    this.#alone = alone;
    this.#hooks = hooks;
  }

  /**
   * @param {Person[]} people the others, in order of joining
   * @param {boolean} isKnown the server has said who is here
   */
  show(people, isKnown) {
    const present = new Set(people.map(({ peerId }) => peerId));
    for (const [peerId, { node }] of this.#entries) {
      if (present.has(peerId)) continue;
      node.remove();
      this.#entries.delete(peerId);
    }
    people.forEach((person, index) => {
      const entry = this.#entries.get(person.peerId) ?? this.#create(person.peerId);
      if (this.#list.children[index] !== entry.node) {
        this.#list.insertBefore(entry.node, this.#list.children[index] ?? null);
      }
      const described = JSON.stringify(person); // of a crowd hardly anybody has changed
      if (entry.shown === described) return;
      entry.shown = described;
      update(entry, person);
    });
    this.#alone.hidden = people.length > 0 || !isKnown;
    this.#list.setAttribute("aria-busy", String(!isKnown));
  }

  /**
   * @param {string} peerId
   * @returns {Entry}
   */
  #create(peerId) {
    const hangUpText = make("span");
    /** @type {Entry} */
    const entry = {
      node: make("li", { class: "person", "data-peer-id": peerId }),
      initial: make("span", { class: "avatar", "aria-hidden": "true" }),
      name: make("span", { class: "person-name" }),
      state: make("span", { class: "person-state" }),
      call: make("button", { type: "button", class: "primary small", "data-action": "call" }),
      hangUp: make("button", { type: "button", class: "danger small", "data-action": "hangup" }),
      hangUpText,
      kick: make("button", { type: "button", class: "ghost", "data-action": "kick" }, icon("close")),
      shown: "",
    };
    entry.call.append(icon("phone"), text.call);
    entry.hangUp.append(icon("phone-off"), hangUpText);
    entry.call.addEventListener("click", () => this.#hooks.call(peerId));
    entry.hangUp.addEventListener("click", () => this.#hooks.hangUp(peerId));
    entry.kick.addEventListener("click", () => this.#hooks.kick(peerId));
    entry.node.append(
      entry.initial,
      make("span", { class: "person-text" }, entry.name, entry.state),
      entry.call,
      entry.hangUp,
      entry.kick,
    );
    this.#entries.set(peerId, entry);
    return entry;
  }
}

/**
 * @param {Entry} entry
 * @param {Person} person
 */
function update({ node, initial, name, state, call, hangUp, hangUpText, kick }, person) {
  const { callState, outgoing } = person;
  node.style.setProperty("--hue", String(person.hue));
  node.dataset["state"] = person.connected ? callState : "away";
  setText(initial, person.initial);
  setText(name, person.name);
  const beside = entryOf(roleText, person.role)?.beside;
  const server = person.server === null ? null : text.atServer(person.server);
  setText(state, [peerStateText(person), beside, server].filter(Boolean).join(" · "));
  kick.hidden = person.server !== null;
  kick.title = inviteText.removeNamed(person.name);
  kick.setAttribute("aria-label", kick.title);
  const focused = document.activeElement;
  const ringsHere = callState === "ringing" && !outgoing;
  const ringsThere = callState === "ringing" && outgoing;
  call.hidden = !callIsOver(callState);
  call.disabled = !person.callable;
  call.setAttribute("aria-label", text.callPeer(person.name));
  hangUp.hidden = callIsOver(callState) || ringsHere;
  setText(hangUpText, ringsThere ? text.cancel : text.hangUp);
  const label = ringsThere ? text.cancelPeer(person.name) : text.hangUpPeer(person.name);
  hangUp.setAttribute("aria-label", label);
  // The button that was pressed goes away: the one that takes its place gets the focus.
  if (focused === call && call.hidden) hangUp.focus();
  if (focused === hangUp && hangUp.hidden) call.focus();
}
