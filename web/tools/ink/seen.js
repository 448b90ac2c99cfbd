/** What a pointer was seen to do, in scene units. */

/** @import {Stage} from "../../canvas/stage.js" */
/** @import {InkPoint} from "../../kinds/ink/spline.js" */

/**
 * @param {PointerEvent} event
 * @param {Pick<Stage, "toScene">} stage
 * @param {boolean} pressed with the pressure
 * @returns {InkPoint[]} all that the browser has put together in one event (Pointer Events, section 10.1)
 */
export function pointsSeen(event, stage, pressed) {
  const events = event.getCoalescedEvents?.() ?? [];
  return (events.length > 0 ? events : [event]).map((one) => pointOf(one, stage, pressed));
}

/**
 * @param {PointerEvent} event
 * @param {Pick<Stage, "toScene">} stage
 * @param {boolean} pressed
 * @returns {InkPoint[]} where the browser thinks that the pointer will be next
 */
export function pointsAhead(event, stage, pressed) {
  return (event.getPredictedEvents?.() ?? []).slice(0, 2).map((one) => pointOf(one, stage, pressed));
}

/**
 * @param {PointerEvent} event
 * @param {Pick<Stage, "toScene">} stage
 * @param {boolean} pressed
 * @returns {InkPoint}
 */
export function pointOf({ clientX, clientY, pressure }, stage, pressed) {
  const { x, y } = stage.toScene(clientX, clientY);
  return pressed ? [x, y, pressure] : [x, y];
}
