/** Search in the chat: through what is here at once, then through what the server has, page by page. */

import { folded } from "../../chat/words.js";
import { shownLines, shownWords } from "../../lib/foreign.js";
import { make, setText } from "../../ui/dom.js";
import { momentText, text, timeText } from "../../text/chat.js";

/** @import {Chat} from "../../chat/chat.js" */
/** @import {ChatMessage} from "../../types/messages.js" */

const PAUSE_MS = 200;
/** More results than that are not read one by one. */
const MOST = 200;
/** Code points of a message in its result, and those before what was found. */
const EXCERPT = 140;
const BEFORE = 40;

export class ChatSearch {
  #chat;
  #nameOf;
  #choose;
  #field = make("input", { type: "search", "aria-label": text.search, placeholder: text.search, autocomplete: "off", enterkeyhint: "search" });
  #progress = make("p", { class: "chat-progress", role: "status" });
  #results = make("ul", { class: "chat-results" });
  /** Of the search that counts. */
  #turn = 0;
  #timer = 0;
  bar = make("div", { class: "chat-search" }, this.#field);
  node = make("div", { class: "chat-found", hidden: "" }, this.#progress, this.#results);

  /**
   * @param {Chat} chat
   * @param {(message: ChatMessage) => string} nameOf
   * @param {(id: number | null) => void} choose a message to go to; `null`: the search ends
   */
  constructor(chat, nameOf, choose) {
    this.#chat = chat;
    this.#nameOf = nameOf;
    this.#choose = choose;
    this.#field.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = window.setTimeout(() => void this.#search(), PAUSE_MS);
    });
    this.bar.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault(); // the drawer stays
      this.end();
    });
  }

  begin() {
    this.#field.focus();
    this.#field.select();
  }

  end() {
    this.#turn += 1;
    clearTimeout(this.#timer);
    this.#field.value = "";
    this.node.hidden = true;
    this.#choose(null);
  }

  get isOn() {
    return !this.node.hidden;
  }

  async #search() {
    const turn = ++this.#turn;
    const wanted = folded(this.#field.value.trim());
    this.node.hidden = wanted === "";
    this.#results.replaceChildren();
    this.#choose(null);
    if (!wanted) return;
    /** Those that were looked at. @type {Set<number>} */
    const seen = new Set();
    let found = 0;
    for (;;) {
      // The latest first.
      for (const message of [...this.#chat.messages].reverse()) {
        if (seen.has(message.id)) continue;
        seen.add(message.id);
        const words = shownLines(message.text);
        if (!folded(`${this.#nameOf(message)} ${words}`).includes(wanted)) continue;
        found += 1;
        if (found <= MOST) this.#results.append(this.#result(message, excerpt(words, wanted)));
      }
      const isOver = !this.#chat.hasMore;
      setText(this.#progress, isOver ? text.searched(seen.size, found) : text.searching(seen.size, found));
      if (isOver || found >= MOST) return;
      const before = seen.size;
      await this.#chat.loadOlder();
      if (this.#turn !== turn) return;
      if (this.#chat.messages.every(({ id }) => seen.has(id)) && seen.size === before) {
        return setText(this.#progress, text.searched(seen.size, found)); // the server is away, or there is no room for more
      }
    }
  }

  /**
   * @param {ChatMessage} message
   * @param {string} words
   */
  #result(message, words) {
    const time = make("time", { title: momentText(message.timestamp) }, timeText(message.timestamp));
    const name = make("bdi", { class: "chat-name" }, this.#nameOf(message));
    const button = make("button", { type: "button", "data-action": "show-message" }, name, time, make("span", { dir: "auto" }, words || text.picture));
    button.addEventListener("click", () => {
      this.end();
      this.#choose(message.id);
    });
    return make("li", {}, button);
  }
}

/**
 * @param {string} words
 * @param {string} wanted
 * @returns {string} the part around what was found
 */
function excerpt(words, wanted) {
  const at = folded(words).indexOf(wanted);
  const from = at < BEFORE ? 0 : at - BEFORE;
  return `${from > 0 ? "…" : ""}${shownWords(words.slice(from), EXCERPT)}`;
}
