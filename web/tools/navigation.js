/** Moves the camera by hand: pan with a pointer, pan and zoom with the wheel or two fingers. */

/** @import {Point} from "../canvas/geometry.js" */
/** @import {Stage} from "../canvas/stage.js" */
/** @import {Gesture} from "./gestures.js" */

const WHEEL_LINE_PX = 32;
/** Of one turn of the wheel, in pixels: a wheel with coarse steps would leap. */
const MOST_WHEEL_STEP = 60;

/**
 * Pan with a pointer that is pressed.
 *
 * @param {Stage} stage
 * @param {Point} start in pixels of the page
 * @returns {Gesture}
 */
export function panGesture(stage, start) {
  let last = start;
  const before = stage.camera;
  const stop = () => void stage.frame.toggleAttribute("data-panning", false);
  stage.frame.toggleAttribute("data-panning", true);
  return {
    move: (to) => {
      const next = stage.toClient(to.x, to.y);
      stage.panBy(next.x - last.x, next.y - last.y);
      last = next;
    },
    finish: stop,
    cancel: () => {
      stop();
      stage.return(before);
    },
  };
}

/**
 * Pan by the wheel; zoom by it with Ctrl, as which browsers report a pinch on a touchpad too.
 *
 * @param {Stage} stage
 * @param {WheelEvent} event
 */
export function turnWheel(stage, event) {
  event.preventDefault(); // the browser would zoom the page, or go back in its history
  const unit = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : WHEEL_LINE_PX;
  const [dx, dy] = [event.deltaX * unit, event.deltaY * unit];
  if (event.ctrlKey || event.metaKey) {
    const step = Math.min(MOST_WHEEL_STEP, Math.max(-MOST_WHEEL_STEP, dy));
    return stage.zoomAt(Math.exp(-step / 100), event.clientX, event.clientY);
  }
  if (event.shiftKey && dx === 0) stage.panBy(-dy, 0);
  else stage.panBy(-dx, -dy);
}

/**
 * Zoom by a pinch on a touchpad as Safari reports it: by events of its own, for fingers on a screen, too.
 *
 * @param {Stage} stage
 * @param {() => boolean} isTouched by fingers, which zoom by themselves
 */
export function zoomByGestures(stage, isTouched) {
  let before = 1;
  /** @param {Event} event */
  const act = (event) => {
    event.preventDefault(); // the browser would zoom the page
    const { type, scale = 1, clientX = 0, clientY = 0 } = /** @type {Event & {scale?: number, clientX?: number, clientY?: number}} */ (event);
    if (type === "gesturechange" && !isTouched()) stage.zoomAt(scale / before, clientX, clientY);
    before = scale;
  };
  for (const type of ["gesturestart", "gesturechange"]) stage.frame.addEventListener(type, act);
}

/** Fingers on the canvas; what lies between two of them stays between them. */
export class Fingers {
  #stage;
  /** In pixels of the page. @type {Map<number, Point>} */
  #fingers = new Map();

  /** @param {Pick<Stage, "panBy" | "zoomAt">} stage */
  constructor(stage) {
    this.#stage = stage;
  }

  get count() {
    return this.#fingers.size;
  }

  get ids() {
    return this.#fingers.keys();
  }

  /** The one that is left. @returns {{pointer: number, at: Point} | null} `null`: there is none, or more than one */
  get only() {
    const [only, ...more] = this.#fingers;
    return only && more.length === 0 ? { pointer: only[0], at: only[1] } : null;
  }

  clear() {
    this.#fingers.clear();
  }

  /** @param {Pick<PointerEvent, "pointerId" | "clientX" | "clientY">} event */
  put({ pointerId, clientX, clientY }) {
    this.#fingers.set(pointerId, { x: clientX, y: clientY });
  }

  /** @param {Pick<PointerEvent, "pointerId">} event */
  lift({ pointerId }) {
    this.#fingers.delete(pointerId);
  }

  /**
   * Pan and zoom, if there are two.
   *
   * @param {Pick<PointerEvent, "pointerId" | "clientX" | "clientY">} event
   * @returns {boolean} whether it was one of two or more
   */
  pinch(event) {
    if (this.#fingers.size < 2 || !this.#fingers.has(event.pointerId)) return false;
    const before = this.#firstTwo();
    this.put(event);
    const after = this.#firstTwo();
    if (!before || !after || before.apart < 1) return true;
    this.#stage.panBy(after.x - before.x, after.y - before.y);
    this.#stage.zoomAt(after.apart / before.apart, after.x, after.y);
    return true;
  }

  /** @returns {Point & {apart: number} | null} their middle */
  #firstTwo() {
    const [one, two] = this.#fingers.values();
    if (!one || !two) return null;
    return { x: (one.x + two.x) / 2, y: (one.y + two.y) / 2, apart: Math.hypot(one.x - two.x, one.y - two.y) };
  }
}
