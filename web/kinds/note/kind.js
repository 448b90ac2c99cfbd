/** Definition of the kind: a note, some words on a coloured sheet. */

import { text } from "../../text/kinds/note.js";
import { chosenColor } from "../parts/contrast.js";
import { ParagraphContent } from "../parts/paragraph.js";
import { beginningOf } from "../parts/words.js";

/** @import {Note} from "../../types/messages.js" */
/** @import {Content, KindDefinition} from "../definition.js" */

export const PAPER = "#ffe08a";
/** The sheet is light in every theme, and so its words are dark. */
const INK = "#1b1e27";
const BLACK = /^\s*(#0{3}|#0{6}|black)\s*$/i;
const FONT_SIZE = 20;
const SIZE = { width: 220, height: 220 };
const PADDING = 16;

/** @type {KindDefinition<Note>} */
export const noteKind = {
  icon: "note",
  label: text.label,
  describe({ content }) {
    const words = beginningOf(content);
    return words ? text.described(words) : text.empty;
  },
  content: sheet,
  text: {
    field: "content",
    style: () => ({ fontSize: FONT_SIZE, align: "left" }),
    look: { color: PAPER },
    size: SIZE,
    optional: true,
    hasNext: true,
    sheet: ({ color = "" }) => ({ padding: PADDING, paper: paperOf(color), ink: INK }),
  },
};

/** What is no colour is the usual one, and black is nothing to write on. @param {string} color */
const paperOf = (color) => (BLACK.test(color) ? PAPER : chosenColor(color) || PAPER);

/**
 * @param {HTMLElement} node
 * @returns {Content<Note>}
 */
function sheet(node) {
  /** @type {ParagraphContent<Note>} */
  const written = new ParagraphContent(node, ({ content }) => ({ content, fontSize: FONT_SIZE, color: INK, align: "left" }));
  const { style } = written.paragraph;
  Object.assign(style, { boxSizing: "border-box", minHeight: "100%", padding: `${PADDING}px`, borderRadius: "4px" });
  style.boxShadow = "var(--shadow)";
  return {
    show(kind) {
      written.show(kind);
      style.backgroundColor = paperOf(kind.color ?? "");
    },
    close: () => written.close(),
  };
}
