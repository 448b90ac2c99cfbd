/** Definition of the kind: a text. */

import { longest } from "../../scene/limits.js";
import { textOfFile } from "../../lib/decodetext.js";
import { lengthOf, tidied } from "../../lib/unicode.js";
import { text } from "../../text/kinds/text.js";
import { ParagraphContent } from "../parts/paragraph.js";
import { alignRow, colorRow, sizeRows } from "../parts/rows.js";
import { beginningOf, quoted } from "../parts/words.js";

/** @import {Text} from "../../types/messages.js" */
/** @import {CreationTools, KindDefinition, Made, Refused} from "../definition.js" */

const PASTED_FONT_SIZE = 20;
const PLAIN = /^text\/(?:plain|markdown|x-markdown)$/;
const MOST_BYTES = 1_000_000;
const [LEAST_FONT_SIZE, MOST_FONT_SIZE] = [1, 1000];

/** @param {Text} kind */
const describe = ({ content }) => beginningOf(content) || text.empty;

/** @param {Pick<Text, "font_size" | "align">} kind */
const style = ({ font_size = 16, align = "left" }) => ({ fontSize: font_size, align });

/** @type {KindDefinition<Text>} */
export const textKind = {
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
  properties: (set) => [...sizeRows(set), colorRow(set), alignRow(set)],
  create: {
    command: "text",
    label: text.create,
    keys: ["T"],
    prepare: ({ write }) => () => write("Text"),
  },
  fromFile: (file, tools) => (PLAIN.test(file.type) ? fromFile(file, tools) : null),
  fromWords: async (words, tools) => fromWords(words, tools),
};

/**
 * @param {File} file
 * @param {CreationTools} tools
 * @returns {Promise<Made<Text> | Refused>}
 */
async function fromFile(file, tools) {
  if (file.size > MOST_BYTES) return { refused: text.tooLong };
  return fromWords(tidied(await textOfFile(file)), tools);
}

/**
 * @param {string} words
 * @param {CreationTools} tools
 * @returns {Made<Text> | Refused}
 */
function fromWords(words, { sizeOfText }) {
  const content = words.trim();
  if (lengthOf(content) > longest("Text", "content")) return { refused: text.tooLong };
  /** @type {Text} */
  const kind = { type: "Text", content, font_size: PASTED_FONT_SIZE };
  return { kind, size: sizeOfText(kind) };
}
