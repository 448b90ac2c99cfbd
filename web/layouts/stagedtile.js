/** The stage of the layouts Canvas and Strip: the camera goes to one tile and stays with it, and comes back to where it was. */

import { boundsOf } from "../canvas/geometry.js";

/** @import {Camera, Stage} from "../canvas/stage.js" */
/** @import {CanvasView} from "../canvas/view.js" */

/** Around the tile, in pixels. */
const AIR_PX = 12;
/** The camera is moved by a person if they have done something on the page so shortly before. */
const HANDS_MS = 1_000;
const HANDS = ["pointerdown", "pointermove", "wheel", "keydown"];

export class StagedTile {
  #stage;
  #view;
  /** The element whose tile has the stage. @type {string | null} */
  #id = null;
  /** Where the camera was before. @type {Camera | null} */
  #before = null;
  /** The person has moved the camera since. */
  #isLoose = false;
  #isMoving = false;
  /** When the person last had a hand on the canvas, in milliseconds. */
  #handled = -Infinity;
  /** What the camera was put for: the tile, the free part of the window. */
  #put = "";

  /**
   * @param {Stage} stage
   * @param {CanvasView} view
   */
  constructor(stage, view) {
    this.#stage = stage;
    this.#view = view;
    stage.on("moved", () => this.#moved());
    for (const name of HANDS) {
      document.addEventListener(name, (event) => this.#note(event), { capture: true, passive: true });
    }
  }

  /** @param {string | null} id of the element; `null`: none has the stage */
  show(id) {
    if (id === this.#id) return this.follow();
    if (this.#id !== null) this.#mark(false);
    const before = this.#before;
    this.#id = id;
    this.#put = "";
    if (id === null) {
      this.#before = null;
      if (before && !this.#isLoose) this.#return(before);
      this.#isLoose = false;
      return;
    }
    this.#isLoose = false;
    this.#before = before ?? this.#stage.camera;
    this.follow();
  }

  /** The tile or the window may have changed: stay with it. */
  follow() {
    if (this.#id === null || this.#isLoose || !this.#view.nodeOf(this.#id)) return;
    const free = this.#stage.free();
    const { x, y, width, height } = boundsOf(this.#view.transformOf(this.#id));
    this.#mark(true);
    const put = JSON.stringify([x, y, width, height, free]);
    if (put === this.#put) return;
    this.#put = put;
    const across = (free.width - 2 * AIR_PX) / Math.max(1, width);
    const down = (free.height - 2 * AIR_PX) / Math.max(1, height);
    const scale = Math.max(0.01, Math.min(across, down));
    this.#return({
      left: free.x + free.width / 2 - (x + width / 2) * scale,
      top: free.y + free.height / 2 - (y + height / 2) * scale,
      scale,
      fitted: false,
    });
  }

  /** @param {Event} event */
  #note(event) {
    if (this.#id === null || (event.type === "pointermove" && /** @type {PointerEvent} */ (event).buttons === 0)) return;
    const isOnCanvas = event.target instanceof Node && this.#stage.frame.parentElement?.contains(event.target);
    if (isOnCanvas || event.target === document.body) this.#handled = performance.now();
  }

  /** @param {Camera} camera */
  #return(camera) {
    this.#isMoving = true;
    if (camera.fitted) this.#stage.fit();
    else this.#stage.return(camera);
    this.#isMoving = false;
  }

  #moved() {
    if (this.#isMoving || this.#id === null || this.#isLoose || !this.#view.nodeOf(this.#id)) return;
    if (performance.now() - this.#handled > HANDS_MS) {
      // The window, its bars or the tile have changed: that is no wish of the person's.
      this.#put = "";
      return queueMicrotask(() => this.follow());
    }
    this.#isLoose = true;
    this.#mark(false);
  }

  /** @param {boolean} isStaged the other tiles are out of sight meanwhile: their people are in the strip */
  #mark(isStaged) {
    const node = this.#id === null ? undefined : this.#view.nodeOf(this.#id);
    if (isStaged === this.#stage.frame.hasAttribute("data-staged") && isStaged === node?.hasAttribute("data-staged")) return;
    this.#stage.frame.toggleAttribute("data-staged", isStaged);
    for (const other of this.#stage.space.querySelectorAll("[data-staged]")) other.removeAttribute("data-staged");
    node?.toggleAttribute("data-staged", isStaged);
  }
}
