/**
 * Live motion of elements under the person's hand: shown here at once, sent to the others as previews some thirty times
 * a second, and made one edit when they are let go.
 */

import { Emitter } from "../lib/emitter.js";
import { roundedChanges } from "../canvas/geometry.js";
import { placedChanges } from "../canvas/hull.js";
import { stands } from "../scene/operations.js";
import { MOST_PREVIEWED } from "../types/limits.js";

/** @import {CanvasView} from "../canvas/view.js" */
/** @import {Editable} from "../scene/optimisticscene.js" */
/** @import {ClientMessage, TransformChanges, UpdateOperation} from "../types/messages.js" */

const PREVIEW_MS = 1000 / 30;

/** @extends {Emitter<{changed: null}>} */
export class Motion extends Emitter {
  #scene;
  #view;
  #send;
  /** @type {Map<string, TransformChanges>} */
  #changes = new Map();
  /** The same as changes of their transforms. @type {Map<string, TransformChanges>} */
  #placed = new Map();
  /** By keys that are held, not by the pointer. */
  byKeys = false;
  #frame = 0;
  #sentAt = 0;
  #sent = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #sending;

  /**
   * @param {Editable} scene
   * @param {CanvasView} view
   * @param {(message: ClientMessage) => void} send
   */
  constructor(scene, view, send) {
    super();
    this.#scene = scene;
    this.#view = view;
    this.#send = send;
  }

  get active() {
    return this.#changes.size > 0;
  }

  /** What has changed about the elements on the move. @returns {ReadonlyMap<string, TransformChanges>} */
  get changes() {
    return this.#changes;
  }

  /**
   * @param {Map<string, TransformChanges>} changes where everything on the move is now
   * @param {boolean} [byKeys] it is moved by keys that are held
   */
  show(changes, byKeys = false) {
    this.#changes = changes;
    this.#placed = new Map([...changes].map(([id, one]) => [id, placedChanges(this.#scene, id, one)]));
    this.byKeys = byKeys;
    this.#frame ||= requestAnimationFrame(() => this.#draw());
    this.#sending ??= setTimeout(
      () => this.#sendPreview(),
      Math.max(0, this.#sentAt + PREVIEW_MS - performance.now()),
    );
  }

  /**
   * Let go: this is where they are now.
   *
   * @param {Map<string, Record<string, unknown>>} [kinds] what changes about them besides
   * @param {ReadonlyMap<string, string | null>} [parents] what they are in from now on
   */
  commit(kinds = new Map(), parents = new Map()) {
    /** @type {UpdateOperation[]} */
    const operations = [];
    for (const [id, changes] of this.#placed) {
      const kind = kinds.get(id);
      const parent = parents.get(id);
      const transform = roundedChanges(changes);
      operations.push({ op: "update", id, changes: { transform, ...(kind && { kind }), ...(parent !== undefined && { parent }) } });
    }
    const effective = operations.filter((operation) => {
      const element = this.#scene.get(operation.id);
      return element && !stands(element, operation);
    });
    // The others go on showing the preview until the edit comes; so only where none will.
    if (effective.length === 0) return this.cancel();
    this.#stop();
    this.#scene.edit(effective);
    this.#view.setMotion(null);
    this.emit("changed", null);
  }

  /** Everything back to where it was. */
  cancel() {
    const sent = this.#sent;
    this.#stop();
    this.#view.setMotion(null);
    if (sent) this.#send({ type: "preview", elements: [] });
    this.emit("changed", null);
  }

  #stop() {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#sending);
    this.#frame = 0;
    this.#sending = undefined;
    this.#sent = false;
    this.byKeys = false;
    this.#changes = new Map();
    this.#placed = new Map();
  }

  #draw() {
    this.#frame = 0;
    this.#view.setMotion(this.#placed);
    this.emit("changed", null);
  }

  #sendPreview() {
    this.#sending = undefined;
    this.#sentAt = performance.now();
    this.#sent = true;
    const elements = [...this.#placed]
      .filter(([id]) => this.#scene.has(id))
      .slice(0, MOST_PREVIEWED)
      .map(([id, changes]) => ({ id, transform: roundedChanges(changes) }));
    if (elements.length > 0) this.#send({ type: "preview", elements });
  }
}
