/** Definition of the kind: an arrow between two places or elements, which it follows, perhaps with a label. */

import { text } from "../../text/kinds/arrow.js";
import { drawing, svg } from "../parts/drawing.js";
import { MiddleWords } from "../parts/middlewords.js";
import { dashesOf, FAMILIES, inkOf, seenWidth } from "../parts/strokes.js";
import { beginningOf } from "../parts/words.js";
import { aimsOf, carried, followedBy } from "./aims.js";
import { arrowPath } from "./path.js";

/** @import {Point} from "../../canvas/geometry.js" */
/** @import {Arrow} from "../../types/messages.js" */
/** @import {Area, Content, Drawn, KindDefinition} from "../definition.js" */

const FONT_SIZE = 20;
/** Of a label; longer ones break. As in export/kinds/arrow.py. */
const LABEL_WIDTH = 200;

/** @type {KindDefinition<Arrow>} */
export const arrowKind = {
  icon: "arrow",
  label: text.label,
  describe({ label = "" }) {
    const words = beginningOf(label);
    return words ? text.described(words) : text.label;
  },
  describeWith({ start, end, label = "" }, describe) {
    const [from = "", to = ""] = [start, end].map(({ element }) => (element ? describe(element) : ""));
    return text.between(from, to, beginningOf(label));
  },
  content: line,
  opensProperties: false, // the style bar has them
  isClear: true,
  follows: followedBy,
  drawn(kind, placed, shown, other) {
    const { start, end } = aimsOf(kind, other, carried(placed, shown));
    const path = arrowPath(kind, start, end);
    return { box: path.box, path };
  },
  text: {
    field: "label",
    label: text.words,
    style: ({ font_size = FONT_SIZE, font = "sans" }) => ({ fontSize: font_size, align: "center", family: FAMILIES[font] ?? FAMILIES.sans }),
    room: (_, size, drawn) => labelRoom(drawn, size),
    look: {},
    size: { width: 0, height: 0 },
    optional: true,
  },
};

/**
 * @param {Drawn | undefined} drawn
 * @param {{width: number, height: number}} size
 * @returns {Area} about the middle of the line
 */
function labelRoom(drawn, { width, height }) {
  const middle = drawn?.path ? within(drawn.box, drawn.path.middle) : { x: width / 2, y: height / 2 };
  return { x: middle.x - LABEL_WIDTH / 2, y: middle.y, width: LABEL_WIDTH, height: 0 };
}

/**
 * @param {HTMLElement} node
 * @returns {Content<Arrow>}
 */
function line(node) {
  const [picture, front] = [drawing(), drawing()];
  const [shaft, heads, hit] = [svg("path", { class: "line" }), svg("path", { class: "line" }), svg("path", { class: "hit" })];
  picture.append(shaft, hit);
  node.append(picture);
  const label = new MiddleWords(node);
  label.node.classList.add("label");
  // Where the label hides all of a short line, it is still seen where that goes.
  front.append(heads);
  node.append(front);
  return {
    show({ stroke = "", stroke_width = 2, dash = "solid", label: words = "", font, font_size = FONT_SIZE }) {
      for (const one of [shaft, heads]) {
        one.style.stroke = inkOf(stroke);
        one.style.strokeWidth = seenWidth(stroke_width);
      }
      shaft.style.strokeDasharray = dashesOf(dash, stroke_width);
      hit.style.setProperty("--line-width", `${stroke_width}px`);
      label.show(words, { font, size: font_size, color: "" });
    },
    draw(drawn) {
      const { box, path } = drawn;
      if (!path) return;
      const way = pathThrough(box, path.points);
      shaft.setAttribute("d", way);
      hit.setAttribute("d", way);
      heads.setAttribute("d", path.heads.map((head) => pathThrough(box, head)).join(""));
      label.place(labelRoom(drawn, box));
    },
  };
}

/**
 * @param {Area} box
 * @param {Point[]} points in scene units
 * @returns {string} a path of SVG within the element
 */
function pathThrough(box, points) {
  return points.map((point, place) => {
    const { x, y } = within(box, point);
    return `${place === 0 ? "M" : "L"}${Math.round(x * 100) / 100} ${Math.round(y * 100) / 100}`;
  }).join("");
}

/** @param {Area} box @param {Point} point @returns {Point} */
function within(box, { x, y }) {
  return { x: x - box.x, y: y - box.y };
}
