/** Previews of what the others are moving, until their edit comes. Pure: no page. */

import { Emitter } from "../lib/emitter.js";

/** @import {PeerPreview, TransformChanges} from "../types/messages.js" */

/** Whoever says nothing for so long has let go, though we have not heard of it. */
const STALE_MS = 2_000;

/** @typedef {Pick<Previews, "get"> & Pick<Emitter<{changed: {ids: Iterable<string>}}>, "on">} Motions */
/** @typedef {{elements: Map<string, TransformChanges>, timer: ReturnType<typeof setTimeout>}} Motion */

/** @extends {Emitter<{changed: {ids: Iterable<string>}}>} */
export class Previews extends Emitter {
  /** By peer. @type {Map<string, Motion>} */
  #motions = new Map();

  /**
   * Where somebody is moving an element.
   *
   * @param {string} id
   * @returns {TransformChanges | undefined}
   */
  get(id) {
    for (const { elements } of this.#motions.values()) {
      const transform = elements.get(id);
      if (transform) return transform;
    }
    return undefined;
  }

  /**
   * Who moves an element.
   *
   * @param {string} id
   * @returns {string | undefined} a peer id
   */
  moverOf(id) {
    for (const [peerId, { elements }] of this.#motions) if (elements.has(id)) return peerId;
    return undefined;
  }

  /** @param {PeerPreview} preview replaces the peer's earlier one */
  take({ from_peer_id: peerId, elements }) {
    const ids = new Set(this.#drop(peerId));
    if (elements.length > 0) {
      const timer = setTimeout(() => this.forget(peerId), STALE_MS);
      const moving = new Map(elements.map(({ id, transform }) => [id, transform]));
      this.#motions.set(peerId, { elements: moving, timer });
      for (const id of moving.keys()) ids.add(id);
    }
    this.emit("changed", { ids });
  }

  /** @param {string} id of an element that was edited: that counts from now on */
  settle(id) {
    for (const { elements } of this.#motions.values()) {
      if (elements.delete(id)) this.emit("changed", { ids: [id] });
    }
  }

  /** @param {string} peerId */
  forget(peerId) {
    const ids = this.#drop(peerId);
    if (ids.length > 0) this.emit("changed", { ids });
  }

  clear() {
    for (const peerId of [...this.#motions.keys()]) this.forget(peerId);
  }

  /**
   * @param {string} peerId
   * @returns {string[]} ids of what the peer was moving
   */
  #drop(peerId) {
    const motion = this.#motions.get(peerId);
    this.#motions.delete(peerId);
    clearTimeout(motion?.timer);
    return [...(motion?.elements.keys() ?? [])];
  }
}
