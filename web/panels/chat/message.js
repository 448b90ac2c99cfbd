/** View of one message of the chat. */

import { initialOf, shownLines, shownName } from "../../lib/foreign.js";
import { entryOf } from "../../lib/own.js";
import { icon, make } from "../../ui/dom.js";
import { momentText, refusalText, refused, text, timeText } from "../../text/chat.js";
import { text as callText } from "../../text/calls.js";
import { pictureNode } from "./picture.js";
import { wordsNode } from "./words.js";

/** @import {Outgoing} from "../../chat/outbox.js" */
/** @import {ChatMessage} from "../../types/messages.js" */

/**
 * What a view needs beside the message.
 *
 * @typedef {object} MessageHooks
 * @property {string} ownPeerId
 * @property {(peerId: string) => number} hueOf
 * @property {(peerId: string) => string} nameOf of somebody who is here
 * @property {(message: ChatMessage) => boolean} mayRemove
 * @property {(message: ChatMessage) => void} remove
 * @property {(id: string) => void} again send one that was refused once more
 * @property {(id: string) => void} discard
 */

/**
 * @param {ChatMessage} message
 * @param {boolean} isFirst it has a name of its own
 * @param {MessageHooks} hooks
 * @returns {HTMLElement}
 */
export function messageNode(message, isFirst, hooks) {
  const { id, from_peer_id: author, timestamp, to } = message;
  const own = author === hooks.ownPeerId;
  const name = nameOf(message, hooks);
  const body = bodyOf(shownLines(message.text), message.picture ?? "", name);
  const node = frame({ author, own, name, at: timestamp, isFirst, whom: whomOf(message, hooks) }, body, hooks);
  node.dataset["messageId"] = String(id);
  node.toggleAttribute("data-private", Boolean(to));
  if (hooks.mayRemove(message)) {
    const remove = make("button", { type: "button", class: "ghost", "data-action": "remove-message", "aria-label": text.remove, title: text.remove });
    remove.append(icon("trash"));
    remove.addEventListener("click", () => hooks.remove(message));
    node.append(make("div", { class: "chat-deeds" }, remove));
  }
  return node;
}

/**
 * One of this person's own that is not acknowledged.
 *
 * @param {Outgoing} message
 * @param {boolean} isFirst
 * @param {boolean} isOnline
 * @param {MessageHooks} hooks
 * @returns {HTMLElement}
 */
export function outgoingNode(message, isFirst, isOnline, hooks) {
  const { id, at, to, refused: code } = message;
  const body = bodyOf(message.text, message.picture ?? "", text.you);
  const whom = to ? text.toOne(hooks.nameOf(to)) : "";
  const node = frame({ author: hooks.ownPeerId, own: true, name: text.you, at, isFirst, whom }, body, hooks);
  node.dataset["outgoing"] = code === undefined ? "sending" : "refused";
  node.toggleAttribute("data-private", Boolean(to));
  node.append(code === undefined ? make("p", { class: "chat-state" }, isOnline ? text.sending : text.waiting) : refusal(id, code, hooks));
  return node;
}

/**
 * @param {ChatMessage} message
 * @param {MessageHooks} hooks
 * @returns {string} of its author
 */
export function nameOf({ from_peer_id: author, name, server }, hooks) {
  if (author === hooks.ownPeerId) return text.you;
  return callText.named(shownName(name) || hooks.nameOf(author), server == null ? null : shownName(server) || callText.unnamedServer);
}

/**
 * @param {ChatMessage} message
 * @param {MessageHooks} hooks
 * @returns {string} whom alone it is to, in words; empty: to everybody
 */
function whomOf({ to, to_name: name }, hooks) {
  if (!to) return "";
  return to === hooks.ownPeerId ? text.toYou : text.toOne(shownName(name) || hooks.nameOf(to));
}

/**
 * @param {{author: string, own: boolean, name: string, at: number, isFirst: boolean, whom: string}} look
 * @param {Node[]} body
 * @param {MessageHooks} hooks
 * @returns {HTMLElement}
 */
function frame({ author, own, name, at, isFirst, whom }, body, hooks) {
  const time = make("time", { datetime: new Date(at).toISOString(), title: momentText(at) }, timeText(at));
  const head = make("header", { class: isFirst ? "chat-head" : "unseen" }, make("bdi", { class: "chat-name" }, name));
  if (whom) head.append(make("span", { class: "chat-whom" }, icon("lock"), whom));
  head.append(time);
  const face = make("span", { class: "chat-face", "aria-hidden": "true" }, isFirst ? initialOf(own ? hooks.nameOf(author) : name) : "");
  const node = make("article", { class: "chat-message", tabindex: "-1" }, face, head, ...body);
  node.style.setProperty("--hue", String(hooks.hueOf(author)));
  node.toggleAttribute("data-first", isFirst);
  node.toggleAttribute("data-own", own);
  return node;
}

/**
 * @param {string} words
 * @param {string} picture
 * @param {string} name
 * @returns {Node[]}
 */
function bodyOf(words, picture, name) {
  return [...(picture ? [pictureNode(picture, name)] : []), ...(words ? [wordsNode(words)] : [])];
}

/**
 * @param {string} id
 * @param {string} code
 * @param {MessageHooks} hooks
 */
function refusal(id, code, hooks) {
  const again = make("button", { type: "button", class: "small", "data-action": "send-again" }, text.again);
  const discard = make("button", { type: "button", class: "small ghost", "data-action": "discard-message" }, text.discard);
  again.addEventListener("click", () => hooks.again(id));
  discard.addEventListener("click", () => hooks.discard(id));
  return make("div", { class: "chat-refused" }, make("p", { role: "alert" }, entryOf(refusalText, code) ?? refused), again, discard);
}
