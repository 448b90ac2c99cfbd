/** Making of the kind: a note. */

import { text, paperText } from "../../text/kinds/note.js";
import { buttonsField } from "../../ui/fields.js";
import { PAPER } from "./kind.js";

/** @import {Note} from "../../types/messages.js" */
/** @import {Making} from "../definition.js" */

/** @type {Making<Note>} */
export const noteMaking = {
  properties(set) {
    const papers = paperText.map(([value = "", name = ""]) => ({ value, name, color: value }));
    const field = buttonsField(text.color, papers, (color) => set({ color }));
    return [{ field, read: ({ color = PAPER }) => color, shared: true }];
  },
  create: {
    command: "note",
    label: text.create,
    keys: ["N"],
    prepare: ({ write }) => () => write("Note"),
  },
};
