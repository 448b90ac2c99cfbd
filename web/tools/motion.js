/**
 * Elements on the move under the person's hand: shown here at once, told to the others some thirty
 * times a second, and made one edit when they are let go.
 */

import { Emitter } from "../lib/emitter.js";
import { roundedChanges } from "../canvas/geometry.js";
import { stands } from "../scene/operations.js";
import { MOST_PREVIEWED } from "../types/limits.js";

/** @import {CanvasView} from "../canvas/view.js" */
/** @import {Editable} from "../scene/optimisticscene.js" */
/** @import {ClientMessage, TransformChanges, UpdateOperation} from "../types/messages.js" */

const PREVIEW_MS = 1000 / 30;

/** @extends {Emitter<{changed: null}>} */
export class Motion extends Emitter {
  #draft;
  #view;
  #send;
  /** @type {Map<string, TransformChanges>} */
  #changes = new Map();
  /** By keys that are held, not by the pointer. */
  byKeys = false;
  #frame = 0;
  #toldAt = 0;
  #told = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #telling;

  /**
   * @param {Editable} draft
   * @param {CanvasView} view
   * @param {(message: ClientMessage) => void} send
   */
  constructor(draft, view, send) {
    super();
    this.#draft = draft;
    this.#view = view;
    this.#send = send;
  }

  get active() {
    return this.#changes.size > 0;
  }

  /**
   * @param {Map<string, TransformChanges>} changes where everything on the move is now
   * @param {boolean} [byKeys] it is moved by keys that are held
   */
  show(changes, byKeys = false) {
    this.#changes = changes;
    this.byKeys = byKeys;
    this.#frame ||= requestAnimationFrame(() => this.#draw());
    this.#telling ??= setTimeout(
      () => this.#tell(),
      Math.max(0, this.#toldAt + PREVIEW_MS - performance.now()),
    );
  }

  /**
   * Let go: this is where they are now.
   *
   * @param {Map<string, Record<string, unknown>>} [kinds] what changes about them besides
   */
  commit(kinds = new Map()) {
    /** @type {UpdateOperation[]} */
    const operations = [];
    for (const [id, changes] of this.#changes) {
      const kind = kinds.get(id);
      const transform = roundedChanges(changes);
      operations.push({ op: "update", id, changes: { transform, ...(kind && { kind }) } });
    }
    const effective = operations.filter((operation) => {
      const element = this.#draft.get(operation.id);
      return element && !stands(element, operation);
    });
    // The others go on showing the preview until the edit comes; so only where none will.
    if (effective.length === 0) return this.cancel();
    this.#stop();
    this.#draft.edit(effective);
    this.#view.setMotion(null);
    this.emit("changed", null);
  }

  /** Everything back to where it was. */
  cancel() {
    const told = this.#told;
    this.#stop();
    this.#view.setMotion(null);
    if (told) this.#send({ type: "preview", elements: [] });
    this.emit("changed", null);
  }

  #stop() {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#telling);
    this.#frame = 0;
    this.#telling = undefined;
    this.#told = false;
    this.byKeys = false;
    this.#changes = new Map();
  }

  #draw() {
    this.#frame = 0;
    this.#view.setMotion(this.#changes);
    this.emit("changed", null);
  }

  #tell() {
    this.#telling = undefined;
    this.#toldAt = performance.now();
    this.#told = true;
    const elements = [...this.#changes]
      .filter(([id]) => this.#draft.has(id))
      .slice(0, MOST_PREVIEWED)
      .map(([id, changes]) => ({ id, transform: roundedChanges(changes) }));
    if (elements.length > 0) this.#send({ type: "preview", elements });
  }
}
