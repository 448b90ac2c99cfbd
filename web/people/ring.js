/** View of incoming calls: a card for each, with Accept and Decline. */

import { icon, make, setText, takesWords } from "../ui/dom.js";
import { text } from "../text/calls.js";

/** @import {Person} from "./person.js" */

/** @typedef {{node: HTMLElement, title: HTMLElement, hint: HTMLElement, before: Element | null}} Card */

export class RingView {
  #region;
  #hooks;
  /** @type {Map<string, Card>} */
  #cards = new Map();

  /**
   * @param {HTMLElement} region
   * @param {{accept: (peerId: string) => void, decline: (peerId: string) => void, quiet: () => HTMLElement}} hooks `quiet`: makes the switch of the tone
   */
  constructor(region, hooks) {
    this.#region = region;
    this.#hooks = hooks;
  }

  /**
   * @param {Person[]} callers
   * @param {(caller: Person) => string} hintOf what accepting does
   */
  show(callers, hintOf) {
    const ringing = new Set(callers.map(({ peerId }) => peerId));
    for (const [peerId, card] of this.#cards) if (!ringing.has(peerId)) this.#close(peerId, card);
    for (const caller of callers) {
      const card = this.#cards.get(caller.peerId) ?? this.#open(caller.peerId);
      card.node.style.setProperty("--hue", String(caller.hue));
      setText(card.title, text.isCalling(caller.name));
      setText(card.hint, hintOf(caller));
    }
  }

  /**
   * @param {string} peerId
   * @returns {Card}
   */
  #open(peerId) {
    const before = document.activeElement;
    // Not onto a button: Enter, meant for something else, must not turn a camera on. And not out of a field that somebody
    // is writing in: what they type on would be commands. Nor out of a dialog: Escape, meant to close it, would decline.
    const takesFocus = !takesWords(before) && this.#region.closest("dialog") === null;
    const title = make("h2", { id: `ring-${peerId}` });
    const hint = make("p", { id: `ring-hint-${peerId}` });
    const decline = make("button", { type: "button", class: "danger", "data-action": "decline" });
    const accept = make("button", { type: "button", class: "accept", "data-action": "accept" });
    decline.append(icon("phone-off"), text.decline);
    accept.append(icon("phone"), text.accept);
    decline.addEventListener("click", () => this.#hooks.decline(peerId));
    accept.addEventListener("click", () => this.#hooks.accept(peerId));
    const node = make(
      "section",
      {
        class: "ring",
        role: "alertdialog",
        tabindex: "-1",
        "aria-labelledby": title.id,
        "aria-describedby": hint.id,
      },
      make("span", { class: "ring-pulse", "aria-hidden": "true" }, icon("phone")),
      make("div", { class: "ring-text", ...(!takesFocus && { role: "alert" }) }, title, hint),
      this.#hooks.quiet(),
      make("div", { class: "ring-buttons" }, decline, accept),
    );
    const card = { node, title, hint, before };
    node.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault(); // a dialog around it stays
      this.#hooks.decline(peerId);
    });
    node.addEventListener("focusin", ({ relatedTarget }) => {
      if (relatedTarget instanceof Element && !this.#region.contains(relatedTarget)) card.before = relatedTarget;
    });
    this.#region.append(node);
    this.#cards.set(peerId, card);
    if (takesFocus) node.focus();
    return card;
  }

  /**
   * @param {string} peerId
   * @param {Card} card
   */
  #close(peerId, { node, before }) {
    const focused = node.contains(document.activeElement);
    node.remove();
    this.#cards.delete(peerId);
    if (!focused) return;
    if (before instanceof HTMLElement && before !== document.body && before.checkVisibility()) before.focus();
    else document.getElementById("dock")?.focus();
  }
}
