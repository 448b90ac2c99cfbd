/** View of the other people in the session: a list with what can be done with each. */

import { icon, make, setText } from "../ui/dom.js";
import { callIsOver } from "./person.js";
import { peerStateText, text } from "../text/calls.js";
import { entryOf } from "../lib/own.js";
import { roleText } from "../text/invite.js";
import { text as peopleText } from "../text/people.js";
import { toggleMenu } from "../ui/menu.js";

/** @import {MenuItem} from "../ui/menu.js" */
/** @import {Person} from "./person.js" */

/**
 * @typedef {object} Entry
 * @property {HTMLLIElement} node
 * @property {HTMLButtonElement} initial brings their tile into sight
 * @property {HTMLElement} name
 * @property {HTMLElement} state
 * @property {HTMLButtonElement} call
 * @property {HTMLButtonElement} hangUp
 * @property {HTMLElement} hangUpText
 * @property {HTMLElement} marks microphone, camera, screen and hand
 * @property {HTMLButtonElement} manage only who moderates sees it
 * @property {Person | null} person
 * @property {string} shown the person as shown now
 */

/**
 * @typedef {object} PeopleHooks
 * @property {(peerId: string) => void} call
 * @property {(peerId: string) => void} hangUp
 * @property {(peerId: string) => void} find brings their tile on the canvas into sight
 * @property {(peerId: string) => boolean} mayHangUp nobody else's line breaks
 * @property {(person: Person) => readonly MenuItem[]} manage what a moderator can do about them now
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
   * @param {PeopleHooks} hooks
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
    const hands = people.filter(({ hand }) => hand != null).sort((one, other) => (one.hand ?? 0) - (other.hand ?? 0));
    // Whose hand is up stands above, in the order in which they are to speak.
    const inOrder = [...hands, ...people.filter(({ hand }) => hand == null)];
    const present = new Set(people.map(({ peerId }) => peerId));
    for (const [peerId, { node }] of this.#entries) {
      if (present.has(peerId)) continue;
      node.remove();
      this.#entries.delete(peerId);
    }
    inOrder.forEach((person, index) => {
      const entry = this.#entries.get(person.peerId) ?? this.#create(person.peerId);
      if (this.#list.children[index] !== entry.node) {
        this.#list.insertBefore(entry.node, this.#list.children[index] ?? null);
      }
      const mayHangUp = this.#hooks.mayHangUp(person.peerId);
      const place = hands.indexOf(person) + 1;
      const described = JSON.stringify([person, mayHangUp, place]); // of a crowd hardly anybody has changed
      if (entry.shown === described) return;
      entry.shown = described;
      entry.person = person;
      update(entry, person, mayHangUp);
      showMarks(entry.marks, person, place);
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
      initial: make("button", { type: "button", class: "avatar", "data-action": "find" }),
      name: make("span", { class: "person-name" }),
      state: make("span", { class: "person-state" }),
      call: make("button", { type: "button", class: "primary small", "data-action": "call" }),
      hangUp: make("button", { type: "button", class: "danger small", "data-action": "hangup" }),
      hangUpText,
      marks: make("span", { class: "person-marks" }),
      manage: make("button", { type: "button", class: "ghost", "data-action": "manage", "aria-haspopup": "menu", "aria-expanded": "false" }, icon("more")),
      person: null,
      shown: "",
    };
    entry.call.append(icon("phone"), text.call);
    entry.hangUp.append(icon("phone-off"), hangUpText);
    entry.initial.addEventListener("click", () => this.#hooks.find(peerId));
    entry.call.addEventListener("click", () => this.#hooks.call(peerId));
    entry.hangUp.addEventListener("click", () => this.#hooks.hangUp(peerId));
    entry.manage.addEventListener("click", () => {
      if (entry.person) toggleMenu(entry.manage, peopleText.manage(entry.person.name), this.#hooks.manage(entry.person));
    });
    entry.node.append(
      entry.initial,
      make("span", { class: "person-text" }, entry.name, entry.state),
      entry.marks,
      entry.call,
      entry.hangUp,
      entry.manage,
    );
    this.#entries.set(peerId, entry);
    return entry;
  }
}

/**
 * @param {Entry} entry
 * @param {Person} person
 * @param {boolean} mayHangUp
 */
function update({ node, initial, name, state, call, hangUp, hangUpText, manage }, person, mayHangUp) {
  const { callState, outgoing } = person;
  node.style.setProperty("--hue", String(person.hue));
  node.dataset["state"] = person.connected ? callState : "away";
  setText(initial, person.initial);
  initial.disabled = !person.inCall;
  initial.title = peopleText.find(person.name);
  initial.setAttribute("aria-label", initial.title);
  setText(name, person.name);
  const beside = entryOf(roleText, person.role)?.beside;
  const server = person.server === null ? null : text.atServer(person.server);
  setText(state, [peerStateText(person), beside, server].filter(Boolean).join(" · "));
  manage.hidden = person.server !== null;
  manage.title = peopleText.manage(person.name);
  manage.setAttribute("aria-label", manage.title);
  const focused = document.activeElement;
  const ringsHere = callState === "ringing" && !outgoing;
  const ringsThere = callState === "ringing" && outgoing;
  call.hidden = !callIsOver(callState) || person.role === "agent"; // it is neither seen nor heard
  call.disabled = !person.callable;
  call.setAttribute("aria-label", text.callPeer(person.name));
  hangUp.hidden = callIsOver(callState) || ringsHere || !mayHangUp;
  setText(hangUpText, ringsThere ? text.cancel : text.hangUp);
  const label = ringsThere ? text.cancelPeer(person.name) : text.hangUpPeer(person.name);
  hangUp.setAttribute("aria-label", label);
  // The button that was pressed goes away: the one that takes its place gets the focus.
  if (focused === call && call.hidden) hangUp.focus();
  if (focused === hangUp && hangUp.hidden) call.focus();
}

/**
 * @param {HTMLElement} marks
 * @param {Person} person
 * @param {number} place of their hand in the order of all; 0: it is not up
 */
function showMarks(marks, { media, inCall, speaking }, place) {
  /** @type {[boolean, string, string][]} */
  const all = [
    [place > 0, "hand", peopleText.hand(place)],
    [inCall && media?.screen === true, "screen", peopleText.sharing],
    [inCall && media?.video === false, "camera-off", peopleText.cameraOff],
    [inCall && media?.audio === false, "mic-off", peopleText.muted],
    [speaking, "mic", peopleText.speaking],
  ];
  const present = all.filter(([isHere]) => isHere);
  const described = present.map(([, , label]) => label).join();
  if (marks.dataset["shown"] === described) return;
  marks.dataset["shown"] = described;
  marks.replaceChildren(...present.map(([, symbol, label]) =>
    make("span", { class: "person-mark", "data-mark": symbol, role: "img", "aria-label": label, title: label }, icon(symbol))));
}
