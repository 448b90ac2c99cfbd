/** Who is in the session, kept true by the messages. Pure. */

/** @import {Peer, PeerList, PeerMediaState} from "./types/messages.js" */

export class Roster {
  /** By peer id, in order of joining, yourself included. @type {Map<string, Peer>} */
  peers = new Map();
  /** Peers that have said what their media do; what the others' record says is only a default. */
  #announced = new Set();

  /** @param {PeerList} list */
  replace(list) {
    this.peers = new Map(list.peers.map((peer) => [peer.peer_id, peer]));
    for (const id of this.#announced) if (!this.peers.has(id)) this.#announced.delete(id);
  }

  /** @param {Peer} peer */
  put(peer) {
    this.peers.set(peer.peer_id, peer);
  }

  /** @param {string} peerId */
  remove(peerId) {
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
   * @returns {import("./types/messages.js").Media | null}
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
