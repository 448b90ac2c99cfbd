/** The rectangle that selects what it touches. */

import { boxBetween } from "../canvas/geometry.js";
import { wholeTransform } from "../scene/scene.js";
import { touches } from "./gestures.js";

/** @import {Point} from "../canvas/geometry.js" */
/** @import {Gesture} from "./gestures.js" */
/** @import {Overlay} from "./overlay.js" */
/** @import {EditContext} from "./tools.js" */

/**
 * @param {Pick<EditContext, "scene" | "selection">} context
 * @param {Overlay} overlay
 * @param {Point} from
 * @param {boolean} more what is selected stays so
 * @returns {Gesture}
 */
export function marqueeGesture({ scene, selection }, overlay, from, more) {
  const before = [...selection.ids];
  return {
    move: (to) => {
      const box = boxBetween(from, to);
      const inside = [...scene.elements()]
        .filter(({ transform }) => touches(wholeTransform(transform), box))
        .map(({ id }) => id);
      selection.set(more ? [...before, ...inside] : inside);
      overlay.showMarquee(box);
    },
    finish: () => overlay.showMarquee(null),
    cancel: () => {
      overlay.showMarquee(null);
      selection.set(before);
    },
  };
}
