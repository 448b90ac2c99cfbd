/** Cards of what is proposed and asked, beside the canvas until it is decided or answered (rules AGT5, AGT9). */

import { newId } from "../lib/ids.js";
import { text } from "../text/agents.js";
import { make, setText } from "../ui/dom.js";

/** @import {Context} from "../app/context.js" */
/** @import {Proposal, ProposalDecided, Question} from "../types/messages.js" */

export class AgentCards {
  #context;
  #stack = make("section", { class: "agent-cards", "aria-label": text.cards, hidden: "" });
  /** @type {Map<string, Proposal>} */
  proposals = new Map();
  /** @type {Map<string, HTMLElement>} */
  #cards = new Map();
  /** A proposal is looked at; empty: none. @type {(id: string) => void} */
  looked = () => {};
  /** What is proposed is something else now. */
  changed = () => {};

  /**
   * @param {Pick<Context, "connection" | "rights" | "nameOf">} context
   * @param {HTMLElement} frame of the canvas
   */
  constructor(context, frame) {
    this.#context = context;
    frame.parentElement?.append(this.#stack);
  }

  /** @param {Proposal} proposal */
  propose(proposal) {
    const { connection, rights, nameOf } = this.#context;
    const { proposal_id: id, from_peer_id, operations, text: why = "" } = proposal;
    this.proposals.set(id, proposal);
    this.changed();
    const count = (/** @type {string} */ op) => operations.filter((operation) => operation.op === op).length;
    const name = nameOf(from_peer_id);
    const card = this.#card(id, "data-proposal", text.proposes(name));
    if (why) card.append(make("p", { dir: "auto" }, why));
    card.append(make("p", { class: "agent-changes" }, text.changes(count("add"), count("update"), count("remove"))));
    const decide = (/** @type {boolean} */ accept) => () => connection.send({ type: "decide_proposal", proposal_id: id, accept, message_id: newId() });
    const isOwn = from_peer_id === connection.peerId;
    if (isOwn) card.append(buttons(button("refuse", text.withdraw, text.withdraw, decide(false))));
    else if (rights.has("edit")) {
      card.append(buttons(
        button("accept", text.accept, text.acceptNamed(name), decide(true), "primary small"),
        button("refuse", text.refuse, text.refuseNamed(name), decide(false)),
      ));
    }
    for (const event of ["pointerenter", "focusin"]) card.addEventListener(event, () => this.looked(id));
    for (const event of ["pointerleave", "focusout"]) card.addEventListener(event, () => this.looked(""));
  }

  /** @param {ProposalDecided} decided */
  decide({ proposal_id: id, accepted = [], refused = [], open = false }) {
    const proposal = this.proposals.get(id);
    if (!proposal) return;
    this.#remove(id);
    this.proposals.delete(id);
    this.changed();
    const gone = new Set([...accepted, ...refused]);
    const operations = proposal.operations.filter((one) => !gone.has(one.op === "add" ? one.element.id ?? "" : one.id));
    if (open && operations.length > 0) this.propose({ ...proposal, operations });
  }

  /** @param {Question} question */
  ask({ question_id: id, from_peer_id, text: words, choices, counts, answer, to, open = true }) {
    const { connection, nameOf } = this.#context;
    const focused = document.activeElement?.closest("[data-question]") === this.#cards.get(id) ? document.activeElement?.getAttribute("data-choice") : null;
    if (!open) return this.#remove(id);
    const card = this.#card(id, "data-question", text.asks(nameOf(from_peer_id), to === connection.peerId));
    card.append(make("p", { dir: "auto" }, words));
    const isAsked = from_peer_id !== connection.peerId;
    const all = choices.map((choice, place) => {
      const count = counts[place] ?? 0;
      const act = () => connection.send({ type: "answer_question", question_id: id, choice: place, message_id: newId() });
      const node = button("answer", choice, text.choice(choice, count), act);
      node.dataset["choice"] = String(place);
      node.setAttribute("aria-pressed", String(answer === place));
      node.disabled = !isAsked;
      node.append(make("span", { class: "agent-count", "aria-hidden": "true" }, String(count)));
      return node;
    });
    card.append(buttons(...all));
    all.find((node) => node.dataset["choice"] === focused)?.focus();
  }

  /** What is open is told anew. */
  clear() {
    for (const id of [...this.#cards.keys()]) this.#remove(id);
    this.proposals.clear();
    this.changed();
  }

  /**
   * @param {string} id
   * @param {string} mark
   * @param {string} title
   * @returns {HTMLElement} an empty card, in the place of the one that was there
   */
  #card(id, mark, title) {
    const known = this.#cards.get(id);
    const card = make("article", { class: "agent-card", [mark]: id, "aria-label": title }, make("h3", {}, title));
    if (known) known.replaceWith(card);
    else {
      this.#stack.append(card);
      this.#say(title);
    }
    this.#cards.set(id, card);
    this.#stack.hidden = false;
    return card;
  }

  /** @param {string} id */
  #remove(id) {
    this.#cards.get(id)?.remove();
    this.#cards.delete(id);
    this.#stack.hidden = this.#cards.size === 0;
    this.looked("");
  }

  #status = make("p", { class: "unseen", role: "status" });

  /** @param {string} words for screen readers */
  #say(words) {
    if (!this.#status.isConnected) this.#stack.before(this.#status);
    setText(this.#status, words);
  }
}

/**
 * @param {string} action
 * @param {string} label
 * @param {string} name in full, for screen readers
 * @param {() => void} act
 * @param {string} [look]
 */
function button(action, label, name, act, look = "small") {
  const node = make("button", { type: "button", class: look, "data-action": action, "aria-label": name }, label);
  node.addEventListener("click", act);
  return node;
}

/** @param {...HTMLElement} nodes */
function buttons(...nodes) {
  return make("div", { class: "agent-buttons" }, ...nodes);
}
