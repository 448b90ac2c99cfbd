/** Panning while something is dragged to the edge of what is seen: the nearer to it, the faster. */

/** @import {Box, Point} from "../canvas/geometry.js" */
/** @import {Stage} from "../canvas/stage.js" */
/** @import {Gesture, Held} from "./gestures.js" */

/** So near to an edge it begins. */
const REACH_PX = 28;
/** At the edge and beyond it, for a second. */
const FASTEST_PX = 900;
/** A frame that took longer moves no further: the window was hidden. */
const LONGEST_FRAME_S = 0.1;

/**
 * @param {Point} at in pixels of the frame
 * @param {Box} free the part of the frame that no bar lies over
 * @returns {Point} how far to push what is seen in a second, in pixels
 */
export function edgeSpeed(at, free) {
  return { x: speedAlong(at.x, free.x, free.x + free.width), y: speedAlong(at.y, free.y, free.y + free.height) };
}

/**
 * @param {number} at
 * @param {number} low
 * @param {number} high
 */
function speedAlong(at, low, high) {
  const depth = (/** @type {number} */ inside) => Math.min(1, Math.max(0, 1 - inside / REACH_PX)) * FASTEST_PX;
  return depth(at - low) - depth(high - at);
}

/**
 * @param {Pick<Stage, "frame" | "free" | "panBy" | "toScene">} stage
 * @param {Gesture} gesture
 * @returns {Gesture} the same, which pans at the edges
 */
export function withEdgePanning(stage, gesture) {
  let frame = 0;
  let before = 0;
  /** Nothing pans before the pointer has been away from the edges: what is taken hold of there is to stay. */
  let armed = false;
  /** @type {{held: Held, event: PointerEvent} | null} */
  let latest = null;
  const speed = () => {
    const { left, top } = stage.frame.getBoundingClientRect();
    return latest ? edgeSpeed({ x: latest.event.clientX - left, y: latest.event.clientY - top }, stage.free()) : { x: 0, y: 0 };
  };
  /** @param {number} now */
  const step = (now) => {
    frame = 0;
    const seconds = Math.min(LONGEST_FRAME_S, Math.max(0, (now - before) / 1000));
    before = now;
    const { x, y } = speed();
    if (!latest || (x === 0 && y === 0)) return;
    stage.panBy(x * seconds, y * seconds);
    const { event, held } = latest;
    gesture.move(stage.toScene(event.clientX, event.clientY), held, event);
    frame = requestAnimationFrame(step);
  };
  const stop = () => {
    cancelAnimationFrame(frame);
    latest = null;
  };
  return {
    move(to, held, event) {
      latest = { held, event };
      gesture.move(to, held, event);
      const { x, y } = speed();
      if (x === 0 && y === 0) armed = true;
      else if (armed && frame === 0) {
        before = performance.now();
        frame = requestAnimationFrame(step);
      }
    },
    finish() {
      stop();
      gesture.finish();
    },
    cancel() {
      stop();
      gesture.cancel();
    },
  };
}
