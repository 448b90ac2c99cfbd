/** Roster of the session: its peers and their media state, kept by the messages. Pure. */

/** @import {Peer, PeerList, PeerMediaState} from "../types/messages.js" */

export class Roster {
  /** The server has said who is here. */
  isKnown = false;
  /** By peer id, in order of joining, yourself included. @type {Map<string, Peer>} */
  peers = new Map();
  /** Peers that have said what their media do; what the others' record says is only a default. */
  #announced = new Set();
  /** Not in the server's list, but a call with them is up. @type {Set<string>} */
  #expected = new Set();

  /**
   * @param {PeerList} list
   * @param {Iterable<string>} [expected] peers that are about to come back if they are not in the
   *   list: a server that was restarted does not know of them yet
   */
  replace(list, expected = []) {
    const before = this.peers;
    this.isKnown = true;
    this.peers = new Map(list.peers.map((peer) => [peer.peer_id, peer]));
    for (const id of expected) {
      const peer = before.get(id);
      if (!peer || this.peers.has(id)) continue;
      this.#expected.add(id);
      this.peers.set(id, { ...peer, connected: false });
    }
    for (const id of this.#announced) if (!this.peers.has(id)) this.#announced.delete(id);
  }

  /**
   * A peer joins, as the last one: also where it was there before.
   *
   * @param {Peer} peer
   */
  join(peer) {
    this.peers.delete(peer.peer_id);
    this.put(peer);
  }

  /** @param {Peer} peer */
  put(peer) {
    this.#expected.delete(peer.peer_id);
    this.peers.set(peer.peer_id, peer);
  }

  /**
   * Nothing is left to come back to.
   *
   * @param {string} peerId
   */
  expectNoMore(peerId) {
    if (this.#expected.has(peerId)) this.remove(peerId);
  }

  /** @param {string} peerId */
  remove(peerId) {
    this.#expected.delete(peerId);
    this.peers.delete(peerId);
    this.#announced.delete(peerId);
  }

  /** @param {PeerMediaState} state */
  mediaState({ from_peer_id, audio, video, screen }) {
    const peer = this.peers.get(from_peer_id);
    if (!peer) return;
    this.#announced.add(from_peer_id);
    this.peers.set(from_peer_id, { ...peer, media: { audio, video, screen } });
  }

  /**
   * What a peer has said of its media, or `null`: a client need not say it.
   *
   * @param {string} peerId
   * @returns {import("../types/messages.js").Media | null}
   */
  media(peerId) {
    const media = this.peers.get(peerId)?.media;
    if (!media) return null;
    return this.#announced.has(peerId) || media.audio || media.video ? media : null;
  }

  /**
   * @param {string} peerId
   * @returns {number} place in order of joining; 0 for a stranger
   */
  indexOf(peerId) {
    return Math.max(0, [...this.peers.keys()].indexOf(peerId));
  }
}
