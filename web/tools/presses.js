/** What a press of a pointer on the canvas may become: a tap or a drag, by where it is and which button it is of. */

import { copyGesture } from "./copygesture.js";
import { withEdgePanning } from "./edgepan.js";
import { eraserGesture } from "./ink/eraser.js";
import { moveGesture, resizeGesture, turnGesture } from "./gestures.js";
import { marqueeGesture } from "./marquee.js";
import { panGesture } from "./navigation.js";
import { handleOf } from "./targets.js";

/** @import {Guide} from "../canvas/snap.js" */
/** @import {Handle, Point} from "../canvas/geometry.js" */
/** @import {Gesture} from "./gestures.js" */
/** @import {Overlay} from "./overlay.js" */
/** @import {EditContext} from "./tools.js" */

/**
 * A press that may still become a tap, a drag or a long press.
 *
 * @typedef {object} Press
 * @property {number} pointer
 * @property {boolean} touch
 * @property {Point} at in pixels of the page
 * @property {string | null} id of the element under it
 * @property {boolean} ground nothing is under it
 * @property {boolean} pans it moves the canvas
 * @property {(event: PointerEvent) => Gesture} begin called once it moves
 * @property {() => void} tap called if it never did
 * @property {Gesture | null} gesture
 * @property {ReturnType<typeof setTimeout> | undefined} holding
 */

/** @type {Omit<Press, "pointer" | "at" | "begin">} */
export const NO_PRESS = { touch: false, id: null, ground: false, pans: false, tap: () => {}, gesture: null, holding: undefined };
/** The other end of a pen (Pointer Events, section 4.1.3). */
const ERASER = 5;
/** The button on the side of a pen. */
const BARREL = 2;
const MIDDLE = 1;

export class Presses {
  #context;
  #overlay;
  #copy;

  /**
   * @param {EditContext} context
   * @param {Overlay} overlay
   * @param {(dx: number, dy: number) => void} copy the selection, so far away
   */
  constructor(context, overlay, copy) {
    this.#context = context;
    this.#overlay = overlay;
    this.#copy = copy;
  }

  /**
   * @param {PointerEvent} event
   * @param {EventTarget | null} target what it is on
   * @param {boolean} pans the space bar is held
   * @returns {Press | null}
   */
  of(event, target, pans) {
    const { stage, mode, view } = this.#context;
    const touch = event.pointerType === "touch";
    const at = { x: event.clientX, y: event.clientY };
    const from = stage.toScene(event.clientX, event.clientY);
    const pan = () => panGesture(stage, at);
    const press = { ...NO_PRESS, pointer: event.pointerId, touch, at, begin: pan };
    const isBarrel = event.pointerType === "pen" && event.button === BARREL;
    if (event.button === MIDDLE || isBarrel || (event.button === 0 && pans)) {
      event.preventDefault();
      return { ...press, pans: true };
    }
    if (event.button === ERASER) {
      const begin = () => eraserGesture(this.#context, from);
      return { ...press, begin, tap: () => begin().finish() };
    }
    if (event.button !== 0) return null;
    const { begin } = mode.current;
    const made = begin?.(this.#context, { event, at: from, id: view.idOf(target) }) ?? null;
    if (made) return { ...press, gesture: mode.once(made) };
    const handle = handleOf(target);
    if (handle) return { ...press, begin: () => this.#handleGesture(handle, from) };
    const pressed = view.idOf(target);
    if (pressed === null) return this.#onGround(event, press, from);
    // With Ctrl a single element of a group is meant.
    const id = event.ctrlKey || event.metaKey ? pressed : this.#context.entered.choose(pressed);
    return this.#context.scene.get(id)?.locked ? this.#onLocked(event, press, from, id) : this.#onElement(event, press, from, id);
  }

  /**
   * What is locked is as the ground to a drag; a press chooses it, so that it can be unlocked.
   *
   * @param {PointerEvent} event
   * @param {Press} press
   * @param {Point} from
   * @param {string} id
   * @returns {Press}
   */
  #onLocked(event, press, from, id) {
    const { selection, view } = this.#context;
    const ground = this.#onGround(event, press, from);
    const tap = () => {
      if (event.shiftKey) selection.toggle(id);
      else selection.set([id]);
      view.nodeOf(id)?.focus({ preventScroll: true });
    };
    return { ...ground, ground: false, tap };
  }

  /**
   * @param {PointerEvent} event
   * @param {Press} press
   * @param {Point} from
   * @returns {Press}
   */
  #onGround(event, press, from) {
    const { stage, selection } = this.#context;
    stage.frame.focus({ preventScroll: true });
    const more = event.shiftKey;
    const marquee = () => withEdgePanning(stage, marqueeGesture(this.#context, this.#overlay, from, more));
    return {
      ...press,
      ground: true,
      pans: press.touch,
      begin: press.touch ? press.begin : marquee,
      tap: () => {
        if (!more) selection.clear();
      },
    };
  }

  /**
   * @param {PointerEvent} event
   * @param {Press} press
   * @param {Point} from
   * @param {string} id
   * @returns {Press}
   */
  #onElement(event, press, from, id) {
    const { selection, view } = this.#context;
    const had = selection.has(id);
    if (event.shiftKey) {
      if (!had) selection.toggle(id);
    } else if (!had) selection.set([id]);
    view.nodeOf(id)?.focus({ preventScroll: true });
    return {
      ...press,
      id,
      begin: (moved) => this.#dragGesture(from, event.altKey || moved.altKey),
      tap: () => {
        if (!had) return;
        if (event.shiftKey) selection.toggle(id);
        else selection.set([id]);
      },
    };
  }

  /**
   * @param {Point} from
   * @param {boolean} copies what is dragged is a copy; the elements stay
   */
  #dragGesture(from, copies) {
    const gesture = this.#withGuides((show) =>
      copies ? copyGesture(this.#context, from, show, this.#copy) : moveGesture(this.#context, from, show));
    return withEdgePanning(this.#context.stage, gesture);
  }

  /**
   * @param {Handle | "turn"} handle
   * @param {Point} from
   */
  #handleGesture(handle, from) {
    return handle === "turn"
      ? this.#withGuides(() => turnGesture(this.#context, from))
      : withEdgePanning(this.#context.stage, this.#withGuides((show) => resizeGesture(this.#context, handle, from, show)));
  }

  /**
   * @param {(show: (guides: Guide[]) => void) => Gesture} make
   * @returns {Gesture}
   */
  #withGuides(make) {
    const { frame } = this.#context.stage;
    frame.toggleAttribute("data-dragging", true);
    const gesture = make((guides) => this.#overlay.showGuides(guides));
    const clear = () => {
      frame.toggleAttribute("data-dragging", false);
      this.#overlay.showGuides([]);
    };
    return {
      move: gesture.move,
      finish() {
        clear();
        gesture.finish();
      },
      cancel() {
        clear();
        gesture.cancel();
      },
    };
  }
}
