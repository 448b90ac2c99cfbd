/**
 * Everything that can be done to the canvas, once: the toolbar, the keys, the help of the keys and docs/KEYS.md are made
 * from this list. Its order is that of the toolbar and of the help.
 */

import { addCommands } from "./commands/add.js";
import { alignCommands } from "./commands/align.js";
import { clipboardCommands } from "./commands/clipboard.js";
import { diagramCommands } from "./commands/diagrams.js";
import { historyCommands } from "./commands/history.js";
import { modeCommands } from "./commands/modes.js";
import { moveCommands } from "./commands/move.js";
import { orderCommands } from "./commands/order.js";
import { pictureCommands } from "./commands/picture.js";
import { removeCommands } from "./commands/remove.js";
import { selectionCommands } from "./commands/selection.js";
import { structureCommands } from "./commands/structure.js";
import { viewCommands } from "./commands/view.js";

/** @import {Command} from "./commands/command.js" */

/** @type {readonly Command[]} */
export const commands = [
  ...modeCommands,
  ...addCommands,
  ...diagramCommands,
  ...historyCommands,
  ...clipboardCommands,
  ...pictureCommands,
  ...selectionCommands,
  ...moveCommands,
  ...orderCommands,
  ...alignCommands,
  ...structureCommands,
  ...removeCommands,
  ...viewCommands,
];
