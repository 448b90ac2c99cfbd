/** The rectangle that selects what it touches, with Ctrl only what is whole in it. */

import { boundsOf, boxBetween, holds } from "../canvas/geometry.js";
import { touches } from "./gestures.js";
import { chosenAmong } from "./nesting.js";

/** @import {Box, Point} from "../canvas/geometry.js" */
/** @import {Gesture} from "./gestures.js" */
/** @import {Overlay} from "./overlay.js" */
/** @import {EditContext} from "./tools.js" */
/** @import {Transform} from "../types/messages.js" */

/**
 * @param {Required<Transform>} transform of an element
 * @param {Box} box of the marquee
 * @param {boolean} whole only what is all in it
 * @returns {boolean} what has all of the marquee inside is not meant: it lies behind what is
 */
export function isChosen(transform, box, whole) {
  const bounds = boundsOf(transform);
  return whole ? holds(box, bounds) : touches(transform, box) && !(transform.rotation % 90 === 0 && holds(bounds, box));
}

/**
 * @param {Pick<EditContext, "scene" | "selection" | "view">} context
 * @param {Overlay} overlay
 * @param {Point} from
 * @param {boolean} more what is selected stays so
 * @returns {Gesture}
 */
export function marqueeGesture({ scene, selection, view }, overlay, from, more) {
  const before = [...selection.ids];
  return {
    move: (to, { free: whole }) => {
      const box = boxBetween(from, to);
      const inside = [...scene.elements()]
        .filter(({ id }) => isChosen(view.transformOf(id), box, whole))
        .map(({ id }) => id);
      const chosen = chosenAmong(scene, inside);
      selection.set(more ? [...before, ...chosen] : chosen);
      overlay.showMarquee(box);
    },
    finish: () => overlay.showMarquee(null),
    cancel: () => {
      overlay.showMarquee(null);
      selection.set(before);
    },
  };
}
