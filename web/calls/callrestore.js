/**
 * Decides which calls to restore after a reload, or to offer anew after the server has lost its state, and when: as
 * soon as the other side is here. Pure.
 */

/** @import {SavedCall} from "../connection/identity.js" */
/** @import {Peer} from "../types/messages.js" */

/**
 * @typedef {object} Due
 * @property {SavedCall[]} restore calls of the page that was here before
 * @property {string[]} offer peers to send an offer now
 * @property {string[]} offerLater peers that will offer themselves, or else are to be sent one
 */

export class CallRestore {
  /** Calls of an earlier page of this window. @type {SavedCall[]} */
  saved = [];
  /** Peers whose calls the server may have forgotten. @type {Set<string>} */
  #unsure = new Set();

  /** @param {Iterable<string>} peerIds with whom there are calls */
  lost(peerIds) {
    for (const peerId of peerIds) this.#unsure.add(peerId);
  }

  /**
   * These peers are here, or have changed.
   *
   * @param {Peer[]} peers
   * @param {boolean} snapshot this is everybody
   * @returns {Due}
   */
  seen(peers, snapshot) {
    const here = new Map(peers.map((peer) => [peer.peer_id, peer]));
    if (snapshot) this.saved = this.saved.filter(({ peerId }) => here.has(peerId));
    const back = [...this.#unsure].filter((peerId) => here.get(peerId)?.connected);
    // Who has just found the other offers; the other has been waiting and gives it the time.
    return {
      restore: this.saved.splice(0),
      offer: snapshot ? back : [],
      offerLater: snapshot ? [] : back,
    };
  }

  /**
   * An offer has come or goes out, or the call is over: nothing is left to be done.
   *
   * @param {string} peerId
   * @returns {boolean} something was
   */
  settle(peerId) {
    this.saved = this.saved.filter((saved) => saved.peerId !== peerId);
    return this.#unsure.delete(peerId);
  }

  clear() {
    this.saved = [];
    this.#unsure.clear();
  }
}
