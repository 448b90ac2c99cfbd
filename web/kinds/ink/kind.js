/** Definition of the kind: ink, a stroke of a pen or a marker. */

import { text } from "../../text/kinds/ink.js";
import { chosenColor } from "../parts/contrast.js";
import { drawing, svg } from "../parts/drawing.js";

/** @import {Ink} from "../../types/messages.js" */
/** @import {Content, KindDefinition} from "../definition.js" */

/** @type {KindDefinition<Ink>} */
export const inkKind = {
  icon: "pen",
  label: text.label,
  describe: ({ brush }) => (brush === "marker" ? text.marker : text.label),
  content: stroke,
  isClear: true,
  opensProperties: false,
};

/**
 * @param {HTMLElement} node
 * @returns {Content<Ink>}
 */
function stroke(node) {
  const picture = drawing();
  const line = svg("polyline", { fill: "none", "stroke-linecap": "round", "stroke-linejoin": "round" });
  picture.append(line);
  node.append(picture);
  return {
    show({ points, color = "", size = 4, brush }) {
      line.setAttribute("points", points.map(([x = 0, y = 0]) => `${x},${y}`).join(" "));
      line.style.stroke = chosenColor(color) || "currentColor";
      line.style.strokeWidth = `${size}px`;
      line.style.opacity = brush === "marker" ? "0.4" : "";
    },
  };
}
