/** Definition of the kind: a text. */

import { text } from "../../text/kinds/text.js";
import { ParagraphContent } from "../parts/paragraph.js";
import { beginningOf, quoted } from "../parts/words.js";

/** @import {Text} from "../../types/messages.js" */
/** @import {KindDefinition} from "../definition.js" */

const [LEAST_FONT_SIZE, MOST_FONT_SIZE] = [1, 1000];

/** @param {Text} kind */
const describe = ({ content }) => beginningOf(content) || text.empty;

/** @param {Pick<Text, "font_size" | "align">} kind */
const style = ({ font_size = 16, align = "left" }) => ({ fontSize: font_size, align });

/** @type {KindDefinition<Text>} */
export const textKind = {
  isClear: true,
  icon: "text",
  label: text.label,
  describe,
  inHistory: ({ content }) => quoted(content),
  content: (node) => new ParagraphContent(node, ({ content, color = "#000000", ...kind }) => ({ content, color, ...style(kind) })),
  text: {
    field: "content",
    style,
    look: { font_size: 24, color: "#000000", align: "left" },
    size: null,
    sizedBy: ["font_size"],
  },
  scaled({ font_size = 16 }, factor) {
    const size = Math.round(font_size * factor * 10) / 10;
    return { font_size: Math.min(MOST_FONT_SIZE, Math.max(LEAST_FONT_SIZE, size)) };
  },
};
