/** Turns events of mouse, pen and fingers on the canvas into presses: taps, drags, long presses, pinches. */

import { Fingers, panGesture, turnWheel, zoomByGestures } from "./navigation.js";
import { PalmRejection } from "./palm.js";
import { NO_PRESS, Presses } from "./presses.js";
import { SpaceBar } from "./spacebar.js";
import { Taps } from "./taps.js";
import { handleOf, isOwnBusiness } from "./targets.js";

/** @import {Point} from "../canvas/geometry.js" */
/** @import {Camera} from "../canvas/stage.js" */
/** @import {Overlay} from "./overlay.js" */
/** @import {Press} from "./presses.js" */
/** @import {EditContext} from "./tools.js" */

/**
 * @typedef {object} PointerHooks
 * @property {(id: string) => void} open an element: it was tapped twice
 * @property {(at: Point) => void} write at an empty place that was tapped twice
 * @property {(at: Point) => boolean} put what was just made, and has nothing in it yet, at an empty place that is pressed; `false`: there is none
 * @property {(dx: number, dy: number) => void} copy the selection, so far away in scene units
 * @property {(at: Point, id: string | null) => void} menu is asked for at a place, in pixels of the page, on an element or on none
 */

const THRESHOLD_PX = { mouse: 3, touch: 8 };
const HOLD_MS = 550;
/** @type {import("./gestures.js").Gesture} */
const NOTHING = { move() {}, finish() {}, cancel() {} };

export class Pointer {
  #context;
  #hooks;
  #frame;
  /** @type {Press | null} */
  #press = null;
  #fingers;
  #space;
  #presses;
  #taps = new Taps();
  #palm = new PalmRejection();
  /** What was seen and selected before anything touched the stage. @type {{camera: Camera, ids: string[]} | null} */
  #untouched = null;
  /** Where the pointer was seen last on the canvas, in pixels of the page. @type {Point | null} */
  seen = null;
  /** A button or a finger is down: what gets the focus now, gets it by the pointer. */
  pressed = false;

  /**
   * @param {EditContext} context
   * @param {Overlay} overlay
   * @param {PointerHooks} hooks
   */
  constructor(context, overlay, hooks) {
    this.#context = context;
    this.#hooks = hooks;
    this.#fingers = new Fingers(context.stage);
    this.#presses = new Presses(context, overlay, hooks.copy);
    const frame = (this.#frame = context.stage.frame);
    frame.addEventListener("pointerdown", (event) => this.#down(event));
    frame.addEventListener("pointermove", (event) => this.#move(event));
    frame.addEventListener("pointerup", (event) => this.#up(event));
    frame.addEventListener("pointercancel", (event) => this.#lost(event));
    frame.addEventListener("lostpointercapture", (event) => this.#lost(event));
    frame.addEventListener("pointerleave", (event) => this.#left(event));
    // The hand presses no buttons on the canvas either.
    frame.addEventListener("click", (event) => {
      if (!this.#palm.isPalm(/** @type {{pointerId?: number}} */ (event))) return;
      event.preventDefault();
      event.stopPropagation();
    }, true);
    frame.addEventListener("contextmenu", (event) => this.#contextMenu(event));
    frame.addEventListener("wheel", (event) => turnWheel(context.stage, event), { passive: false });
    zoomByGestures(context.stage, () => this.#fingers.count > 0);
    // The focus is given by hand; a press would also begin to mark text or drag a picture.
    frame.addEventListener("mousedown", (event) => {
      if (!isOwnBusiness(event.target)) event.preventDefault();
    });
    this.#space = new SpaceBar(frame);
    // Before edits are put away for the page that comes after this one.
    addEventListener("pagehide", () => this.#leave(), { capture: true });
    addEventListener("visibilitychange", () => document.hidden && this.#leave(), { capture: true });
  }

  /** @returns {boolean} whether there was anything to cancel */
  cancel() {
    const press = this.#press;
    if (!press?.gesture) return false;
    this.#end();
    press.gesture.cancel();
    return true;
  }

  // --- events --------------------------------------------------------------------------------

  /** @param {PointerEvent} event */
  #down(event) {
    if (this.#palm.begins(event)) return event.preventDefault();
    const target = event.pointerType === "pen" && this.#rejectTouches() ? under(event) : event.target;
    if (isOwnBusiness(target)) return;
    const isTouch = event.pointerType === "touch";
    if (this.#press && !(isTouch && this.#press.touch)) return; // the first one of several mice and pens
    this.pressed = true;
    if (isTouch) {
      const { stage, selection } = this.#context;
      if (this.#fingers.count === 0) this.#untouched = { camera: stage.camera, ids: [...selection.ids] };
      this.#fingers.put(event);
      if (this.#fingers.count > 1) {
        this.#frame.setPointerCapture(event.pointerId);
        return this.#beginPinch();
      }
    }
    const press = this.#pressOf(event, target);
    if (!press) return;
    this.#press = press;
    this.#frame.setPointerCapture(event.pointerId);
    if (!press.touch || press.gesture) return;
    press.holding = setTimeout(() => {
      if (this.#press !== press || press.gesture) return;
      this.#end();
      this.#hooks.menu(press.at, press.id);
    }, HOLD_MS);
  }

  /** @param {PointerEvent} event */
  #move(event) {
    this.#palm.near(event);
    if (this.#palm.isPalm(event)) return event.stopImmediatePropagation(); // nor do the others see it point
    if (event.pointerType === "pen") this.#rejectTouches();
    if (event.pointerType !== "touch") this.seen = { x: event.clientX, y: event.clientY };
    if (this.#fingers.pinch(event)) return;
    const press = this.#press;
    if (!press || press.pointer !== event.pointerId) return;
    const way = Math.hypot(event.clientX - press.at.x, event.clientY - press.at.y);
    if (!press.gesture) {
      if (way < THRESHOLD_PX[press.touch ? "touch" : "mouse"]) return;
      clearTimeout(press.holding);
      press.gesture = press.begin(event);
    }
    const held = { shift: event.shiftKey, free: event.ctrlKey || event.metaKey };
    press.gesture.move(this.#sceneOf(event), held, event);
  }

  /** @param {PointerEvent} event */
  #up(event) {
    this.#palm.ends(event);
    const press = this.#press;
    if (this.#lift(event) || !press || press.pointer !== event.pointerId) return;
    // A last step: the latest place may not have been told by a move.
    if (press.gesture) this.#move(event);
    this.#end();
    if (press.gesture) return press.gesture.finish();
    press.tap();
    this.#countTap(event, press);
  }

  /** @param {PointerEvent} event */
  #lost(event) {
    this.#palm.ends(event);
    if (this.#lift(event) || this.#press?.pointer !== event.pointerId) return;
    const { gesture } = this.#press;
    this.#end();
    gesture?.cancel();
  }

  #leave() {
    const { gesture } = this.#press ?? {};
    if (!gesture?.leave) return;
    this.#end();
    gesture.leave();
  }

  /** @param {PointerEvent} event */
  #left(event) {
    this.#palm.leaves(event);
    this.seen = null;
  }

  /**
   * A pointer is there no more; a finger that is left of two goes on to pan.
   *
   * @param {PointerEvent} event
   * @returns {boolean} it was one of two or more fingers
   */
  #lift(event) {
    const wasPinch = this.#fingers.count > 1;
    this.#fingers.lift(event);
    this.pressed = this.#fingers.count > 0;
    const { only } = this.#fingers;
    if (wasPinch && only) {
      const { pointer, at } = only;
      const begin = () => panGesture(this.#context.stage, at);
      this.#press = { ...NO_PRESS, pointer, touch: true, at, pans: true, begin };
    }
    return wasPinch;
  }

  /** Two fingers: they go on with what one has panned; all else goes back. */
  #beginPinch() {
    const press = this.#press;
    this.#end();
    if (press?.pans) press.gesture?.finish();
    else press?.gesture?.cancel();
  }

  /**
   * The pen wins: what touches the screen beside it is the hand, and what that has done goes back.
   *
   * @returns {boolean} something else may be under the pen now
   */
  #rejectTouches() {
    if (this.#fingers.count === 0) return false;
    this.#palm.reject(this.#fingers.ids);
    this.#fingers.clear();
    this.pressed = false;
    if (this.#press?.touch) {
      this.cancel();
      this.#end();
    }
    if (!this.#untouched) return false;
    this.#context.stage.return(this.#untouched.camera);
    this.#context.selection.set(this.#untouched.ids);
    return true;
  }

  /**
   * @param {PointerEvent} event
   * @param {EventTarget | null} target what it is on
   * @returns {Press | null}
   */
  #pressOf(event, target) {
    const { mode, view } = this.#context;
    const isGround = event.button === 0 && !this.#space.held && mode.current.begin === null && view.idOf(target) === null;
    if (isGround && handleOf(target) === null && this.#hooks.put(this.#sceneOf(event))) {
      event.preventDefault();
      return { ...NO_PRESS, pointer: event.pointerId, at: { x: event.clientX, y: event.clientY }, ground: true, begin: () => NOTHING };
    }
    return this.#presses.of(event, target, this.#space.held);
  }

  /** Of the mouse, and of the keys for it; the button on the side of a pen pans, a finger has its own time. @param {MouseEvent} event */
  #contextMenu(event) {
    if (isOwnBusiness(event.target)) return;
    event.preventDefault();
    const { pointerType } = /** @type {{pointerType?: string}} */ (event);
    if (pointerType === "pen" || pointerType === "touch") return;
    this.cancel();
    this.#hooks.menu({ x: event.clientX, y: event.clientY }, this.#context.view.idOf(event.target));
  }

  // --- helpers -------------------------------------------------------------------------------

  #end() {
    clearTimeout(this.#press?.holding);
    this.#press = null;
  }

  /**
   * @param {PointerEvent} event
   * @param {Press} press
   */
  #countTap(event, press) {
    if (event.button !== 0) return;
    const double = this.#taps.isDouble({ time: event.timeStamp, x: event.clientX, y: event.clientY, id: press.id });
    if (!double || event.shiftKey) return;
    if (press.id) this.#hooks.open(press.id);
    else if (press.ground) this.#hooks.write(this.#sceneOf(event));
  }

  /**
   * @param {MouseEvent} event
   * @returns {Point} in scene units
   */
  #sceneOf({ clientX, clientY }) {
    return this.#context.stage.toScene(clientX, clientY);
  }
}

/**
 * @param {PointerEvent} event
 * @returns {Element | null} what is there now; what it was on when it was sent may have moved since
 */
function under({ clientX, clientY }) {
  return document.elementFromPoint(clientX, clientY);
}
