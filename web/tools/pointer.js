/** Turns events of mouse, pen and fingers on the canvas into gestures: select, move, resize, turn, pan and zoom. */

import { isSpaceBar } from "../lib/keys.js";
import { moveGesture, resizeGesture, turnGesture } from "./gestures.js";
import { eraserGesture } from "./ink/eraser.js";
import { marqueeGesture } from "./marquee.js";
import { Fingers, panGesture, turnWheel, zoomByGestures } from "./navigation.js";
import { PalmRejection } from "./palm.js";
import { Taps } from "./taps.js";

/** @import {Handle, Point} from "../canvas/geometry.js" */
/** @import {Camera} from "../canvas/stage.js" */
/** @import {Gesture} from "./gestures.js" */
/** @import {Overlay} from "./overlay.js" */
/** @import {EditContext} from "./tools.js" */

/**
 * @typedef {object} PointerHooks
 * @property {(id: string) => void} open an element: it was tapped twice, or held
 * @property {(at: Point) => void} write at an empty place that was tapped twice
 */

/** A press that may still become a tap, a drag or a long press. */
/**
 * @typedef {object} Press
 * @property {number} pointer
 * @property {boolean} touch
 * @property {Point} at in pixels of the page
 * @property {string | null} id of the element under it
 * @property {boolean} ground nothing is under it
 * @property {boolean} pans it moves the canvas
 * @property {() => Gesture} begin called once it moves
 * @property {() => void} tap called if it never did
 * @property {Gesture | null} gesture
 * @property {ReturnType<typeof setTimeout> | undefined} holding
 */

const THRESHOLD_PX = { mouse: 3, touch: 8 };
const HOLD_MS = 550;
/** @type {Omit<Press, "pointer" | "at" | "begin">} */
const NO_PRESS = { touch: false, id: null, ground: false, pans: false, tap: () => {}, gesture: null, holding: undefined };
/** The other end of a pen (Pointer Events, section 4.1.3). */
const ERASER = 5;
/** The button on the side of a pen. */
const BARREL = 2;
/** What answers to a pointer by itself. */
const OWN_BUSINESS = "button, input, select, textarea, a, [contenteditable], [data-own-pointer]";

export class Pointer {
  #context;
  #overlay;
  #hooks;
  #frame;
  /** @type {Press | null} */
  #press = null;
  #fingers;
  #space = false;
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
    this.#overlay = overlay;
    this.#hooks = hooks;
    this.#fingers = new Fingers(context.stage);
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
    // The button on the side of a pen pans.
    frame.addEventListener("contextmenu", (event) => {
      if (/** @type {{pointerType?: string}} */ (event).pointerType === "pen") event.preventDefault();
    });
    frame.addEventListener("wheel", (event) => turnWheel(context.stage, event), { passive: false });
    zoomByGestures(context.stage, () => this.#fingers.count > 0);
    // The focus is given by hand; a press would also begin to mark text or drag a picture.
    frame.addEventListener("mousedown", (event) => {
      if (!ownBusiness(event.target)) event.preventDefault();
    });
    addEventListener("keydown", (event) => this.#spaceKey(event, true));
    addEventListener("keyup", (event) => this.#spaceKey(event, false));
    addEventListener("blur", () => this.#holdSpace(false));
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
    if (ownBusiness(target)) return;
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
    const { id } = press;
    if (press.touch && id) {
      press.holding = setTimeout(() => {
        if (this.#press !== press || press.gesture) return;
        this.#end();
        this.#hooks.open(id);
      }, HOLD_MS);
    }
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
      press.gesture = press.begin();
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
   * @param {KeyboardEvent} event
   * @param {boolean} down
   */
  #spaceKey(event, down) {
    if (!isSpaceBar(event)) return;
    const typing = event.target instanceof Element && event.target.closest(OWN_BUSINESS);
    if (down && typing) return;
    this.#holdSpace(down);
    if (down) event.preventDefault();
  }

  /** @param {boolean} held */
  #holdSpace(held) {
    this.#space = held;
    this.#frame.toggleAttribute("data-pannable", held);
  }

  // --- what a press may become ---------------------------------------------------------------

  /**
   * @param {PointerEvent} event
   * @param {EventTarget | null} target what it is on
   * @returns {Press | null}
   */
  #pressOf(event, target) {
    const { selection, view } = this.#context;
    const touch = event.pointerType === "touch";
    const at = { x: event.clientX, y: event.clientY };
    const from = this.#sceneOf(event);
    const press = { ...NO_PRESS, pointer: event.pointerId, touch, at };
    const pan = () => panGesture(this.#context.stage, at);
    const isBarrel = event.pointerType === "pen" && event.button === BARREL;
    if (event.button === 1 || isBarrel || (event.button === 0 && this.#space)) {
      event.preventDefault();
      return { ...press, pans: true, begin: pan };
    }
    if (event.button === ERASER) {
      const begin = () => eraserGesture(this.#context, from);
      return { ...press, begin, tap: () => begin().finish() };
    }
    if (event.button !== 0) return null;
    const { mode } = this.#context;
    const { begin } = mode.current;
    if (begin) return { ...press, begin: pan, gesture: this.#once(begin(this.#context, { event, at: from, id: view.idOf(target) })) };
    const handle = handleOf(target);
    if (handle) return { ...press, begin: () => this.#handleGesture(handle, from) };
    const id = view.idOf(target);
    if (id === null) {
      this.#frame.focus({ preventScroll: true });
      const more = event.shiftKey;
      return {
        ...press,
        ground: true,
        pans: touch,
        begin: touch ? pan : () => marqueeGesture(this.#context, this.#overlay, from, more),
        tap: () => {
          if (!more) selection.clear();
        },
      };
    }
    const had = selection.has(id);
    if (event.shiftKey) {
      if (!had) selection.toggle(id);
    } else if (!had) selection.set([id]);
    view.nodeOf(id)?.focus({ preventScroll: true });
    return {
      ...press,
      id,
      begin: () => this.#dragGesture(from),
      tap: () => {
        if (!had) return;
        if (event.shiftKey) selection.toggle(id);
        else selection.set([id]);
      },
    };
  }

  /** @param {Gesture} gesture of a mode @returns {Gesture} */
  #once(gesture) {
    const { mode } = this.#context;
    return {
      ...gesture,
      finish() {
        mode.used(); // first: what is made may begin something that another press would end
        gesture.finish();
      },
    };
  }

  /** @param {Point} from */
  #dragGesture(from) {
    return this.#withGuides((show) => moveGesture(this.#context, from, show));
  }

  /**
   * @param {Handle | "turn"} handle
   * @param {Point} from
   */
  #handleGesture(handle, from) {
    return handle === "turn"
      ? this.#withGuides(() => turnGesture(this.#context, from))
      : this.#withGuides((show) => resizeGesture(this.#context, handle, from, show));
  }

  /**
   * @param {(show: (guides: import("../canvas/snap.js").Guide[]) => void) => Gesture} make
   * @returns {Gesture}
   */
  #withGuides(make) {
    this.#frame.toggleAttribute("data-dragging", true);
    const gesture = make((guides) => this.#overlay.showGuides(guides));
    const clear = () => {
      this.#frame.toggleAttribute("data-dragging", false);
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

/**
 * @param {EventTarget | null} target
 * @returns {boolean}
 */
function ownBusiness(target) {
  return target instanceof Element && target.closest(OWN_BUSINESS) !== null;
}

/**
 * @param {EventTarget | null} target
 * @returns {Handle | "turn" | null}
 */
function handleOf(target) {
  const node = target instanceof Element ? target.closest("[data-handle]") : null;
  return /** @type {Handle | "turn" | null} */ (node?.getAttribute("data-handle") ?? null);
}
