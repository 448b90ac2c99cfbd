/** Shows the scene's elements on the stage and lets people move them. */

import { make } from "../dom.js";
import { newId } from "../ids.js";
import { makeMovable } from "./drag.js";
import { drawKind } from "./kinds.js";
import { peerOfCamera, wholeTransform } from "../scene.js";
import { Tile } from "./tile.js";

/** @import {Person} from "../person.js" */
/** @import {SceneState} from "../scene.js" */
/** @import {Stage} from "./stage.js" */
/** @import {ClientMessage, Element as SceneElement} from "../types/messages.js" */
/** @import {VideoManager} from "../video.js" */

/**
 * A place that wins over what the server says: during a move, and after it until the server has
 * told this editor of its last step (`ack`), so that older echoes do not pull the element back.
 *
 * @typedef {{x: number, y: number, awaits: string | null}} OwnPlace
 */

/** @typedef {{node: HTMLElement, tile: Tile | null, kind: SceneElement["kind"] | null}} Shown */

const ACK_MS = 3_000;

/**
 * @typedef {object} CanvasHooks
 * @property {(message: ClientMessage) => void} send
 * @property {(peerId: string) => Person} describe
 * @property {(peerId: string) => void} join
 */

export class CanvasView {
  #space;
  #stage;
  #scene;
  #videos;
  #hooks;
  /** @type {Map<string, Shown>} */
  #shown = new Map();
  /** @type {Map<string, OwnPlace>} */
  #own = new Map();

  /**
   * @param {HTMLElement} space
   * @param {Stage} stage
   * @param {SceneState} scene
   * @param {VideoManager} videos
   * @param {CanvasHooks} hooks
   */
  constructor(space, stage, scene, videos, hooks) {
    this.#space = space;
    this.#stage = stage;
    this.#scene = scene;
    this.#videos = videos;
    this.#hooks = hooks;
    stage.on("scaled", () => {
      for (const id of this.#shown.keys()) this.#place(id);
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      for (const shown of this.#shown.values()) {
        if (shown.kind?.type === "Text") drawKind(shown.node, shown.kind);
      }
    });
  }

  /** The scene was replaced. */
  showAll() {
    this.#stage.setViewport(this.#scene.viewport);
    for (const id of [...this.#shown.keys()]) if (!this.#scene.elements.has(id)) this.#remove(id);
    for (const element of this.#scene.elements.values()) this.#draw(element);
    this.#measure();
  }

  /**
   * An element was added, changed or removed.
   *
   * @param {string} id
   */
  show(id) {
    const element = this.#scene.elements.get(id);
    if (element) this.#draw(element);
    else this.#remove(id);
    this.#measure();
  }

  /** Something about a participant changed. */
  showPeople() {
    for (const shown of this.#shown.values()) this.#showPerson(shown);
  }

  /**
   * The server has answered an edit of ours.
   *
   * @param {string | null | undefined} messageId
   */
  settle(messageId) {
    for (const [id, { awaits }] of this.#own) {
      if (awaits === null || awaits !== messageId) continue;
      this.#own.delete(id);
      this.show(id);
    }
  }

  /** @param {SceneElement} element */
  #draw({ id, kind }) {
    let shown = this.#shown.get(id);
    if (shown && streamOf(shown.kind) !== streamOf(kind)) {
      this.#remove(id);
      shown = undefined;
    }
    shown ??= this.#create(id, kind);
    if (!shown.kind || !same(shown.kind, kind)) {
      shown.kind = kind;
      if (shown.tile && kind.type === "Video") shown.tile.setKind(kind);
      else drawKind(shown.node, kind);
    }
    this.#showPerson(shown);
    this.#place(id);
  }

  /**
   * @param {string} id
   * @param {SceneElement["kind"]} kind
   * @returns {Shown}
   */
  #create(id, kind) {
    const node = make("div", {
      class: "element",
      "data-element-id": id,
      role: "group",
      tabindex: "0",
    });
    this.#space.append(node);
    /** @type {Shown} */
    const shown = { node, tile: null, kind: null };
    const streamId = streamOf(kind);
    if (streamId) node.dataset["streamId"] = streamId;
    const peerId = peerOfCamera(streamId);
    if (peerId) shown.tile = new Tile(node, streamId, this.#videos, () => this.#hooks.join(peerId));
    this.#shown.set(id, shown);
    makeMovable(node, {
      position: () => this.#transform(id),
      scale: () => this.#stage.scale,
      move: (x, y, last) => this.#move(id, x, y, last),
    });
    return shown;
  }

  /** @param {string} id */
  #remove(id) {
    const shown = this.#shown.get(id);
    shown?.tile?.close();
    shown?.node.remove();
    this.#shown.delete(id);
    this.#own.delete(id);
  }

  /** @param {Shown} shown */
  #showPerson({ tile, kind }) {
    const peerId = peerOfCamera(streamOf(kind));
    if (tile && peerId) tile.setPerson(this.#hooks.describe(peerId));
  }

  /** @param {string} id */
  #transform(id) {
    const transform = wholeTransform(this.#scene.elements.get(id)?.transform);
    const own = this.#own.get(id);
    return own ? { ...transform, x: own.x, y: own.y } : transform;
  }

  /** @param {string} id */
  #place(id) {
    const shown = this.#shown.get(id);
    if (shown) this.#stage.place(shown.node, this.#transform(id));
  }

  /**
   * @param {string} id
   * @param {number} sceneX
   * @param {number} sceneY
   * @param {boolean} last
   */
  #move(id, sceneX, sceneY, last) {
    if (!this.#shown.has(id)) return;
    const x = Math.round(sceneX * 10) / 10;
    const y = Math.round(sceneY * 10) / 10;
    // Not one that a page before a reload may have used: that would be a retry (SCN6).
    const awaits = last ? newId() : null;
    this.#own.set(id, { x, y, awaits });
    this.#place(id);
    /** @type {ClientMessage} */
    const message = { type: "update_element", id, changes: { transform: { x, y } } };
    this.#hooks.send(awaits ? { ...message, message_id: awaits } : message);
    if (!awaits) return;
    setTimeout(() => this.settle(awaits), ACK_MS);
    this.#measure();
  }

  /** Tell the stage what the elements take up; not during a drag, the ground would move. */
  #measure() {
    for (const { awaits } of this.#own.values()) if (awaits === null) return;
    const bounds = { left: 0, top: 0, right: 0, bottom: 0 };
    for (const id of this.#shown.keys()) {
      const { x, y, width, height } = this.#transform(id);
      bounds.left = Math.min(bounds.left, x);
      bounds.top = Math.min(bounds.top, y);
      bounds.right = Math.max(bounds.right, x + width);
      bounds.bottom = Math.max(bounds.bottom, y + height);
    }
    this.#stage.setBounds(bounds);
  }
}

/**
 * @param {SceneElement["kind"] | null} kind
 * @returns {string} empty for what is no video
 */
function streamOf(kind) {
  return kind?.type === "Video" ? kind.stream_id : "";
}

/**
 * Tells whether two kinds look the same, without looking into long texts more than need be: an
 * element that is moved comes again and again as a whole.
 *
 * @param {SceneElement["kind"]} one
 * @param {SceneElement["kind"]} other
 * @returns {boolean}
 */
function same(one, other) {
  const parts = new Map(Object.entries(one));
  const others = Object.entries(other);
  return parts.size === others.length && others.every(([name, part]) => {
    const own = parts.get(name);
    return own === part || (typeof part === "object" && JSON.stringify(own) === JSON.stringify(part));
  });
}
