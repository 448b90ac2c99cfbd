/** Agents at the table: who they are, what they may and do, and what people can do about them (rules AGT4, AGT6, AGT7). */

import { shownName } from "../lib/foreign.js";
import { newId } from "../lib/ids.js";
import { agentText, text } from "../text/agents.js";
import { byId, icon, make, setText } from "../ui/dom.js";
import { AgentCards } from "./cards.js";
import { Ghosts } from "./ghosts.js";

/** @import {Board} from "../app/board.js" */
/** @import {Context} from "../app/context.js" */
/** @import {Peer, PeerThinking} from "../types/messages.js" */

export class Agents {
  #context;
  #section = make("section", { class: "agents", "aria-label": text.title, hidden: "" });
  #list = make("ul", { class: "agent-list" });
  /** By peer id, what each is at. @type {Map<string, string>} */
  #thinking = new Map();
  /** By `message_id`, whose work was to be taken back. @type {Map<string, string>} */
  #undone = new Map();
  cards;

  /**
   * @param {Context} context
   * @param {Board} board
   */
  constructor(context, board) {
    this.#context = context;
    const { connection, notices } = context;
    this.cards = new AgentCards(context, board.stage.frame);
    const ghosts = new Ghosts(board, this.cards.proposals);
    this.cards.looked = (id) => ghosts.mark(id);
    this.cards.changed = () => ghosts.drawSoon();
    this.#section.append(make("h3", {}, text.title), this.#list);
    byId("people", HTMLElement).prepend(this.#section);
    context.rights.on("changed", () => this.show());
    connection.on("ack", ({ message_id, result }) => {
      const name = this.#undone.get(message_id);
      if (name === undefined) return;
      this.#undone.delete(message_id);
      notices.show(text.undone(name, result.undone ?? 0, result.kept ?? 0), { key: "undone" });
    });
    connection.on("error", ({ message_id, message }) => {
      if (message_id && this.#undone.delete(message_id)) notices.show(`${text.notUndone} ${message}`, { key: "undone", problem: true });
    });
    this.show();
  }

  /** @param {PeerThinking} message */
  think({ from_peer_id, text: words }) {
    if (words) this.#thinking.set(from_peer_id, words);
    else this.#thinking.delete(from_peer_id);
    this.show();
  }

  /** The connection has to tell anew what is open. */
  clear() {
    this.cards.clear();
    this.#thinking.clear();
  }

  /** Somebody came, left or changed. */
  show() {
    const agents = [...this.#context.roster.peers.values()].filter(({ role }) => role === "agent");
    const focused = document.activeElement instanceof HTMLElement && this.#list.contains(document.activeElement) ? document.activeElement : null;
    const [who, action] = [focused?.closest("[data-agent]")?.getAttribute("data-agent"), focused?.dataset["action"]];
    this.#list.replaceChildren(...agents.map((peer) => this.#entry(peer)));
    this.#section.hidden = agents.length === 0;
    if (who && action) /** @type {HTMLElement | null} */ (this.#list.querySelector(`[data-agent="${CSS.escape(who)}"] [data-action="${action}"]`))?.focus();
  }

  /** @param {Peer} peer */
  #entry({ peer_id: id, agent }) {
    const { connection, rights, describe } = this.#context;
    const { name, hue } = describe(id);
    const { paused = false, edits = 0, maker } = agent ?? {};
    const state = make("span", { class: "person-state" });
    setText(state, agentText(agent ?? {}, this.#thinking.get(id) ?? "", shownName(maker) ?? ""));
    const node = make("li", { class: "agent", "data-agent": id }, icon("braces"), make("span", { class: "person-text" }, make("span", { class: "person-name", dir: "auto" }, name), state));
    node.style.setProperty("--hue", String(hue));
    const all = make("span", { class: "agent-buttons" });
    if (rights.has("edit")) {
      all.append(
        action("pause-agent", paused ? text.goOn : text.pause, paused ? text.goOnNamed(name) : text.pauseNamed(name), () =>
          connection.send({ type: "pause_agent", peer_id: id, paused: !paused, message_id: newId() })),
        action("undo-agent", text.undo(edits), text.undoNamed(name, edits), () => {
          const message_id = newId();
          this.#undone.set(message_id, name);
          connection.send({ type: "undo_agent", peer_id: id, message_id });
        }, edits === 0),
      );
    }
    if (rights.has("moderate")) {
      all.append(action("remove-agent", text.remove, text.removeNamed(name), () => connection.send({ type: "kick", target_peer_id: id })));
    }
    node.append(all);
    return node;
  }
}

/**
 * @param {string} name
 * @param {string} label
 * @param {string} title
 * @param {() => void} act
 * @param {boolean} [disabled]
 */
function action(name, label, title, act, disabled = false) {
  const node = make("button", { type: "button", class: "small", "data-action": name, "aria-label": title, title }, label);
  node.disabled = disabled;
  node.addEventListener("click", act);
  return node;
}
