/**
 * The tile of this peer's camera or screen: adds it to the scene while this peer sends that, and removes it; keeps it in the
 * proportions of the picture, and in its slot while nobody has arranged the canvas (rule LAY2).
 */

import { newId } from "../lib/ids.js";
import { arrangedSlot, freeSlot, proportioned, tileOrder } from "../canvas/freeslot.js";
import { mayBeHeard } from "../invite/rights.js";
import { tileKind } from "../kinds/kinds.js";
import { ownerOf, wholeTransform } from "../scene/scene.js";
import { PASSING } from "../types/limits.js";

/** @import {Roster} from "./peers.js" */
/** @import {CanvasConnection} from "../protocol.js" */
/** @import {SceneState} from "../scene/scene.js" */
/** @import {SignalingManager} from "../signaling.js" */
/** @import {Seeker} from "../canvas/freeslot.js" */
/** @import {Element as SceneElement, Transform} from "../types/messages.js" */

/**
 * @typedef {object} Subject what the tile shows
 * @property {(peerId: string) => string} streamIdOf its stream id
 * @property {() => boolean} isWanted it is to be on the canvas
 * @property {() => boolean} isOver it is to go: not by the server, which takes the tiles of who leaves its
 *   last call (rule SCN3)
 * @property {() => number} aspect width by height of the picture
 */

/** The first pause before a request that was refused for now is made again. It doubles up to the longest. */
const PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

export class OwnTile {
  #connection;
  #signaling;
  #roster;
  #scene;
  #subject;
  /** Where it was last, in the present calls. @type {Transform | null} */
  #place = null;
  /** The `message_id` of the latest request to add it. */
  #request = "";
  /** It was requested in the present calls, and has not come yet. */
  #awaited = false;
  /** The id of the tile whose removal was requested. */
  #removed = "";
  /** The `message_id` of that request. */
  #removal = "";
  /** The `message_id` of the latest request to move it, until it is answered. */
  #move = "";
  /** Where it was to go then: a place that was refused is not asked for again. */
  #moved = "";
  #pause = PAUSE_MS;

  /**
   * @param {object} app
   * @param {CanvasConnection} app.connection
   * @param {SignalingManager} app.signaling
   * @param {Roster} app.roster
   * @param {SceneState} app.scene
   * @param {Subject} subject
   */
  constructor({ connection, signaling, roster, scene }, subject) {
    this.#connection = connection;
    this.#signaling = signaling;
    this.#roster = roster;
    this.#scene = scene;
    this.#subject = subject;
    signaling.on("entered", () => this.show());
    signaling.on("local", (stream) => {
      // Out of all calls: what was requested before is nothing to wait for in the next one.
      if (!stream) this.#awaited = false;
    });
    connection.on("lost", () => {
      this.#awaited = false;
      this.#removed = "";
      this.#move = this.#moved = "";
    });
    connection.on("message", (message) => {
      if (message.type === "ack" && this.isRequest(message.message_id)) this.#added(message.result.id);
      if (message.type === "error" && PASSING.has(message.code)) this.#putOff(message.message_id);
      const isAnswer = message.type === "ack" || message.type === "error";
      if (isAnswer && this.#move !== "" && message.message_id === this.#move) this.#move = "";
    });
  }

  /**
   * @param {string | null | undefined} messageId
   * @returns {boolean} that was the latest request to add the tile
   */
  isRequest(messageId) {
    return this.#request !== "" && messageId === this.#request;
  }

  /** Put it on the canvas, unless it is there, or take it away. The server keeps it to one (rule SCN3). */
  show() {
    const { peerId } = this.#connection;
    const { inCall } = this.#signaling;
    const wanted = this.#subject.isWanted();
    const tile = peerId ? this.#scene.tileOf(this.#subject.streamIdOf(peerId)) : undefined;
    if (tile) this.#place = tile.transform;
    if (tile || !wanted) this.#awaited = false;
    if (!inCall) this.#place = null;
    if (tile && this.#subject.isOver()) this.#remove(tile.id);
    else if (peerId && tile && wanted) this.#keep(peerId, tile);
    if (!peerId || tile || this.#awaited || !wanted || !this.#scene.known) return;
    this.#awaited = true;
    // Each time another name: the same request under the same name is a retry, which changes nothing (SCN6).
    this.#request = newId();
    this.#connection.send({
      type: "add_element",
      element: {
        kind: tileKind(this.#subject.streamIdOf(peerId)),
        transform: this.#place ?? this.#freePlace(peerId),
      },
      message_id: this.#request,
    });
  }

  /**
   * Let it have the proportions of the picture, and its slot.
   *
   * @param {string} peerId
   * @param {SceneElement} tile
   */
  #keep(peerId, tile) {
    const { elements, viewport } = this.#scene;
    const at = wholeTransform(tile.transform);
    const crop = "crop" in tile.kind ? tile.kind.crop : null;
    const aspect = this.#subject.aspect() * ((crop?.width ?? 1) / (crop?.height || 1));
    const own = this.#subject.streamIdOf(peerId);
    const place = arrangedSlot({ own, aspect }, elements.values(), viewport) ?? proportioned(at, aspect);
    const isThere = !place || (place.x === at.x && place.y === at.y && place.width === at.width && place.height === at.height);
    const wish = JSON.stringify([tile.id, place]);
    if (isThere || this.#move !== "" || wish === this.#moved) return;
    this.#moved = wish;
    this.#move = newId();
    // No edit of the person's, so nothing that undo takes back.
    this.#connection.send({ type: "update_element", id: tile.id, changes: { transform: { ...place } }, message_id: this.#move });
  }

  /** @param {string} peerId */
  #freePlace(peerId) {
    const { elements, viewport } = this.#scene;
    return freeSlot(this.#seeker(peerId), elements.values(), viewport);
  }

  /**
   * @param {string} peerId
   * @returns {Seeker}
   */
  #seeker(peerId) {
    const own = this.#subject.streamIdOf(peerId);
    const isWanted = (/** @type {string} */ streamId) => streamId === own || this.#isWanted(streamId);
    return { own, streams: tileOrder(this.#roster.peers.keys(), isWanted), aspect: this.#subject.aspect() };
  }

  /**
   * @param {string} streamId
   * @returns {boolean} it has a tile, or is about to get one
   */
  #isWanted(streamId) {
    if (this.#scene.tileOf(streamId)) return true;
    const owner = ownerOf(streamId);
    const peer = owner ? this.#roster.peers.get(owner.peerId) : undefined;
    if (!owner || !peer || !mayBeHeard(peer)) return false;
    return owner.source === "screen" ? peer.media.screen : peer.in_call;
  }

  /**
   * A request was refused for a reason that passes: it is made again after a pause, if it is still wanted.
   *
   * @param {string | null | undefined} messageId
   */
  #putOff(messageId) {
    const isRemoval = this.#removal !== "" && messageId === this.#removal;
    if (!isRemoval && !this.isRequest(messageId)) return;
    setTimeout(() => {
      if (!isRemoval && this.isRequest(messageId)) this.#awaited = false;
      if (isRemoval && messageId === this.#removal) this.#removeAgain();
      this.show();
    }, this.#pause);
    this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE_MS);
  }

  /**
   * It may be unwanted before the request arrives, when the other is busy: the tile would stay.
   *
   * @param {string} id
   */
  #added(id) {
    this.#pause = PAUSE_MS;
    if (!this.#subject.isWanted()) this.#remove(id);
  }

  #removeAgain() {
    const id = this.#removed;
    this.#removed = "";
    if (this.#scene.elements.has(id) && !this.#subject.isWanted()) this.#remove(id);
  }

  /** @param {string} id */
  #remove(id) {
    if (id === this.#removed) return;
    this.#removed = id;
    this.#removal = newId();
    this.#connection.send({ type: "remove_element", id, message_id: this.#removal });
  }
}
