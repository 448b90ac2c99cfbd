/** Definition of the kind: a geometrical shape, perhaps with words in it. */

import { text } from "../../text/kinds/shape.js";
import { beginningOf } from "../parts/words.js";

/** @import {Shape} from "../../types/messages.js" */
/** @import {Content, KindDefinition} from "../definition.js" */

/** @type {KindDefinition<Shape>} */
export const shapeKind = {
  icon: "shape",
  label: text.label,
  describe({ shape = "rectangle", text: words = "" }) {
    const beginning = beginningOf(words);
    return beginning ? text.described(text.shapes[shape], beginning) : text.shapes[shape];
  },
  content: figure,
  isClear: true,
};

/**
 * @param {HTMLElement} node
 * @returns {Content<Shape>}
 */
function figure(node) {
  return { show: ({ text: words = "" }) => void (node.textContent = words) };
}
