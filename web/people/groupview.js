/** View of the call of the canvas beside the list: who is in it, and the button that rings all the others. */

import { setText } from "../ui/dom.js";
import { text } from "../text/lobby.js";

/** @import {Person} from "./person.js" */

export class GroupView {
  #node;
  #names;
  #button;

  /**
   * @param {HTMLElement} node with its parts, as in index.html
   * @param {() => void} ringAll
   */
  constructor(node, ringAll) {
    this.#node = node;
    this.#names = /** @type {HTMLElement} */ (node.querySelector("[data-group-text]"));
    this.#button = /** @type {HTMLButtonElement} */ (node.querySelector("[data-action=group]"));
    this.#button.addEventListener("click", ringAll);
  }

  /**
   * @param {Person[]} others
   * @param {boolean} joined this peer is in it
   * @param {boolean} open the server can be reached
   */
  show(others, joined, open) {
    const members = others.filter(({ inGroup }) => inGroup).map(({ name }) => name);
    const outside = others.filter(({ inGroup, connected }) => !inGroup && connected);
    this.#button.hidden = outside.length === 0 || others.length < 2;
    this.#button.disabled = !open;
    this.#names.hidden = joined || members.length === 0;
    this.#node.hidden = this.#button.hidden && this.#names.hidden;
    if (members.length > 0) setText(this.#names, text.members(members));
  }
}
