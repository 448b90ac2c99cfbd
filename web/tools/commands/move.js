/** Commands that move, resize and turn the selection by keys. A key that is held is one edit. */

import { boundsOf, LEAST_SIZE, resized, rotated, unionOf } from "../../canvas/geometry.js";
import { keepsAspect } from "../../kinds/kinds.js";
import { commandText, text } from "../../text/tools.js";
import { mapped, middleOfAll, selected } from "../gestures.js";

/** @import {ToolContext} from "../tools.js" */
/** @import {Transform, TransformChanges} from "../../types/messages.js" */
/** @import {Command} from "./command.js" */

/** @typedef {Map<string, Required<Transform>>} Transforms */

const STEP = 10;
const BIG_STEP = 50;
const TURN_STEP = 15;

/** @type {Record<string, [number, number]>} */
const ARROWS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
const arrows = Object.keys(ARROWS);

/**
 * Go one step on from where the selection is shown now, which is where keys that are held have brought it.
 *
 * @param {ToolContext} context
 * @param {(now: Transforms) => Map<string, TransformChanges>} change
 */
function step(context, change) {
  const { motion, stage } = context;
  const before = motion.changes;
  const now = mapped(selected(context), (transform, id) => ({ ...transform, ...before.get(id) }));
  const next = change(now);
  motion.show(new Map([...next].map(([id, changes]) => [id, { ...before.get(id), ...changes }])), true);
  const around = unionOf([...now].map(([id, transform]) => boundsOf({ ...transform, ...next.get(id) })));
  if (around) stage.reveal(around);
}

/**
 * @param {string} key
 * @returns {[number, number]} the way it goes, in scene units
 */
function arrowOf(key) {
  const [x, y] = ARROWS[key.slice(key.lastIndexOf("+") + 1)] ?? [0, 0];
  const size = key.includes("Shift+") ? BIG_STEP : STEP;
  return [x * size, y * size];
}

/** @param {ToolContext} context */
const anySelected = ({ selection }) => selection.size > 0;

/** @type {Command[]} */
export const moveCommands = [
  {
    id: "move",
    group: "move",
    label: commandText.move,
    icon: "select",
    keys: [...arrows, ...arrows.map((key) => `Shift+${key}`)],
    shownKeys: text.arrowKeys,
    enabled: anySelected,
    repeats: true,
    perform(context, key) {
      const [dx, dy] = arrowOf(key);
      step(context, (now) => mapped(now, ({ x, y }) => ({ x: x + dx, y: y + dy })));
    },
  },
  {
    id: "resize",
    group: "move",
    label: commandText.resize,
    icon: "fit",
    keys: arrows.flatMap((key) => [`Alt+${key}`, `Alt+Shift+${key}`]),
    shownKeys: text.altArrowKeys,
    enabled: anySelected,
    repeats: true,
    perform(context, key) {
      const [dx, dy] = arrowOf(key);
      step(context, (now) => mapped(now, (transform, id) => {
        const corner = { x: transform.width + dx, y: transform.height + dy };
        // Measured as if it lay straight at the origin: keys know no direction on the screen.
        const flat = { ...transform, x: 0, y: 0, rotation: 0 };
        const how = { keepAspect: keepsAspect(context.scene.get(id)?.kind), least: LEAST_SIZE };
        const { width, height } = resized(flat, dx ? "e" : "s", corner, how);
        return { width, height };
      }));
    },
  },
  {
    id: "turn",
    group: "move",
    label: commandText.turn,
    icon: "turn",
    keys: [",", ".", "Alt+,", "Alt+."],
    shownKeys: text.turnKeys,
    enabled: anySelected,
    repeats: true,
    perform(context, key) {
      const degrees = (key.endsWith(",") ? -1 : 1) * (key.startsWith("Alt+") ? 1 : TURN_STEP);
      step(context, (now) => {
        const about = middleOfAll(now);
        return mapped(now, (transform) => rotated(transform, about, degrees));
      });
    },
  },
];
