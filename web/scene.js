/** The scene as the messages tell it. Pure: no page, no connection. */

/** @import {Element as SceneElement, SceneDocument, ElementAdded, ElementUpdated, ElementRemoved, Transform} from "./types/messages.js" */

/** @typedef {ElementAdded | ElementUpdated | ElementRemoved} SceneChange */

export class SceneState {
  viewport = { width: 1280, height: 720 };
  revision = 0;
  /** By id, in the order in which they came. @type {Map<string, SceneElement>} */
  elements = new Map();
  /** A change was missed; nothing counts until the next snapshot. */
  #stale = true;

  /** Whether this is what the server has. */
  get known() {
    return !this.#stale;
  }

  /**
   * Take a snapshot as the truth.
   *
   * @param {SceneDocument} scene
   */
  replace(scene) {
    this.viewport = { width: scene.viewport.width || 1280, height: scene.viewport.height || 720 };
    this.revision = scene.revision;
    this.elements = new Map(scene.elements.map((element) => [element.id, element]));
    this.#stale = false;
  }

  /**
   * Apply a change, if it is the next one (rule SCN1: the revision grows by 1 per change).
   *
   * @param {SceneChange} change
   * @returns {"applied" | "old" | "gap"} `gap`, told once: a change was missed, ask for the scene
   */
  apply(change) {
    if (this.#stale || change.revision <= this.revision) return "old";
    if (change.revision !== this.revision + 1) {
      this.#stale = true;
      return "gap";
    }
    this.revision = change.revision;
    if (change.type === "element_removed") this.elements.delete(change.id);
    else this.elements.set(change.element.id, change.element);
    return "applied";
  }

  /**
   * The one tile of a stream (rule SCN3).
   *
   * @param {string} streamId
   * @returns {SceneElement | undefined}
   */
  tileOf(streamId) {
    for (const element of this.elements.values()) {
      if (element.kind.type === "Video" && element.kind.stream_id === streamId) return element;
    }
    return undefined;
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
 * The stream id of a peer's camera.
 *
 * @param {string} peerId
 * @returns {string}
 */
export function cameraOf(peerId) {
  return `peer-${peerId}`;
}

/**
 * The peer whose camera a stream id names, or `null`.
 *
 * @param {string} streamId
 * @returns {string | null}
 */
export function peerOfCamera(streamId) {
  return streamId.startsWith("peer-") ? streamId.slice("peer-".length) : null;
}
