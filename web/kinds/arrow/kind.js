/** Definition of the kind: an arrow between two places or elements. */

import { text } from "../../text/kinds/arrow.js";
import { drawing, svg } from "../parts/drawing.js";
import { beginningOf } from "../parts/words.js";

/** @import {Arrow} from "../../types/messages.js" */
/** @import {Content, KindDefinition} from "../definition.js" */

/** @type {KindDefinition<Arrow>} */
export const arrowKind = {
  icon: "arrow",
  label: text.label,
  describe({ label = "" }) {
    const words = beginningOf(label);
    return words ? text.described(words) : text.label;
  },
  content: line,
  isClear: true,
};

/**
 * @param {HTMLElement} node
 * @returns {Content<Arrow>}
 */
function line(node) {
  const picture = drawing();
  const shaft = svg("line", { stroke: "currentColor" });
  picture.append(shaft);
  node.append(picture);
  return {
    show({ start, end }) {
      const [left, top] = [Math.min(start.x, end.x), Math.min(start.y, end.y)];
      const ends = { x1: start.x - left, y1: start.y - top, x2: end.x - left, y2: end.y - top };
      for (const [name, value] of Object.entries(ends)) shaft.setAttribute(name, String(value));
    },
  };
}
