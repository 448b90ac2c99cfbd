/** The people in the top bar: a picture of each with the state of the microphone, as one button that opens the list. */

import { icon, make, setText } from "../ui/dom.js";
import { text } from "../text/room.js";

/** @import {Person} from "../people/person.js" */

/** So many are shown, and how many more there are. */
const MOST = 4;

export class Faces {
  #button = make("button", { type: "button", class: "faces-button" });
  #row = make("span", { class: "faces-row", "aria-hidden": "true" });
  #rest = make("span", { class: "avatar small rest", hidden: "" });
  /** @type {Map<string, {node: HTMLElement, shown: string}>} */
  #faces = new Map();

  /**
   * @param {HTMLElement} room
   * @param {(button: HTMLButtonElement) => void} open the list of the people
   */
  constructor(room, open) {
    this.#button.append(this.#row);
    this.#button.addEventListener("click", () => open(this.#button));
    room.append(this.#button);
  }

  /** @param {readonly Person[]} people the first of them are shown */
  show(people) {
    this.#button.hidden = people.length === 0;
    const label = text.faces(people.length);
    if (this.#button.title !== label) {
      this.#button.title = label;
      this.#button.setAttribute("aria-label", label);
    }
    const room = people.length > MOST + 1 ? MOST : people.length;
    const shown = people.slice(0, room);
    for (const [peerId, { node }] of this.#faces) {
      if (shown.some((person) => person.peerId === peerId)) continue;
      node.remove();
      this.#faces.delete(peerId);
    }
    shown.forEach((person, index) => {
      const node = this.#show(person);
      if (this.#row.children[index] !== node) this.#row.insertBefore(node, this.#row.children[index] ?? null);
    });
    this.#rest.hidden = people.length === room;
    setText(this.#rest, text.others(people.length - room));
    if (this.#row.lastElementChild !== this.#rest) this.#row.append(this.#rest);
  }

  /** @param {Person} person */
  #show(person) {
    const { peerId, initial, hue, connected, inCall, speaking, media } = person;
    const face = this.#faces.get(peerId) ?? { node: make("span", { class: "avatar small" }), shown: "" };
    this.#faces.set(peerId, face);
    const isMuted = inCall && media?.audio === false;
    const shown = JSON.stringify([initial, hue, connected, inCall, speaking, isMuted]);
    if (face.shown === shown) return face.node;
    face.shown = shown;
    const { node } = face;
    node.style.setProperty("--hue", String(hue));
    node.replaceChildren(initial);
    node.toggleAttribute("data-away", !connected);
    node.toggleAttribute("data-in-call", inCall);
    node.toggleAttribute("data-speaking", speaking);
    if (isMuted) node.append(make("span", { class: "face-muted" }, icon("mic-off")));
    return node;
  }
}
