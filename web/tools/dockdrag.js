/** Dragging the button of a tool to the canvas: what it makes is made where it is dropped. */

import { make } from "../ui/dom.js";

/** @import {Point} from "../canvas/geometry.js" */
/** @import {Stage} from "../canvas/stage.js" */

const THRESHOLD_PX = 8;

/**
 * @param {HTMLButtonElement} button
 * @param {Stage} stage
 * @param {(at: Point) => void} drop at a place on the canvas, in scene units
 */
export function dragToCanvas(button, stage, drop) {
  button.addEventListener("pointerdown", (down) => {
    // A finger scrolls the row of tools.
    if (down.button !== 0 || down.pointerType === "touch") return;
    const listening = new AbortController();
    const { signal } = listening;
    /** @type {HTMLElement | null} */
    let ghost = null;
    const end = () => {
      ghost?.remove();
      listening.abort();
    };
    addEventListener("pointermove", ({ pointerId, clientX, clientY }) => {
      if (pointerId !== down.pointerId) return;
      if (!ghost && Math.hypot(clientX - down.clientX, clientY - down.clientY) < THRESHOLD_PX) return;
      ghost ??= ghostOf(button);
      ghost.style.translate = `${clientX}px ${clientY}px`;
    }, { signal });
    addEventListener("pointerup", ({ pointerId, clientX, clientY }) => {
      if (pointerId !== down.pointerId) return;
      const isDrag = ghost !== null;
      end();
      const under = isDrag ? document.elementFromPoint(clientX, clientY) : null;
      if (under && stage.frame.contains(under)) drop(stage.toScene(clientX, clientY));
    }, { signal });
    addEventListener("pointercancel", end, { signal });
    addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !ghost) return;
      event.stopPropagation();
      end();
    }, { signal, capture: true });
  });
}

/** @param {HTMLButtonElement} button @returns {HTMLElement} its symbol, at the pointer */
function ghostOf(button) {
  const symbol = button.querySelector("svg")?.cloneNode(true);
  const ghost = make("div", { class: "tool-ghost", "aria-hidden": "true" }, ...(symbol ? [symbol] : []));
  document.body.append(ghost);
  return ghost;
}
