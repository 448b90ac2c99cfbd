/** The chat as the page has it from the start, before its code is there: that is loaded when the page has nothing else to do. */

import { Emitter } from "../lib/emitter.js";
import { Part } from "../ui/part.js";
import { Unsaved } from "../ui/unsaved.js";

/** @import {CanvasConnection} from "../protocol.js" */
/** @import {ChatMessage, ServerMessage} from "../types/messages.js" */
/** @import {Chat} from "./chat.js" */

/** `changed`: something else is to be shown. `said`: by somebody else, just now. `loaded`: its code is there. */
/** @extends {Emitter<{changed: null, said: ChatMessage, loaded: Chat}>} */
export class LateChat extends Emitter {
  /** @type {Chat | null} */
  #chat = null;
  /** @type {Part<Chat>} */
  part;

  /**
   * @param {CanvasConnection} connection
   * @param {boolean} isBack there was a page before this one, and this is no copy of its window
   */
  constructor(connection, isBack) {
    super();
    this.part = new Part(async () => {
      const { Chat } = await import("./chat.js");
      const chat = new Chat(connection, new Unsaved(connection.sessionId, "chat"), isBack);
      chat.on("changed", () => this.emit("changed", null));
      chat.on("said", (message) => this.emit("said", message));
      this.#chat = chat;
      this.emit("loaded", chat);
      return chat;
    });
    // As with edits: a reload finds what is not sent, a window that is closed for good takes it along.
    addEventListener("beforeunload", (event) => {
      if (this.#chat && this.#chat.unsent > 0 && connection.state !== "closed") event.preventDefault();
    });
  }

  /** How many others have said that was not read. */
  get unread() {
    return this.#chat?.unread ?? 0;
  }

  /** How many of them since this page came. */
  get news() {
    return this.#chat?.news ?? 0;
  }

  /**
   * @param {ServerMessage} message
   * @returns {boolean} whether it was about the chat; before its code is there it asks for what it has missed
   */
  receive(message) {
    return this.#chat?.receive(message) ?? false;
  }
}
