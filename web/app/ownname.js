/** The field with this person's name, as the others see it. */

import { plainName } from "../lib/foreign.js";
import { isComposed } from "../lib/keys.js";
import { text } from "../text/invite.js";
import { byId } from "../ui/dom.js";
import { rememberName } from "./page.js";

/** @import {CanvasConnection} from "../protocol.js" */

export class OwnName {
  #connection;
  #field = byId("own-name", HTMLInputElement);

  /**
   * @param {CanvasConnection} connection
   * @param {() => void} changed
   */
  constructor(connection, changed) {
    this.#connection = connection;
    this.#field.addEventListener("change", () => {
      this.#rename(plainName(this.#field.value));
      this.#field.value = connection.displayName;
      changed();
    });
    this.#field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !isComposed(event)) this.#field.blur();
    });
    addEventListener("pagehide", () => this.#field.blur()); // as if it had been left: what was typed counts
    this.show();
  }

  /** Show the present name; one that the link gives cannot be changed (rule TOK6). */
  show() {
    const { displayName, nameIsBound } = this.#connection;
    this.#field.value = displayName;
    this.#field.readOnly = nameIsBound;
    this.#field.title = nameIsBound ? text.nameOfLink : "";
  }

  /** @param {string} name */
  #rename(name) {
    if (!name || name === this.#connection.displayName || this.#connection.nameIsBound) return;
    rememberName(name);
    this.#connection.rename(name);
  }
}
