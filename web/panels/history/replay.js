/** Replay of the history: the moment that is shown, and the film of it. Pure but for its timer. */

import { Emitter } from "../../lib/emitter.js";

/** @import {SceneView} from "../../scene/sceneview.js" */
/** @import {Timeline} from "./timeline.js" */

/** Changes a second, at the speed 1. */
const PACE = 3;

/**
 * `moved`: another moment, or the film began or stopped. `failed`: a moment could not be read.
 *
 * @extends {Emitter<{moved: null, failed: unknown}>}
 */
export class Replay extends Emitter {
  #timeline;
  #sceneView;
  #timer = 0;
  #latest = 0;
  /** The revision that is shown, or asked for; `null`: now. @type {number | null} */
  revision = null;
  playing = false;
  /** Of the film: 1, 2, 4 … */
  speed = 1;

  /**
   * @param {Timeline} timeline
   * @param {Pick<SceneView, "look">} sceneView
   */
  constructor(timeline, sceneView) {
    super();
    this.#timeline = timeline;
    this.#sceneView = sceneView;
  }

  /**
   * Show the scene as it was after a revision; a film that runs goes on from there.
   *
   * @param {number} revision
   */
  goTo(revision) {
    clearTimeout(this.#timer);
    if (this.playing) this.#advance(revision);
    else this.#show(revision);
  }

  /**
   * Of several requests the last one is shown.
   *
   * @param {number} revision
   * @returns {Promise<boolean>} whether it is shown
   */
  async #show(revision) {
    const request = ++this.#latest;
    const { firstRevision, revision: latest } = this.#timeline;
    this.revision = Math.min(Math.max(revision, firstRevision), latest);
    this.emit("moved", null);
    try {
      const elements = await this.#timeline.sceneAt(this.revision);
      if (request !== this.#latest) return false;
      this.#sceneView.look(elements);
      return true;
    } catch (error) {
      if (request !== this.#latest) return false;
      this.toNow();
      this.emit("failed", error);
      return false;
    }
  }

  toNow() {
    this.#latest += 1;
    this.#stop();
    this.revision = null;
    this.#sceneView.look(null);
    this.emit("moved", null);
  }

  /** Run from here to the present; from the beginning of what is known when at the present. */
  play() {
    if (this.playing) return;
    const { entries, firstRevision } = this.#timeline;
    const first = Math.max(firstRevision, (entries[0]?.revision ?? 1) - 1);
    this.playing = true;
    this.#advance(this.revision ?? first);
  }

  pause() {
    this.#stop();
    this.emit("moved", null);
  }

  /** @param {number} revision */
  async #advance(revision) {
    if (!(await this.#show(revision)) || !this.playing) return;
    const next = this.#timeline.entryAfter(revision);
    this.#timer = globalThis.setTimeout(() => {
      if (next) this.#advance(next.revision);
      else this.toNow();
    }, 1000 / PACE / this.speed);
  }

  #stop() {
    clearTimeout(this.#timer);
    this.playing = false;
  }
}
