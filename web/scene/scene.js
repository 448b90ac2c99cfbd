/** The committed scene: the elements as the messages of the server make them. Pure: no page, no connection. */

/** @import {Element as SceneElement, SceneDocument, ElementAdded, ElementUpdated, ElementRemoved, Transform} from "../types/messages.js" */

/** @typedef {ElementAdded | ElementUpdated | ElementRemoved} SceneChange */

export class SceneState {
  viewport = { width: 1280, height: 720 };
  revision = 0;
  /** Of the change that led there, which tells it from others of that number. @type {number | undefined} */
  timestamp = undefined;
  /** By id, in the order in which they came. @type {Map<string, SceneElement>} */
  elements = new Map();
  /** Element ids by stream. @type {Map<string, string>} */
  #tiles = new Map();
  /** A snapshot has come. */
  #loaded = false;
  /** A change was missed, and what is missing was requested. */
  #gap = false;

  /** Whether this is what the server has. */
  get known() {
    return this.#loaded && !this.#gap;
  }

  /**
   * Take a snapshot as the truth.
   *
   * @param {SceneDocument} scene
   */
  replace(scene) {
    this.viewport = { width: scene.viewport.width || 1280, height: scene.viewport.height || 720 };
    this.revision = scene.revision;
    this.timestamp = scene.timestamp;
    this.elements = new Map();
    this.#tiles = new Map();
    for (const element of scene.elements) this.#put(element);
    this.#loaded = true;
    this.#gap = false;
  }

  /**
   * Apply a change, if it follows what is here (rule SCN1: several changes may come as one).
   *
   * @param {SceneChange} change
   * @returns {"applied" | "old" | "gap"} `gap`, returned once: a change was missed, ask for what came since
   */
  apply(change) {
    if (!this.#loaded || change.revision <= this.revision) return "old";
    if ((change.follows ?? change.revision - 1) !== this.revision) {
      if (this.#gap) return "old";
      this.#gap = true;
      return "gap";
    }
    this.#gap = false;
    this.revision = change.revision;
    this.timestamp = change.timestamp;
    if (change.type === "element_removed") this.#remove(change.id);
    else this.#put(change.element);
    return "applied";
  }

  /**
   * The one tile of a stream (rule SCN3).
   *
   * @param {string} streamId
   * @returns {SceneElement | undefined}
   */
  tileOf(streamId) {
    return this.elements.get(this.#tiles.get(streamId) ?? "");
  }

  /** @param {SceneElement} element */
  #put(element) {
    this.elements.set(element.id, element);
    const streamId = streamOf(element.kind);
    if (streamId) this.#tiles.set(streamId, element.id);
  }

  /** @param {string} id */
  #remove(id) {
    this.#tiles.delete(streamOf(this.elements.get(id)?.kind));
    this.elements.delete(id);
  }
}

/**
 * A place with every part given. The defaults are those of the server's `Transform`.
 *
 * @param {Transform | undefined} transform
 * @returns {Required<Transform>}
 */
export function wholeTransform(transform) {
  return { x: 0, y: 0, width: 100, height: 100, rotation: 0, z_index: 0, ...transform };
}

/**
 * The stream that an element shows.
 *
 * @param {SceneElement["kind"] | undefined} kind
 * @returns {string} empty: none
 */
export function streamOf(kind) {
  return kind && "stream_id" in kind ? kind.stream_id : "";
}

/**
 * The stream id of a peer's camera.
 *
 * @param {string} peerId
 * @returns {string}
 */
export function cameraOf(peerId) {
  return `peer-${peerId}`;
}

/**
 * The stream id of a screen that a peer shares.
 *
 * @param {string} peerId
 * @returns {string}
 */
export function screenOf(peerId) {
  return `screen-${peerId}`;
}

/**
 * Whose stream a stream id names, and what it shows; `null` for a stream of nobody here.
 *
 * @param {string} streamId
 * @returns {{peerId: string, source: "camera" | "screen"} | null}
 */
export function ownerOf(streamId) {
  const [, kind, peerId] = /^(peer|screen)-(.+)$/.exec(streamId) ?? [];
  if (!kind || !peerId) return null;
  return { peerId, source: kind === "peer" ? "camera" : "screen" };
}
