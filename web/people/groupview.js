/** View of the call of everybody: who is in it, and the button to start or join it. */

import { setText } from "../ui/dom.js";
import { text } from "../text/calls.js";

/** @import {Person} from "./person.js" */

export class GroupView {
  #node;
  #names;
  #button;
  #label;

  /**
   * @param {HTMLElement} node with its parts, as in index.html
   * @param {() => void} join
   */
  constructor(node, join) {
    this.#node = node;
    this.#names = /** @type {HTMLElement} */ (node.querySelector("[data-group-text]"));
    this.#button = /** @type {HTMLButtonElement} */ (node.querySelector("[data-action=group]"));
    this.#label = /** @type {HTMLElement} */ (this.#button.querySelector("span"));
    this.#button.addEventListener("click", join);
  }

  /**
   * @param {Person[]} others
   * @param {boolean} joined this peer is in it
   * @param {boolean} open the server can be reached
   */
  show(others, joined, open) {
    const members = others.filter(({ inGroup }) => inGroup).map(({ name }) => name);
    this.#node.hidden = joined || others.length === 0 || (others.length === 1 && members.length === 0);
    this.#button.disabled = !open;
    this.#names.hidden = members.length === 0;
    this.#button.classList.toggle("primary", members.length > 0);
    setText(this.#names, text.inGroup(members));
    setText(this.#label, members.length > 0 ? text.joinEveryone : text.callEveryone);
  }
}
