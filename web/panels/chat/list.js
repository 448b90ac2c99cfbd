/** List of messages: a window on what has been said, by day and author, which stays where it is when others come. */

import { around, bounded, earlier, later, placeOf, STEP } from "../../chat/grouping.js";
import { Emitter } from "../../lib/emitter.js";
import { make } from "../../ui/dom.js";
import { dayText, text } from "../../text/chat.js";
import { messageNode, outgoingNode } from "./message.js";

/** @import {Range} from "../../chat/grouping.js" */
/** @import {Outgoing} from "../../chat/outbox.js" */
/** @import {ChatMessage} from "../../types/messages.js" */
/** @import {MessageHooks} from "./message.js" */

/** What is to be shown; `newFrom`: the id of the first message that is new, 0: none. @typedef {{messages: readonly ChatMessage[], outgoing: readonly Outgoing[], hasMore: boolean, isLoading: boolean, isOnline: boolean, newFrom: number}} ChatLook */

/** So near to an edge, in pixels, counts as being there. */
const NEAR = 60;

/** @extends {Emitter<{older: null, seen: null}>} `older`: more are wanted; `seen`: the latest one is in sight */
export class MessageList extends Emitter {
  node = make("div", { class: "chat-list", role: "log", tabindex: "0", "aria-label": text.log });
  #hooks;
  /** @type {ChatLook} */
  #look = { messages: [], outgoing: [], hasMore: true, isLoading: true, isOnline: true, newFrom: 0 };
  /** What is in the page, by key; each as it was made. @type {Map<string, {node: HTMLElement, made: string}>} */
  #nodes = new Map();
  /** The first and the last message in the page; `0`: to the end. */
  #first = 0;
  #last = 0;
  #isAtEnd = true;

  /** @param {MessageHooks} hooks */
  constructor(hooks) {
    super();
    this.#hooks = hooks;
    this.node.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.node.addEventListener("keydown", (event) => this.#turn(event));
    new ResizeObserver(() => {
      if (this.#isAtEnd) this.#scrollToEnd();
    }).observe(this.node);
  }

  /** The latest message is in sight. */
  get isAtEnd() {
    return this.#isAtEnd && this.#last === 0;
  }

  /** @param {ChatLook} look */
  show(look) {
    this.#look = look;
    this.#draw();
    if (this.node.scrollTop < NEAR && !this.#isAtEnd) this.#scrolled(); // earlier ones are there now
  }

  /** Go to the latest message. */
  toEnd() {
    this.#first = this.#last = 0;
    this.#isAtEnd = true;
    this.#draw();
  }

  /** Bring a message in sight, in the middle. @param {number} id */
  reveal(id) {
    const { messages } = this.#look;
    const index = messages.findIndex((one) => one.id === id);
    if (index < 0) return;
    this.#isAtEnd = false;
    this.#setRange(around(messages.length, index));
    this.#draw();
    const { node } = this.#nodes.get(String(id)) ?? {};
    node?.scrollIntoView({ block: "center" });
    node?.focus({ preventScroll: true });
    node?.classList.add("found");
    node?.addEventListener("animationend", () => node.classList.remove("found"), { once: true });
  }

  /** Bring the line in sight below which all is new. */
  revealNew() {
    const line = this.#nodes.get("new")?.node;
    if (!line) return this.toEnd();
    this.#isAtEnd = false;
    line.scrollIntoView({ block: "start" });
    this.#scrolled();
  }

  // --- the window --------------------------------------------------------------------------------

  /** @returns {Range} */
  get #range() {
    const { messages } = this.#look;
    const indexOf = (/** @type {number} */ id) => messages.findIndex((one) => one.id >= id);
    const end = this.#last === 0 ? messages.length : indexOf(this.#last) + 1 || messages.length;
    const start = this.#first === 0 ? end - STEP : indexOf(this.#first);
    return bounded(messages.length, { start: start < 0 ? end - STEP : start, end });
  }

  /** @param {Range} range */
  #setRange({ start, end }) {
    const { messages } = this.#look;
    this.#first = messages[start]?.id ?? 0;
    this.#last = end >= messages.length ? 0 : (messages[end - 1]?.id ?? 0);
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.node;
    if (clientHeight === 0) return; // not in sight
    this.#isAtEnd = scrollHeight - scrollTop - clientHeight < NEAR;
    const { messages, hasMore, isLoading } = this.#look;
    const range = this.#range;
    if (scrollTop < NEAR && range.start > 0) {
      this.#setRange(earlier(messages.length, range));
      this.#draw();
    } else if (scrollTop < NEAR && hasMore && !isLoading) this.emit("older", null);
    else if (this.#isAtEnd && this.#last !== 0) {
      this.#setRange(later(messages.length, range));
      this.#isAtEnd = this.#last === 0 && this.#isAtEnd;
      this.#draw();
    }
    if (this.isAtEnd) this.emit("seen", null);
  }

  #scrollToEnd() {
    this.node.scrollTop = this.node.scrollHeight;
  }

  // --- drawing -----------------------------------------------------------------------------------

  #draw() {
    const wanted = this.#wanted();
    const first = wanted.find(({ key }) => this.#nodes.has(key))?.key;
    const isBefore = first !== undefined && wanted[0]?.key !== first; // earlier ones come: nobody has to hear them
    const anchor = this.#anchor();
    this.node.setAttribute("aria-busy", String(isBefore || this.#nodes.size === 0));
    this.#place(wanted);
    if (this.#isAtEnd && this.#last === 0) this.#scrollToEnd();
    else if (anchor?.node.isConnected) this.node.scrollTop += anchor.node.offsetTop - anchor.top;
    requestAnimationFrame(() => this.node.setAttribute("aria-busy", "false"));
  }

  /** @returns {{node: HTMLElement, top: number} | null} the message at the upper edge */
  #anchor() {
    const { scrollTop } = this.node;
    for (const { node } of this.#nodes.values()) {
      if (node.offsetTop + node.offsetHeight > scrollTop && node.dataset["messageId"]) return { node, top: node.offsetTop };
    }
    return null;
  }

  /** @returns {{key: string, made: string, make: () => HTMLElement}[]} what is to be in the page, in order; `made`: what it depends on */
  #wanted() {
    const { messages, outgoing, hasMore, isLoading, isOnline, newFrom } = this.#look;
    const { start, end } = this.#range;
    const now = Date.now();
    const { ownPeerId } = this.#hooks;
    /** @type {{key: string, made: string, make: () => HTMLElement}[]} */
    const wanted = [];
    const add = (/** @type {string} */ key, /** @type {string} */ made, /** @type {() => HTMLElement} */ make) => void wanted.push({ key, made, make });
    const isEmpty = messages.length + outgoing.length === 0;
    if (start === 0) add("top", `${hasMore} ${isLoading} ${isEmpty}`, () => this.#top({ hasMore, isLoading, isEmpty }));
    /** @type {import("../../chat/grouping.js").Said | undefined} */
    let before;
    const day = (/** @type {import("../../chat/grouping.js").Said} */ one) => {
      const place = placeOf(one, before);
      const words = dayText(one.at, now);
      if (place.beginsDay) add(`day ${new Date(one.at).toDateString()}`, words, () => make("h3", { class: "chat-day" }, words));
      before = one;
      return place.isFirst;
    };
    for (const message of messages.slice(start, end)) {
      const isNew = message.id === newFrom;
      const isFirst = day({ author: message.from_peer_id, to: message.to ?? "", at: message.timestamp });
      if (isNew) add("new", "", () => make("p", { class: "chat-new" }, make("span", {}, text.newLine)));
      const mayRemove = this.#hooks.mayRemove(message);
      const shownFirst = isFirst || isNew;
      add(String(message.id), `${shownFirst} ${mayRemove} ${ownPeerId}`, () => messageNode(message, shownFirst, this.#hooks));
    }
    if (this.#last === 0) {
      for (const message of outgoing) {
        const isFirst = day({ author: ownPeerId, to: message.to ?? "", at: message.at });
        add(message.id, `${isFirst} ${isOnline} ${message.refused}`, () => outgoingNode(message, isFirst, isOnline, this.#hooks));
      }
    }
    return wanted;
  }

  /** @param {{key: string, made: string, make: () => HTMLElement}[]} wanted */
  #place(wanted) {
    const nodes = new Map(wanted.map(({ key, made, make }) => {
      const known = this.#nodes.get(key);
      return [key, known?.made === made ? known : { node: make(), made }];
    }));
    for (const [key, { node }] of this.#nodes) if (nodes.get(key)?.node !== node) node.remove();
    /** @type {ChildNode | null} */
    let next = this.node.firstChild;
    for (const { node } of nodes.values()) {
      if (node === next) next = next.nextSibling;
      else this.node.insertBefore(node, next);
    }
    this.#nodes = nodes;
  }

  /** @param {{hasMore: boolean, isLoading: boolean, isEmpty: boolean}} look */
  #top({ hasMore, isLoading, isEmpty }) {
    if (isLoading) return make("p", { class: "chat-top" }, text.loading);
    if (!hasMore) return make("p", { class: "chat-top" }, isEmpty ? text.empty : text.beginning);
    const older = make("button", { type: "button", class: "small", "data-action": "older-messages" }, text.older);
    older.addEventListener("click", () => this.emit("older", null));
    return make("p", { class: "chat-top" }, older);
  }

  /** From message to message with the arrow keys. @param {KeyboardEvent} event */
  #turn(event) {
    const way = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const rows = [...this.node.querySelectorAll("article")];
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    if (way === undefined || event.altKey || event.ctrlKey || event.metaKey || rows.length === 0) return;
    const row = at < 0 ? rows.at(-1) : rows[at + way];
    if (!row) return;
    event.preventDefault();
    row.focus();
  }
}
