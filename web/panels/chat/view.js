/** View of the chat: search, messages, and the field in which one is written. */

import { confirmed } from "../../ui/dialog.js";
import { icon, make } from "../../ui/dom.js";
import { Unsaved } from "../../ui/unsaved.js";
import { text } from "../../text/chat.js";
import { Composer } from "./composer.js";
import { MessageList } from "./list.js";
import { nameOf } from "./message.js";
import { ChatSearch } from "./search.js";

/** @import {Chat} from "../../chat/chat.js" */
/** @import {ChatMessage} from "../../types/messages.js" */
/** @import {PanelContext} from "../panel.js" */
/** @import {MessageHooks} from "./message.js" */

export class ChatView {
  #chat;
  #context;
  #list;
  #composer;
  #search;
  #isOpen = false;
  /** The first message that was new when the chat came in sight; 0: none. */
  #newFrom = 0;
  #clear = make("button", { type: "button", class: "ghost", "data-action": "clear-chat", "aria-label": text.clear, title: text.clear });
  #below = make("button", { type: "button", class: "chat-below", "data-action": "latest-message", hidden: "" });
  #reads = make("p", { class: "chat-reads", hidden: "" }, text.mayRead);

  /**
   * @param {Chat} chat
   * @param {PanelContext} context
   * @param {HTMLElement} node that its nodes are put into
   */
  constructor(chat, context, node) {
    this.#chat = chat;
    this.#context = context;
    const hooks = this.#hooks();
    this.#list = new MessageList(hooks);
    this.#search = new ChatSearch(chat, (message) => nameOf(message, hooks), (id) => this.#found(id));
    this.#composer = new Composer((draft) => this.#say(draft), new Unsaved(context.sessionId, "chat-draft"), context.notices);
    this.#clear.append(icon("trash"));
    this.#clear.addEventListener("click", () => void this.#clearAll());
    this.#below.addEventListener("click", () => {
      this.#list.toEnd();
      this.#seen();
    });
    const middle = make("div", { class: "chat-middle" }, this.#list.node, this.#search.node, this.#below);
    node.replaceChildren(make("div", { class: "chat-bar" }, this.#search.bar, this.#clear), middle, this.#reads, this.#composer.node);
    this.#composer.takeDrops(node);
    this.#list.on("older", () => void chat.loadOlder());
    this.#list.on("seen", () => this.#seen());
    chat.on("changed", () => this.#show());
    chat.on("failed", ({ deed }) => {
      context.notices.show(deed === "clear" ? text.notCleared : text.notRemoved, { key: "chat-deed", problem: true });
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.#newFrom = 0;
      this.#show();
    });
    this.showPeople();
  }

  /** @returns {MessageHooks} */
  #hooks() {
    const { describePerson, may } = this.#context;
    const ownPeerId = () => this.#context.ownPeerId();
    return {
      get ownPeerId() {
        return ownPeerId();
      },
      hueOf: (peerId) => describePerson(peerId).hue,
      nameOf: (peerId) => describePerson(peerId).name,
      mayRemove: ({ from_peer_id: author }) => may("moderate") || (author === ownPeerId() && may("chat")),
      remove: (message) => void this.#remove(message),
      again: (id) => this.#chat.sayAgain(id),
      discard: (id) => this.#chat.discard(id),
    };
  }

  /** @param {boolean} open it is in sight */
  setOpen(open) {
    if (open === this.#isOpen) return;
    this.#isOpen = open;
    this.#newFrom = 0;
    if (!open) return;
    this.#mark();
    this.#show();
    this.#composer.fit();
    if (this.#newFrom > 0) this.#list.revealNew();
    else this.#list.toEnd();
    this.#seen();
  }

  /** The person has opened it to write. */
  focus() {
    // On a touch screen the keyboard would cover what was said.
    if (matchMedia("(pointer: fine)").matches && !this.#composer.node.hidden) this.#composer.focus();
    else this.#list.node.focus();
  }

  showPeople() {
    const people = this.#context.others().map(({ peerId, name }) => /** @type {const} */ ([peerId, name]));
    this.#composer.showPeople(new Map(people));
    const mayWrite = this.#context.may("chat");
    this.#composer.node.hidden = !mayWrite;
    this.#reads.hidden = mayWrite;
    this.#clear.hidden = !this.#context.may("moderate") || this.#chat.messages.length === 0;
    this.#show();
  }

  // --- what is shown -----------------------------------------------------------------------------

  #show() {
    if (!this.#isOpen) return;
    if (!this.#isSeen) this.#mark();
    const { messages, outgoing, hasMore, isLoading, isKnown } = this.#chat;
    this.#list.show({ messages, outgoing, hasMore, isLoading: isLoading || !isKnown, isOnline: this.#context.isOnline(), newFrom: this.#newFrom });
    this.#clear.hidden = !this.#context.may("moderate") || messages.length === 0;
    if (this.#isSeen) this.#seen();
    const { unread } = this.#chat;
    this.#below.hidden = this.#list.isAtEnd || this.#search.isOn;
    const words = unread > 0 ? text.below(unread) : text.toEnd;
    if (this.#below.getAttribute("aria-label") !== words) {
      this.#below.setAttribute("aria-label", words);
      this.#below.replaceChildren(icon("chevron-down"), ...(unread > 0 ? [words] : []));
    }
  }

  /** What comes is read at once. */
  get #isSeen() {
    return this.#isOpen && document.visibilityState === "visible" && this.#list.isAtEnd && !this.#search.isOn;
  }

  #seen() {
    if (!this.#isSeen) return;
    this.#chat.markRead();
    this.#below.hidden = true;
  }

  /** What is not read stands below a line. */
  #mark() {
    if (this.#newFrom > 0) return;
    const { messages, readUpTo } = this.#chat;
    const own = this.#context.ownPeerId();
    const first = messages.find(({ id, from_peer_id: author }) => id > readUpTo && author !== own);
    if (first && readUpTo > 0) this.#newFrom = first.id;
  }

  // --- what is done ------------------------------------------------------------------------------

  /** @param {import("../../chat/outbox.js").Draft} draft */
  #say(draft) {
    const isTaken = this.#chat.say(draft);
    if (isTaken) {
      this.#newFrom = 0;
      this.#list.toEnd();
    }
    return isTaken;
  }

  /** @param {ChatMessage} message */
  async #remove({ id }) {
    if (await confirmed(text.removeTitle, text.removeQuestion, text.remove)) this.#chat.remove(id);
  }

  async #clearAll() {
    if (await confirmed(text.clearTitle, text.clearQuestion, text.clear)) this.#chat.clear();
  }

  /** @param {number | null} id a message to go to; `null`: the search has begun, or is over */
  #found(id) {
    this.#list.node.hidden = this.#search.isOn;
    if (id !== null) this.#list.reveal(id);
    this.#show();
  }
}
