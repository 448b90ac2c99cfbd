/** Making of the kind: a text. */

import { longest } from "../../scene/limits.js";
import { textOfFile } from "../../lib/decodetext.js";
import { lengthOf, tidied } from "../../lib/unicode.js";
import { text } from "../../text/kinds/text.js";
import { alignRow, colorRow, sizeRows } from "../parts/rows.js";

/** @import {Text} from "../../types/messages.js" */
/** @import {CreationTools, Made, Making, Refused} from "../definition.js" */

const PASTED_FONT_SIZE = 20;
const PLAIN = /^text\/(?:plain|markdown|x-markdown)$/;
const MOST_BYTES = 1_000_000;

/** @type {Making<Text>} */
export const textMaking = {
  properties: (set) => [...sizeRows(set), colorRow(set), alignRow(set)],
  create: {
    command: "text",
    label: text.create,
    keys: ["T", "8"],
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
