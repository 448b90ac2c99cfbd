/** Commands that draw diagrams: the usual shapes by their keys, and the next shape of a flow chart. */

import { commandText, text } from "../../text/tools.js";
import { addNext, selectedShape } from "../diagrams/next.js";
import { styles } from "../style/styles.js";

/** @import {Direction} from "../diagrams/next.js" */
/** @import {Command} from "./command.js" */

/** @type {Record<string, Direction>} */
const DIRECTIONS = { "Ctrl+ArrowLeft": "left", "Ctrl+ArrowRight": "right", "Ctrl+ArrowUp": "up", "Ctrl+ArrowDown": "down" };

const SHAPES = /** @type {const} */ ([
  { shape: "rectangle", label: commandText.rectangle, keys: ["R", "2"] },
  { shape: "diamond", label: commandText.diamond, keys: ["D", "3"] },
  { shape: "ellipse", label: commandText.ellipse, keys: ["O", "4"] },
]);

/** @type {Command[]} */
export const diagramCommands = [
  ...SHAPES.map(({ shape, label, keys }) => /** @type {Command} */ ({
    id: `shape-${shape}`,
    group: "tools",
    label,
    icon: "shape",
    keys,
    perform({ mode }) {
      styles.set({ shape });
      mode.set("shape");
    },
  })),
  {
    id: "next-shape",
    group: "add",
    label: commandText.nextShape,
    icon: "arrow",
    keys: Object.keys(DIRECTIONS),
    shownKeys: text.ctrlArrowKeys,
    enabled: (context) => selectedShape(context) !== null,
    perform(context, key) {
      const direction = DIRECTIONS[key];
      if (direction) addNext(context, direction);
    },
  },
];
