/** Definition of the kind: a frame, a titled area that carries what lies in it. */

import { text } from "../../text/kinds/frame.js";
import { make, setText } from "../../ui/dom.js";
import { beginningOf } from "../parts/words.js";

/** @import {Frame} from "../../types/messages.js" */
/** @import {Content, KindDefinition} from "../definition.js" */

/** @type {KindDefinition<Frame>} */
export const frameKind = {
  icon: "frame",
  label: text.label,
  describe({ title = "" }) {
    const words = beginningOf(title);
    return words ? text.described(words) : text.label;
  },
  content: area,
  carriesInk: true,
  isClear: true,
};

/**
 * @param {HTMLElement} node
 * @returns {Content<Frame>}
 */
function area(node) {
  const title = make("p", { class: "frame-title", dir: "auto" });
  node.append(title);
  return { show: (kind) => setText(title, kind.title || text.label) };
}
