/** Definition of the kind: a geometrical figure, perhaps with words in its middle. */

import { text } from "../../text/kinds/shape.js";
import { theme } from "../../ui/theme.js";
import { drawing, svg } from "../parts/drawing.js";
import { MiddleWords } from "../parts/middlewords.js";
import { dashesOf, FAMILIES, inkOf, lettersOn, paintOf, seenWidth } from "../parts/strokes.js";
import { beginningOf } from "../parts/words.js";
import { heightFor, outlineOf, pathOf, roomIn } from "./outline.js";

/** @import {Shape} from "../../types/messages.js" */
/** @import {Content, KindDefinition} from "../definition.js" */

export const SHAPE_FONT_SIZE = 20;
/** Of one that is made by a single press or by keys. */
export const SHAPE_SIZE = { width: 160, height: 80 };

/** @type {KindDefinition<Shape>} */
export const shapeKind = {
  icon: "shape",
  label: text.label,
  describe({ shape = "rectangle", text: words = "" }) {
    const name = text.shapes[shape] ?? text.label;
    const beginning = beginningOf(words);
    return beginning ? text.described(name, beginning) : name;
  },
  content: figure,
  opensProperties: false, // the style bar has them
  isClear: true,
  text: {
    field: "text",
    label: text.words,
    style: ({ font_size = SHAPE_FONT_SIZE, font = "sans" }) => ({ fontSize: font_size, align: "center", family: FAMILIES[font] ?? FAMILIES.sans }),
    room: ({ shape = "rectangle" }, { width, height }) => roomIn(shape, width, height),
    heightFor: ({ shape = "rectangle" }, { height }, words) => Math.max(height, heightFor(shape, words)),
    look: {},
    size: SHAPE_SIZE,
    sizedBy: ["font_size", "font"],
    optional: true,
  },
};

/**
 * @param {HTMLElement} node
 * @returns {Content<Shape>}
 */
function figure(node) {
  const picture = drawing();
  const line = svg("path", { class: "line" });
  // What is pressed is wider than the line; an area that is seen through is none, unless something is written in it.
  const hit = svg("path", { class: "hit" });
  picture.append(line, hit);
  node.append(picture);
  const words = new MiddleWords(node);
  /** @type {Shape} */
  let shown = { type: "Shape" };
  let size = { width: 0, height: 0 };
  const place = () => {
    const { shape = "rectangle" } = shown;
    const path = pathOf(outlineOf(shape, size.width, size.height));
    for (const one of [line, hit]) one.setAttribute("d", path);
    words.place(roomIn(shape, size.width, size.height));
  };
  const paint = () => {
    const { stroke = "", fill = "", stroke_width = 2, dash = "solid", text: content = "", font, font_size = SHAPE_FONT_SIZE } = shown;
    const area = paintOf(fill);
    line.style.fill = area;
    line.style.stroke = inkOf(stroke);
    line.style.strokeWidth = seenWidth(stroke_width);
    line.style.strokeDasharray = dashesOf(dash, stroke_width);
    hit.style.setProperty("--line-width", `${stroke_width}px`);
    hit.toggleAttribute("data-filled", area !== "none" || content !== "");
    words.show(content, { font, size: font_size, color: lettersOn(area) });
  };
  const off = theme.on("changed", paint);
  return {
    show(kind) {
      shown = kind;
      place();
      paint();
    },
    resize(width, height) {
      size = { width, height };
      place();
    },
    close: off,
  };
}
