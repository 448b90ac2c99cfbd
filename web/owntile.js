/** The tile of the own camera: it is on the canvas while this peer is in a call. */

import { newId } from "./ids.js";
import { freeSlot } from "./placement.js";
import { cameraOf } from "./scene.js";

/** @import {Roster} from "./people/peers.js" */
/** @import {CanvasConnection} from "./protocol.js" */
/** @import {SceneState} from "./scene.js" */
/** @import {SignalingManager} from "./signaling.js" */
/** @import {Transform} from "./types/messages.js" */

export class OwnTile {
  #connection;
  #signaling;
  #roster;
  #scene;
  /** Where it was last, in the present calls. @type {Transform | null} */
  #place = null;
  /** The `message_id` of the latest wish for it. */
  #wish = "";
  /** Asked for it in the present calls, and it has not come yet. */
  #awaited = false;

  /**
   * @param {object} app
   * @param {CanvasConnection} app.connection
   * @param {SignalingManager} app.signaling
   * @param {Roster} app.roster
   * @param {SceneState} app.scene
   */
  constructor({ connection, signaling, roster, scene }) {
    this.#connection = connection;
    this.#signaling = signaling;
    this.#roster = roster;
    this.#scene = scene;
    signaling.on("entered", () => this.show());
    signaling.on("local", (stream) => {
      // Out of all calls: what was asked for before is nothing to wait for in the next one.
      if (!stream) this.#awaited = false;
    });
    connection.on("lost", () => (this.#awaited = false));
    connection.on("message", (message) => {
      if (message.type === "ack" && this.isWish(message.message_id)) this.#takeBack(message.result.id);
    });
  }

  /**
   * @param {string | null | undefined} messageId
   * @returns {boolean} that was the latest wish for the tile
   */
  isWish(messageId) {
    return this.#wish !== "" && messageId === this.#wish;
  }

  /** Put it on the canvas, unless it is there. The server keeps it to one (rule SCN3). */
  show() {
    const { peerId } = this.#connection;
    const tile = peerId ? this.#scene.tileOf(cameraOf(peerId)) : undefined;
    if (tile) this.#place = tile.transform;
    if (tile || !this.#signaling.inCall) this.#awaited = false;
    if (!this.#signaling.inCall) this.#place = null;
    if (!peerId || tile || this.#awaited || !this.#signaling.inCall || !this.#scene.known) return;
    this.#awaited = true;
    // Each time another name: the same wish under the same name is a retry, which changes nothing (SCN6).
    this.#wish = newId();
    this.#connection.send({
      type: "add_element",
      element: {
        kind: { type: "Video", stream_id: cameraOf(peerId) },
        transform: this.#place ?? this.#freePlace(peerId),
      },
      message_id: this.#wish,
    });
  }

  /** @param {string} peerId */
  #freePlace(peerId) {
    const { elements, viewport } = this.#scene;
    const { peers } = this.#roster;
    return freeSlot(this.#roster.indexOf(peerId), peers.size, elements.values(), viewport);
  }

  /**
   * The call may be over before the wish arrives, when the other is busy: the tile would stay.
   *
   * @param {string} id
   */
  #takeBack(id) {
    if (!this.#signaling.inCall) this.#connection.send({ type: "remove_element", id });
  }
}
