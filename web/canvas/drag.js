/** Moves elements with mouse, touch, pen or arrow keys. */

/** @import {Stage} from "./stage.js" */
/** @import {CanvasView} from "./view.js" */

/** @typedef {(id: string, place: {x: number, y: number}) => void} Commit told when it is let go */

const THRESHOLD_PX = 3;
const STEP = 10;
const BIG_STEP = 50;

/** @type {Record<string, [number, number] | undefined>} */
const ARROWS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/**
 * @param {HTMLElement} space
 * @param {Stage} stage
 * @param {CanvasView} view
 * @param {Commit} commit
 */
export function makeMovable(space, stage, view, commit) {
  space.addEventListener("keydown", (event) => {
    const arrow = ARROWS[event.key];
    const id = view.idOf(event.target);
    const own = id !== null && event.target === view.nodeOf(id);
    if (!arrow || !own || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const { x, y } = view.transformOf(id);
    const step = event.shiftKey ? BIG_STEP : STEP;
    commit(id, { x: x + arrow[0] * step, y: y + arrow[1] * step });
  });
  space.addEventListener("pointerdown", (event) => {
    const id = view.idOf(event.target);
    const onButton = event.target instanceof Element && event.target.closest("button");
    if (id !== null && event.button === 0 && event.isPrimary && !onButton) {
      drag(id, stage, view, commit, event);
    }
  });
}

/**
 * Follow one pointer until it is let go.
 *
 * @param {string} id
 * @param {Stage} stage
 * @param {CanvasView} view
 * @param {Commit} commit
 * @param {PointerEvent} start
 */
function drag(id, stage, view, commit, start) {
  const node = view.nodeOf(id);
  if (!node) return;
  const from = view.transformOf(id);
  const following = new AbortController();
  const { signal } = following;
  let to = { x: from.x, y: from.y };
  let moving = false;
  let frame = 0;

  /** @param {PointerEvent} event */
  const follow = (event) => {
    if (event.pointerId !== start.pointerId) return;
    const dx = event.clientX - start.clientX;
    const dy = event.clientY - start.clientY;
    if (!moving && Math.hypot(dx, dy) < THRESHOLD_PX) return;
    moving = true;
    node.classList.add("dragging");
    to = { x: rounded(from.x + dx / stage.scale), y: rounded(from.y + dy / stage.scale) };
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      view.setMotion(new Map([[id, to]]));
    });
  };
  /** @param {PointerEvent} event */
  const finish = (event) => {
    if (event.pointerId !== start.pointerId) return;
    following.abort();
    cancelAnimationFrame(frame);
    node.classList.remove("dragging");
    if (moving) commit(id, to);
    view.setMotion(null);
  };

  node.setPointerCapture(start.pointerId);
  node.addEventListener("pointermove", follow, { signal });
  node.addEventListener("pointerup", finish, { signal });
  node.addEventListener("pointercancel", finish, { signal });
  node.addEventListener("lostpointercapture", finish, { signal });
}

/** @param {number} units */
function rounded(units) {
  return Math.round(units * 10) / 10;
}
