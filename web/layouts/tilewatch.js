/** Watch over the tiles of the canvas: which of them show their person in this window. Looks when something has moved, never more often than four times a second. */

import { boundsOf, overlap } from "../canvas/geometry.js";
import { definitionOf } from "../kinds/kinds.js";
import { Emitter } from "../lib/emitter.js";
import { streamOf, wholeTransform } from "../scene/scene.js";
import { isSeen, shownShare } from "./visibility.js";

/** @import {Stage} from "../canvas/stage.js" */
/** @import {CanvasView} from "../canvas/view.js" */
/** @import {Editable} from "../scene/optimisticscene.js" */
/** @import {Place} from "./visibility.js" */

/** @typedef {{id: string, share: number, seen: boolean}} Sight of a tile: its element, how much of it is shown, whether that is enough */

const LOOK_MS = 250;

/** @extends {Emitter<{changed: null}>} `changed`: another tile is seen, or no longer */
export class TileWatch extends Emitter {
  #stage;
  #scene;
  #view;
  /** By stream id. @type {Map<string, Sight>} */
  #sights = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #last = -LOOK_MS;
  /** Somebody wants to know. */
  #isOn = false;

  /**
   * @param {Stage} stage
   * @param {Editable} scene
   * @param {CanvasView} view
   */
  constructor(stage, scene, view) {
    super();
    this.#stage = stage;
    this.#scene = scene;
    this.#view = view;
    stage.on("moved", () => this.#lookSoon());
    scene.on("changed", () => this.#lookSoon());
    scene.on("replaced", () => this.#lookSoon());
    new ResizeObserver(() => this.#lookSoon()).observe(stage.frame);
  }

  /** @param {boolean} isOn tiles are looked at */
  follow(isOn) {
    if (isOn === this.#isOn) return;
    this.#isOn = isOn;
    if (isOn) this.look();
  }

  /**
   * @param {string} streamId
   * @returns {Sight | undefined} none: it has no tile
   */
  sightOf(streamId) {
    return this.#sights.get(streamId);
  }

  /**
   * @param {string} streamId
   * @returns {boolean} less than half of its tile is free of what lies above it
   */
  isCovered(streamId) {
    const { id } = this.#sights.get(streamId) ?? {};
    if (id === undefined) return false;
    const tile = this.#view.transformOf(id);
    return shownShare(tile, boundsOf(tile), this.#above(id, tile)) < 0.5;
  }

  /** Look at once. */
  look() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#last = performance.now();
    const free = this.#freeOfScene();
    /** @type {Map<string, Sight>} */
    const sights = new Map();
    let isNew = false;
    for (const { id, kind } of this.#scene.elements()) {
      const streamId = streamOf(kind);
      if (!streamId) continue;
      const before = this.#sights.get(streamId);
      const tile = this.#view.transformOf(id);
      const share = overlap(boundsOf(tile), free) ? shownShare(tile, free, this.#above(id, tile)) : 0;
      const seen = isSeen(tile, this.#stage.scale, share, before?.seen ?? true);
      isNew ||= before?.seen !== seen;
      sights.set(streamId, { id, share, seen });
    }
    isNew ||= sights.size !== this.#sights.size;
    this.#sights = sights;
    if (isNew) this.emit("changed", null);
  }

  #lookSoon() {
    if (!this.#isOn || this.#timer !== undefined) return;
    const wait = Math.max(0, this.#last + LOOK_MS - performance.now());
    this.#timer = setTimeout(() => this.look(), wait);
  }

  /** The part of the scene that no bar lies over. */
  #freeOfScene() {
    const { scale } = this.#stage;
    const seen = this.#stage.visible();
    const { x, y, width, height } = this.#stage.free();
    return { x: seen.x + x / scale, y: seen.y + y / scale, width: width / scale, height: height / scale };
  }

  /**
   * @param {string} tileId
   * @param {Place} tile
   * @returns {Place[]} what lies above it and is not seen through
   */
  #above(tileId, tile) {
    const bounds = boundsOf(tile);
    /** @type {Place[]} */
    const above = [];
    let isLater = false; // of two in one layer the later one is nearer
    for (const { id, kind, transform } of this.#scene.elements()) {
      if (id === tileId) isLater = true;
      else if (definitionOf(kind).isClear !== true && overlap(bounds, boundsOf(transform))) {
        const place = wholeTransform(transform);
        if (place.z_index > tile.z_index || (place.z_index === tile.z_index && isLater)) above.push(place);
      }
    }
    return above;
  }
}
