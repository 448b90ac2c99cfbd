/** The view of the scene that the canvas shows: as it is, which can be edited, or as it was, which cannot. Pure. */

import { Emitter } from "../lib/emitter.js";
import { streamOf } from "./scene.js";
import { HistoryScene } from "./historyscene.js";

/** @import {OptimisticScene} from "./optimisticscene.js" */
/** @import {Operation} from "./operations.js" */
/** @import {Previews} from "./previews.js" */
/** @import {Elements} from "./historyscene.js" */
/** @import {Element as SceneElement} from "../types/messages.js" */

/**
 * `looked`: whether it is the past that is shown from now on. `blocked`: somebody tried to edit it, or
 * the present without being allowed to.
 *
 * @typedef {{changed: {ids: Iterable<string>}, replaced: null, history: null, looked: boolean, blocked: "past" | "forbidden"}} SceneViewEvents
 */

/**
 * Has the interface of the optimistic scene. Cameras are always shown as they are, since the call goes on,
 * and since a restored scene keeps them. An earlier camera is shown where it was, if nobody is there now.
 *
 * @extends {Emitter<SceneViewEvents>}
 */
export class SceneView extends Emitter {
  #scene;
  #mayEdit;
  #completed;
  #past = new HistoryScene();
  /** The earlier scene in sight. @type {Elements | null} */
  #earlier = null;
  /** What others are moving; nothing in the past. */
  previews;

  /**
   * @param {OptimisticScene} scene
   * @param {Previews} previews
   * @param {() => boolean} [mayEdit] this person may change the scene
   * @param {(operations: readonly Operation[], scene: OptimisticScene) => readonly Operation[]} [completed] an edit with what
   *   elements do that depend on those it is about
   */
  constructor(scene, previews, mayEdit = () => true, completed = (operations) => operations) {
    super();
    this.#mayEdit = mayEdit;
    this.#completed = completed;
    this.#scene = scene;
    scene.on("changed", (change) => {
      if (this.#earlier) this.#past.become(this.#composed(this.#earlier));
      else this.emit("changed", change);
    });
    scene.on("replaced", () => {
      if (this.#earlier) this.#past.become(this.#composed(this.#earlier));
      else this.emit("replaced", null);
    });
    scene.on("history", () => this.emit("history", null));
    this.#past.on("changed", (change) => {
      if (this.#earlier) this.emit("changed", change);
    });
    this.previews = new VisiblePreviews(previews, () => this.isPast);
  }

  get isPast() {
    return this.#earlier !== null;
  }

  /**
   * Show an earlier scene, or the present one again.
   *
   * @param {Elements | null} earlier
   */
  look(earlier) {
    const before = this.#earlier;
    if (earlier && before) {
      this.#earlier = earlier;
      this.#past.become(this.#composed(earlier));
    } else if (earlier || before) {
      if (earlier) this.#past.become(this.#composed(earlier)); // reported below, as a whole
      this.#earlier = earlier;
      this.emit("replaced", null);
      this.emit("history", null);
      this.emit("looked", this.isPast);
    }
  }

  // --- the interface of the scene ---------------------------------------------------------------

  get #source() {
    return this.#earlier ? this.#past : this.#scene;
  }

  /** @param {string} id */
  get(id) {
    return this.#source.get(id);
  }

  /** @param {string} id */
  has(id) {
    return this.#source.has(id);
  }

  elements() {
    return this.#source.elements();
  }

  /** @param {string} id */
  childrenOf(id) {
    return this.#source.childrenOf(id);
  }

  get size() {
    return this.#source.size;
  }

  get viewport() {
    return this.#scene.viewport;
  }

  get unconfirmed() {
    return this.#scene.unconfirmed;
  }

  newElementId() {
    return this.#scene.newElementId();
  }

  /**
   * @param {readonly Operation[]} operations
   * @param {{undoable?: boolean, joins?: string}} [how]
   */
  edit(operations, how) {
    if (this.#isFixed) this.#blocked();
    else this.#scene.edit(this.#completed(operations, this.#scene), how);
  }

  get canUndo() {
    return !this.#isFixed && this.#scene.canUndo;
  }

  get canRedo() {
    return !this.#isFixed && this.#scene.canRedo;
  }

  undo() {
    return this.#isFixed ? this.#blocked() : this.#scene.undo();
  }

  redo() {
    return this.#isFixed ? this.#blocked() : this.#scene.redo();
  }

  get #isFixed() {
    return this.isPast || !this.#mayEdit();
  }

  /** @returns {"nothing"} */
  #blocked() {
    this.emit("blocked", this.isPast ? "past" : "forbidden");
    return "nothing";
  }

  /**
   * @param {Elements} earlier
   * @returns {Elements}
   */
  #composed(earlier) {
    const tiles = [...this.#scene.elements()].filter(({ kind }) => streamOf(kind));
    const streams = new Set(tiles.map(({ kind }) => streamOf(kind)));
    /** @type {Map<string, SceneElement>} */
    const composed = new Map();
    for (const [id, element] of earlier) if (!streams.has(streamOf(element.kind))) composed.set(id, element);
    for (const tile of tiles) composed.set(tile.id, tile);
    return composed;
  }
}

/** @extends {Emitter<{changed: {ids: Iterable<string>}}>} */
export class VisiblePreviews extends Emitter {
  #previews;
  #isPast;

  /**
   * @param {Previews} previews
   * @param {() => boolean} isPast
   */
  constructor(previews, isPast) {
    super();
    this.#previews = previews;
    this.#isPast = isPast;
    previews.on("changed", (change) => {
      if (!isPast()) this.emit("changed", change);
    });
  }

  /** @param {string} id */
  get(id) {
    return this.#isPast() ? undefined : this.#previews.get(id);
  }
}
