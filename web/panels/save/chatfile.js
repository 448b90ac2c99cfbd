/** The chat of a canvas as a text file: what this person can read of it, made by the page. */

import { shownLines, shownName } from "../../lib/foreign.js";
import { icon, make } from "../../ui/dom.js";
import { save } from "../../ui/save.js";
import { momentText, text as chatText } from "../../text/chat.js";
import { text } from "../../text/panels/save.js";

/** @import {Notices} from "../../app/notices.js" */
/** @import {Chat} from "../../chat/chat.js" */
/** @import {LateChat} from "../../chat/late.js" */
/** @import {ChatMessage} from "../../types/messages.js" */

/**
 * @param {LateChat} late
 * @param {(peerId: string) => string} nameOf
 * @param {Notices} notices
 * @returns {HTMLElement} a button that saves it
 */
export function chatFileButton(late, nameOf, notices) {
  const words = make("span", { class: "format-words" }, make("strong", {}, text.chat), make("span", {}, text.chatAbout));
  const button = make("button", { type: "button", class: "format", "data-action": "save-chat" }, icon("chat"), words, icon("download"));
  button.addEventListener("click", () => void late.part.use(async (chat) => {
    button.setAttribute("aria-busy", "true");
    const isWhole = await loadAll(chat);
    button.removeAttribute("aria-busy");
    const file = new Blob([chatAsText(chat.messages, nameOf)], { type: "text/plain;charset=utf-8" });
    save(file, text.fileName("txt", new Date()).replace("canvas", "chat"));
    if (!isWhole) notices.show(text.chatNotWhole, { key: "chat-file", problem: true });
  }, notices));
  return button;
}

/**
 * @param {Chat} chat
 * @returns {Promise<boolean>} all of it is there
 */
async function loadAll(chat) {
  for (let size = -1; chat.hasMore && chat.messages.length > size;) {
    size = chat.messages.length;
    await chat.loadOlder();
  }
  return chat.isKnown && !chat.hasMore;
}

/**
 * @param {readonly ChatMessage[]} messages
 * @param {(peerId: string) => string} nameOf
 * @returns {string}
 */
export function chatAsText(messages, nameOf) {
  return messages.map((message) => {
    const { timestamp, from_peer_id: author, name, to, to_name: whom, picture } = message;
    const only = to ? ` (${chatText.toOne(shownName(whom) || nameOf(to))})` : "";
    const lines = [...(picture ? [`[${chatText.picture}]`] : []), ...shownLines(message.text).split("\n")];
    const indented = lines.filter((line, place) => line || place < lines.length - 1).map((line) => `    ${line}\n`).join("");
    return `${momentText(timestamp)} · ${shownName(name) || nameOf(author)}${only}\n${indented}`;
  }).join("\n");
}
