/** What mouse, pen and fingers do on the canvas: choose, move, pull handles, pan and zoom. */

import { boxBetween } from "../canvas/geometry.js";
import { wholeTransform } from "../scene/scene.js";
import { moveGesture, resizeGesture, touches, turnGesture } from "./gestures.js";

/** @import {Handle, Point} from "../canvas/geometry.js" */
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
 * @property {{x: number, y: number}} at in pixels of the page
 * @property {string | null} id of the element under it
 * @property {boolean} ground nothing is under it
 * @property {() => Gesture} begin called once it moves
 * @property {() => void} tap called if it never did
 * @property {Gesture | null} gesture
 * @property {ReturnType<typeof setTimeout> | undefined} holding
 */

const THRESHOLD_PX = { mouse: 3, touch: 8 };
const HOLD_MS = 550;
const DOUBLE_MS = 400;
const DOUBLE_PX = 24;
const WHEEL_LINE_PX = 32;
/** What answers to a pointer by itself. */
const OWN_BUSINESS = "button, input, select, textarea, a, [contenteditable], [data-own-pointer]";

export class Pointer {
  #context;
  #overlay;
  #hooks;
  #frame;
  /** @type {Press | null} */
  #press = null;
  /** Fingers on the canvas, in pixels of the page. @type {Map<number, {x: number, y: number}>} */
  #fingers = new Map();
  #space = false;
  #lastTap = { time: 0, x: 0, y: 0, id: /** @type {string | null} */ (null) };
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
    const frame = (this.#frame = context.stage.frame);
    frame.addEventListener("pointerdown", (event) => this.#down(event));
    frame.addEventListener("pointermove", (event) => this.#move(event));
    frame.addEventListener("pointerup", (event) => this.#up(event));
    frame.addEventListener("pointercancel", (event) => this.#lost(event));
    frame.addEventListener("lostpointercapture", (event) => this.#lost(event));
    frame.addEventListener("pointerleave", () => (this.seen = null));
    frame.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
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
    if (ownBusiness(event.target)) return;
    this.pressed = true;
    if (event.pointerType === "touch") {
      this.#fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      if (this.#fingers.size > 1) {
        this.#frame.setPointerCapture(event.pointerId);
        this.cancel();
        this.#end();
        return;
      }
    }
    if (this.#press || !event.isPrimary) return;
    const press = this.#pressOf(event);
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
    if (event.pointerType !== "touch") this.seen = { x: event.clientX, y: event.clientY };
    if (this.#fingers.size > 1 && this.#fingers.has(event.pointerId)) return this.#pinch(event);
    const press = this.#press;
    if (!press || press.pointer !== event.pointerId) return;
    const way = Math.hypot(event.clientX - press.at.x, event.clientY - press.at.y);
    if (!press.gesture) {
      if (way < THRESHOLD_PX[press.touch ? "touch" : "mouse"]) return;
      clearTimeout(press.holding);
      press.gesture = press.begin();
    }
    press.gesture.move(this.#sceneOf(event), {
      shift: event.shiftKey,
      free: event.ctrlKey || event.metaKey,
    });
  }

  /** @param {PointerEvent} event */
  #up(event) {
    const pinched = this.#fingers.size > 1;
    this.#fingers.delete(event.pointerId);
    this.pressed = this.#fingers.size > 0;
    const press = this.#press;
    if (pinched || !press || press.pointer !== event.pointerId) return;
    // A last step: the latest place may not have been told by a move.
    if (press.gesture) this.#move(event);
    this.#end();
    if (press.gesture) return press.gesture.finish();
    press.tap();
    this.#countTap(event, press);
  }

  /** @param {PointerEvent} event */
  #lost(event) {
    this.#fingers.delete(event.pointerId);
    this.pressed = this.#fingers.size > 0;
    if (this.#press?.pointer !== event.pointerId) return;
    const { gesture } = this.#press;
    this.#end();
    gesture?.cancel();
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    event.preventDefault(); // the browser would zoom the page, or go back in its history
    const { stage } = this.#context;
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : WHEEL_LINE_PX;
    const [dx, dy] = [event.deltaX * unit, event.deltaY * unit];
    if (event.ctrlKey || event.metaKey) {
      const step = Math.min(60, Math.max(-60, dy));
      return stage.zoomAt(Math.exp(-step / 100), event.clientX, event.clientY);
    }
    if (event.shiftKey && dx === 0) stage.panBy(-dy, 0);
    else stage.panBy(-dx, -dy);
  }

  /**
   * @param {KeyboardEvent} event
   * @param {boolean} down
   */
  #spaceKey(event, down) {
    if (event.key !== " ") return;
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
   * @returns {Press | null}
   */
  #pressOf(event) {
    const { selection, view } = this.#context;
    const touch = event.pointerType === "touch";
    const at = { x: event.clientX, y: event.clientY };
    const from = this.#sceneOf(event);
    /** @type {Omit<Press, "begin" | "tap">} */
    const press = {
      pointer: event.pointerId,
      touch,
      at,
      id: null,
      ground: false,
      gesture: null,
      holding: undefined,
    };
    const pan = () => this.#panGesture(at);
    if (event.button === 1 || (event.button === 0 && this.#space)) {
      event.preventDefault();
      return { ...press, begin: pan, tap: () => {} };
    }
    if (event.button !== 0) return null;
    const handle = handleOf(event.target);
    if (handle) return { ...press, begin: () => this.#handleGesture(handle, from), tap: () => {} };
    const id = view.idOf(event.target);
    if (id === null) {
      this.#frame.focus({ preventScroll: true });
      const more = event.shiftKey;
      return {
        ...press,
        ground: true,
        begin: touch ? pan : () => this.#marqueeGesture(from, more),
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

  /**
   * @param {{x: number, y: number}} start in pixels of the page
   * @returns {Gesture}
   */
  #panGesture(start) {
    const { stage } = this.#context;
    let last = start;
    const stop = () => {
      this.#frame.toggleAttribute("data-panning", false);
    };
    this.#frame.toggleAttribute("data-panning", true);
    return {
      move: (to) => {
        const next = stage.toClient(to.x, to.y);
        stage.panBy(next.x - last.x, next.y - last.y);
        last = next;
      },
      finish: stop,
      cancel: stop,
    };
  }

  /**
   * @param {Point} from
   * @param {boolean} more what is chosen stays so
   * @returns {Gesture}
   */
  #marqueeGesture(from, more) {
    const { scene, selection } = this.#context;
    const before = [...selection.ids];
    return {
      move: (to) => {
        const box = boxBetween(from, to);
        const inside = [...scene.elements()]
          .filter(({ transform }) => touches(wholeTransform(transform), box))
          .map(({ id }) => id);
        selection.set(more ? [...before, ...inside] : inside);
        this.#overlay.showMarquee(box);
      },
      finish: () => this.#overlay.showMarquee(null),
      cancel: () => {
        this.#overlay.showMarquee(null);
        selection.set(before);
      },
    };
  }

  /** Two fingers: what lies between them stays between them. @param {PointerEvent} event */
  #pinch(event) {
    const [one, two] = [...this.#fingers.keys()];
    const before = this.#twoFingers(one, two);
    this.#fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    const after = this.#twoFingers(one, two);
    if (!before || !after || before.apart < 1) return;
    const { stage } = this.#context;
    stage.panBy(after.x - before.x, after.y - before.y);
    stage.zoomAt(after.apart / before.apart, after.x, after.y);
  }

  /**
   * @param {number | undefined} one
   * @param {number | undefined} two
   * @returns {{x: number, y: number, apart: number} | null} their middle
   */
  #twoFingers(one, two) {
    const a = this.#fingers.get(one ?? -1);
    const b = this.#fingers.get(two ?? -1);
    if (!a || !b) return null;
    return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, apart: Math.hypot(a.x - b.x, a.y - b.y) };
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
    const last = this.#lastTap;
    const tap = { time: event.timeStamp, x: event.clientX, y: event.clientY, id: press.id };
    const twice =
      tap.time - last.time < DOUBLE_MS &&
      Math.hypot(tap.x - last.x, tap.y - last.y) < DOUBLE_PX &&
      tap.id === last.id;
    this.#lastTap = twice ? { ...tap, time: 0 } : tap;
    if (!twice || event.shiftKey) return;
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
