/** Moves a node with mouse, touch, pen or arrow keys. */

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
 * @typedef {object} Movable
 * @property {() => {x: number, y: number}} position in scene units
 * @property {() => number} scale pixels per scene unit
 * @property {(x: number, y: number, last: boolean) => void} move called at most once per frame
 *   during a drag, and with `last` at its end or for each key
 */

/**
 * @param {HTMLElement} node
 * @param {Movable} movable
 */
export function makeMovable(node, movable) {
  node.addEventListener("keydown", (event) => {
    const arrow = ARROWS[event.key];
    if (!arrow || event.target !== node || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const { x, y } = movable.position();
    const step = event.shiftKey ? BIG_STEP : STEP;
    movable.move(x + arrow[0] * step, y + arrow[1] * step, true);
  });
  node.addEventListener("pointerdown", (event) => {
    const onButton = event.target instanceof Element && event.target.closest("button");
    if (event.button === 0 && event.isPrimary && !onButton) drag(node, movable, event);
  });
}

/**
 * Follow one pointer until it is let go.
 *
 * @param {HTMLElement} node
 * @param {Movable} movable
 * @param {PointerEvent} start
 */
function drag(node, movable, start) {
  const from = movable.position();
  const following = new AbortController();
  const { signal } = following;
  let to = from;
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
    to = { x: from.x + dx / movable.scale(), y: from.y + dy / movable.scale() };
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      movable.move(to.x, to.y, false);
    });
  };
  /** @param {PointerEvent} event */
  const finish = (event) => {
    if (event.pointerId !== start.pointerId) return;
    following.abort();
    cancelAnimationFrame(frame);
    node.classList.remove("dragging");
    if (moving) movable.move(to.x, to.y, true);
  };

  node.setPointerCapture(start.pointerId);
  node.addEventListener("pointermove", follow, { signal });
  node.addEventListener("pointerup", finish, { signal });
  node.addEventListener("pointercancel", finish, { signal });
  node.addEventListener("lostpointercapture", finish, { signal });
}
