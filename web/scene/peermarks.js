/** Selections and typing of the others, as they say them. Pure: no page. */

import { Emitter } from "../lib/emitter.js";

/** @import {PeerSelection, PeerTyping} from "../types/messages.js" */

/** Who says nothing for so long writes no more, though we have not heard of it (rule TOG2). */
const STALE_MS = 8_000;

/** One person at one element. @typedef {{peerId: string, id: string, isTyping: boolean}} PeerMark */

/** @extends {Emitter<{changed: null}>} */
export class PeerMarks extends Emitter {
  /** By peer, who changed it last at the end. @type {Map<string, readonly string[]>} */
  #selected = new Map();
  /** @type {Map<string, {id: string, timer: ReturnType<typeof setTimeout>}>} */
  #typing = new Map();

  /** @param {PeerSelection | PeerTyping} message */
  take(message) {
    const peerId = message.from_peer_id;
    if (message.type === "peer_selection") {
      this.#selected.delete(peerId);
      if (message.ids.length > 0) this.#selected.set(peerId, message.ids);
    } else {
      this.#stop(peerId);
      const { id } = message;
      if (id != null) this.#typing.set(peerId, { id, timer: setTimeout(() => this.#end(peerId), STALE_MS) });
    }
    this.emit("changed", null);
  }

  /** @param {string} peerId who has left */
  forget(peerId) {
    const isKnown = this.#selected.has(peerId) || this.#typing.has(peerId);
    this.#selected.delete(peerId);
    this.#stop(peerId);
    if (isKnown) this.emit("changed", null);
  }

  clear() {
    for (const peerId of [...this.#selected.keys(), ...this.#typing.keys()]) this.forget(peerId);
  }

  get size() {
    return this.#selected.size + this.#typing.size;
  }

  /** Those of the people of the latest first. @returns {Generator<PeerMark>} */
  *all() {
    for (const [peerId, { id }] of [...this.#typing].reverse()) yield { peerId, id, isTyping: true };
    for (const [peerId, ids] of [...this.#selected].reverse()) {
      const written = this.#typing.get(peerId)?.id;
      for (const id of ids) if (id !== written) yield { peerId, id, isTyping: false };
    }
  }

  /**
   * @param {string} id of an element
   * @returns {PeerMark[]} who is at it
   */
  at(id) {
    return [...this.all()].filter((mark) => mark.id === id);
  }

  /** @param {string} peerId */
  #end(peerId) {
    this.#stop(peerId);
    this.emit("changed", null);
  }

  /** @param {string} peerId */
  #stop(peerId) {
    clearTimeout(this.#typing.get(peerId)?.timer);
    this.#typing.delete(peerId);
  }
}
