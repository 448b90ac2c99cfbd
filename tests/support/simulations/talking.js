/** The chat of a page that edits a scene (editors.js), without a browser: the page's own module, and what it may not hear. */

import { Chat } from "../../../web/chat/chat.js";
import { tell } from "./page.js";

/** @import {CanvasConnection} from "../../../web/protocol.js" */
/** @import {Outgoing} from "../../../web/chat/outbox.js" */
/** @import {ChatMessage, ClientMessage, ServerMessage} from "../../../web/types/messages.js" */

export class Talker {
  /** Under which peer ids this window was here. @type {Set<string>} */
  ids = new Set();
  /** What waits, as the storage of the window has it. @type {Outgoing[]} */
  kept = [];
  /** By `message_id`, what it asked for. @type {Map<string, {said: string} | {removed: string} | {cleared: true}>} */
  #asked = new Map();
  /** The number of the last message that was told just now. */
  #last = 0;

  /**
   * @param {string} client
   * @param {CanvasConnection} connection
   * @param {Talker | null} before the one of the page before, if this is the same window
   */
  constructor(client, connection, before) {
    this.client = client;
    this.connection = connection;
    if (before) this.ids = before.ids;
    const saved = JSON.stringify(before?.kept ?? []);
    const unsaved = {
      recall: () => JSON.parse(saved),
      keep: (/** @type {Outgoing[]} */ messages) => {
        this.kept = messages;
        return true;
      },
      forget: () => {
        this.kept = [];
      },
    };
    const spoken = Object.create(connection, {
      on: { value: connection.on.bind(connection) },
      send: { value: (/** @type {ClientMessage} */ message) => this.#send(message) },
    });
    for (const name of /** @type {const} */ (["state", "peerId", "sessionId", "features"])) {
      Object.defineProperty(spoken, name, { get: () => connection[name] });
    }
    this.chat = new Chat(spoken, /** @type {any} */ (unsaved), before !== null);
    this.chat.on("refused", ({ text }) => tell({ what: "chat", client, refused: text }));
    connection.on("lost", () => {
      this.#last = 0;
    });
  }

  /** @param {ClientMessage} message */
  #send(message) {
    const id = "message_id" in message ? (message.message_id ?? "") : "";
    if (message.type === "chat") this.#asked.set(id, { said: message.text ?? "" });
    if (message.type === "clear_chat") this.#asked.set(id, { cleared: true });
    if (message.type === "remove_chat") {
      const text = this.chat.messages.find((one) => one.id === message.id)?.text ?? "";
      this.#asked.set(id, { removed: text });
    }
    this.connection.send(message);
  }

  /**
   * @param {ServerMessage} message
   * @returns {boolean} whether it was about the chat
   */
  receive(message) {
    if (this.connection.peerId) this.ids.add(this.connection.peerId);
    if (message.type === "chat_message") {
      this.#check(message);
      if (message.id <= this.#last) this.#wrong(`${message.id} comes after ${this.#last}`);
      this.#last = message.id;
    } else if (message.type === "chat_history") {
      for (const one of message.messages) this.#check(one);
    } else if (message.type === "ack") {
      const asked = this.#asked.get(message.message_id);
      if (asked) tell({ what: "chat", client: this.client, ...asked, id: message.result.chat_id });
    }
    return this.chat.receive(message);
  }

  /** @param {ChatMessage} message */
  #check({ id, from_peer_id: from, to }) {
    if (to && !this.ids.has(to) && !this.ids.has(from)) this.#wrong(`hears ${id}, which is between two others`);
  }

  /** @param {string} text */
  #wrong(text) {
    tell({ what: "wrong", client: this.client, text });
  }

  // --- what a person does --------------------------------------------------------------------

  /**
   * @param {string} text
   * @param {string | null} to
   */
  say(text, to) {
    this.chat.say({ text, ...(to && { to }) });
  }

  /** @param {number} which */
  remove(which) {
    const own = this.chat.messages.filter(({ from_peer_id: from }) => this.ids.has(from));
    const one = own[Math.floor(which * own.length)];
    if (one) this.chat.remove(one.id);
  }

  get state() {
    const { messages, unsent, isCurrent, isLoading, hasMore } = this.chat;
    return {
      peer_id: this.connection.peerId,
      messages: messages.map(({ id, text }) => [id, text]),
      idle: unsent === 0 && isCurrent && !isLoading,
      more: hasMore,
    };
  }
}
