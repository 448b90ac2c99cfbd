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

/** @type {KindDefinition<Note>} */
export const noteKind = {
  icon: "edit",
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
  },
};

/**
 * @param {HTMLElement} node
 * @returns {Content<Note>}
 */
function sheet(node) {
  /** @type {ParagraphContent<Note>} */
  const written = new ParagraphContent(node, ({ content }) => ({ content, fontSize: FONT_SIZE, color: INK, align: "left" }));
  const { style } = written.paragraph;
  Object.assign(style, { boxSizing: "border-box", minHeight: "100%", padding: "16px", borderRadius: "4px" });
  style.boxShadow = "var(--shadow)";
  return {
    show(kind) {
      written.show(kind);
      style.backgroundColor = PAPER;
      // What is no colour leaves it as it is (CSSOM), and black is nothing to write on.
      if (!BLACK.test(kind.color ?? "")) style.backgroundColor = chosenColor(kind.color ?? "") || PAPER;
    },
    close: () => written.close(),
  };
}
