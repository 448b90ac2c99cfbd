/** Definition of the kind: a frame, a titled area that carries what lies in it. */

import { text } from "../../text/kinds/frame.js";
import { make, setText } from "../../ui/dom.js";
import { beginningOf } from "../parts/words.js";

/** @import {Frame} from "../../types/messages.js" */
/** @import {Content, KindDefinition} from "../definition.js" */

/** Of the line above a frame, in scene units. */
const TITLE = { fontSize: 14, height: 24, least: 160 };

/** A new one. @type {Frame} */
export const NEW_FRAME = { type: "Frame", title: "" };

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
  takesIn: true,
  text: {
    field: "title",
    label: text.title,
    style: () => ({ fontSize: TITLE.fontSize, align: "left" }),
    room: (_, { width }) => ({ x: 0, y: -TITLE.height, width: Math.max(width, TITLE.least), height: TITLE.height }),
    heightFor: (_, { height }) => height,
    look: {},
    size: { width: 400, height: 300 },
    optional: true,
  },
};

/**
 * @param {HTMLElement} node
 * @returns {Content<Frame>}
 */
function area(node) {
  // Pressed are its edges and its title: what lies in it is not behind it, and its ground is the canvas.
  const title = make("p", { class: "frame-title", dir: "auto" });
  node.append(make("div", { class: "frame-rim" }), title);
  return { show: (kind) => setText(title, kind.title || text.label) };
}
