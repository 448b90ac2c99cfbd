/**
 * Everything that can be done to the canvas, once: the toolbar, the keys and the help of the keys read
 * this list.
 */

import { aligned, distributed } from "../canvas/align.js";
import { boundsOf, overlap, resized, rotated, unionOf, LEAST_SIZE } from "../canvas/geometry.js";
import { restacked } from "../scene/order.js";
import { wholeTransform } from "../scene/scene.js";
import { commandText, text } from "../text/tools.js";
import { mapped, middleOfAll, selected } from "./gestures.js";

/** @import {Alignment} from "../canvas/align.js" */
/** @import {Restack} from "../scene/order.js" */
/** @import {Additions} from "./additions.js" */
/** @import {Clipboard} from "./clipboard.js" */
/** @import {Parts} from "./tools.js" */
/** @import {TextEditor} from "./textedit.js" */
/** @import {Transform, TransformChanges} from "../types/messages.js" */

/** @typedef {"add" | "edit" | "move" | "arrange" | "view"} Group */
/** @typedef {keyof typeof commandText} CommandId */

/**
 * @typedef {object} Command
 * @property {CommandId} id
 * @property {Group} group
 * @property {string} label
 * @property {string[]} keys as `keyOf` of keys.js names them; the first is the one to show
 * @property {string} [shownKeys] how the help names them, where not by the first
 * @property {string} icon
 * @property {() => boolean} enabled
 * @property {(key: string) => void} run
 * @property {boolean} [native] the browser tells of these keys in its own way: they are only shown
 */

/**
 * @typedef {object} CommandHooks
 * @property {TextEditor} editor
 * @property {Additions} additions
 * @property {Clipboard} clipboard
 * @property {() => void} choosePicture
 * @property {() => void} openChart
 * @property {() => void} toggleProperties
 * @property {(id: string) => void} open
 */

const STEP = 10;
const BIG_STEP = 50;
const TURN_STEP = 15;
const ZOOM_STEP = 1.25;

/** @type {Record<string, [number, number]>} */
const ARROWS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/**
 * @param {Parts} parts
 * @param {CommandHooks} hooks
 * @returns {Command[]}
 */
export function makeCommands(parts, hooks) {
  return [
    ...additionCommands(hooks),
    ...editCommands(parts, hooks),
    ...moveCommands(parts),
    ...orderCommands(parts),
    ...alignCommands(parts),
    ...viewCommands(parts, hooks),
  ];
}

/**
 * @param {CommandId} id
 * @param {Group} group
 * @param {string[]} keys
 * @param {string} icon
 * @param {(key: string) => void} run
 * @param {() => boolean} [enabled]
 * @returns {Command}
 */
function command(id, group, keys, icon, run, enabled = () => true) {
  return { id, group, label: commandText[id], keys, icon, run, enabled };
}

/**
 * @param {CommandHooks} hooks
 * @returns {Command[]}
 */
function additionCommands({ editor, choosePicture, openChart }) {
  return [
    command("text", "add", ["T"], "text", () => editor.write()),
    command("picture", "add", ["P"], "picture", choosePicture),
    command("chart", "add", ["C"], "chart", openChart),
  ];
}

/**
 * @param {Parts} parts
 * @param {CommandHooks} hooks
 * @returns {Command[]}
 */
function editCommands(parts, { clipboard, open }) {
  const { draft, selection, notices } = parts;
  const any = () => selection.size > 0;
  const ownAny = () => [...selection.ids].some((id) => draft.get(id)?.kind.type !== "Video");
  /** @param {"done" | "nothing" | "overtaken"} outcome */
  const say = (outcome) => {
    if (outcome === "overtaken") notices.show(text.overtaken, { key: "undo" });
  };
  const remove = () => {
    const ids = [...selection.ids].filter((id) => draft.has(id));
    const removable = ids.filter((id) => draft.get(id)?.kind.type !== "Video");
    if (removable.length < ids.length) notices.show(text.tileStays, { key: "tile" });
    if (removable.length === 0) return;
    draft.edit(removable.map((id) => ({ op: "remove", id })));
    parts.stage.frame.focus({ preventScroll: true });
  };
  const native = (/** @type {"copy" | "cut"} */ name) => () => void document.execCommand(name);
  return [
    command("undo", "edit", ["Ctrl+Z"], "undo", () => say(draft.undo()), () => draft.canUndo),
    command("redo", "edit", ["Ctrl+Shift+Z", "Ctrl+Y"], "redo", () => say(draft.redo()), () => draft.canRedo),
    { ...command("copy", "edit", ["Ctrl+C"], "copy", native("copy"), ownAny), native: true },
    { ...command("cut", "edit", ["Ctrl+X"], "cut", native("cut"), ownAny), native: true },
    { ...command("paste", "edit", ["Ctrl+V"], "paste", () => {}, () => false), native: true },
    command("duplicate", "edit", ["Ctrl+D"], "copy", () => clipboard.duplicate(), ownAny),
    command("delete", "edit", ["Delete", "Backspace"], "trash", remove, any),
    command("selectAll", "edit", ["Ctrl+A"], "select", () => {
      selection.set([...draft.elements()].map(({ id }) => id));
      parts.stage.frame.focus({ preventScroll: true });
    }),
    command("open", "edit", ["Enter", "F2"], "edit", () => {
      const [id] = selection.ids;
      if (id) open(id);
    }, () => selection.size === 1),
  ];
}

/**
 * @param {Parts} parts
 * @returns {Command[]}
 */
function moveCommands(parts) {
  const { motion, draft, selection } = parts;
  const any = () => selection.size > 0;
  /** @type {Map<string, Required<Transform>>} */
  let now = new Map();
  /** @param {(start: Map<string, Required<Transform>>) => Map<string, TransformChanges>} change */
  const step = (change) => {
    // A key that is held goes on from where it has come to; it is one edit when it is let go.
    if (!motion.active) now = selected(parts);
    const changes = change(now);
    now = new Map([...now].map(([id, transform]) => [id, { ...transform, ...changes.get(id) }]));
    motion.show(changes, true);
    const around = unionOf([...now.values()].map(boundsOf));
    if (around) parts.stage.reveal(around);
  };
  /** @param {string} key */
  const move = (key) => {
    const [dx, dy] = arrowOf(key);
    step((start) => mapped(start, ({ x, y }) => ({ x: x + dx, y: y + dy })));
  };
  /** @param {string} key */
  const resize = (key) => {
    const [dx, dy] = arrowOf(key);
    step((start) => new Map([...start].map(([id, transform]) => {
      const type = draft.get(id)?.kind.type;
      const keepAspect = type === "Image" || type === "Video";
      const corner = { x: transform.width + dx, y: transform.height + dy };
      // Measured as if it lay straight at the origin: keys know no direction on the screen.
      const flat = { ...transform, x: 0, y: 0, rotation: 0 };
      const { width, height } = resized(flat, dx ? "e" : "s", corner, { keepAspect, least: LEAST_SIZE });
      return [id, { width, height }];
    })));
  };
  /** @param {string} key */
  const turn = (key) => {
    const degrees = (key.endsWith(",") ? -1 : 1) * (key.startsWith("Alt+") ? 1 : TURN_STEP);
    step((start) => {
      const about = middleOfAll(start);
      return mapped(start, (transform) => rotated(transform, about, degrees));
    });
  };
  const arrows = Object.keys(ARROWS);
  return [
    {
      ...command("move", "move", [...arrows, ...arrows.map((key) => `Shift+${key}`)], "select", move, any),
      shownKeys: text.arrowKeys,
    },
    {
      ...command("resize", "move", arrows.flatMap((key) => [`Alt+${key}`, `Alt+Shift+${key}`]), "fit", resize, any),
      shownKeys: text.altArrowKeys,
    },
    {
      ...command("turn", "move", [",", ".", "Alt+,", "Alt+."], "turn", turn, any),
      shownKeys: text.turnKeys,
    },
  ];
}

/**
 * @param {string} key
 * @returns {[number, number]}
 */
function arrowOf(key) {
  const [x, y] = ARROWS[key.slice(key.lastIndexOf("+") + 1)] ?? [0, 0];
  const step = key.includes("Shift+") ? BIG_STEP : STEP;
  return [x * step, y * step];
}

/**
 * @param {Parts} parts
 * @returns {Command[]}
 */
function orderCommands({ draft, selection }) {
  /** @param {Restack} how */
  const restack = (how) => () => {
    const elements = [...draft.elements()];
    const boxes = new Map(elements.map(({ id, transform }) => [id, boundsOf(transform)]));
    /** @param {string} one @param {string} other */
    const touch = (one, other) => {
      const [a, b] = [boxes.get(one), boxes.get(other)];
      return a !== undefined && b !== undefined && overlap(a, b);
    };
    const layers = elements.map(({ id, transform }) => ({ id, z_index: wholeTransform(transform).z_index }));
    const changes = restacked(layers, selection.ids, how, touch);
    draft.edit([...changes].map(([id, z_index]) => ({ op: "update", id, changes: { transform: { z_index } } })));
  };
  const any = () => selection.size > 0;
  return [
    command("forward", "arrange", ["]", "PageUp"], "forward", restack("forward"), any),
    command("backward", "arrange", ["[", "PageDown"], "backward", restack("backward"), any),
    command("front", "arrange", ["Shift+]", "Shift+PageUp"], "front", restack("front"), any),
    command("back", "arrange", ["Shift+[", "Shift+PageDown"], "back", restack("back"), any),
  ];
}

/**
 * @param {Parts} parts
 * @returns {Command[]}
 */
function alignCommands(parts) {
  const { draft, selection } = parts;
  const items = () => [...selected(parts)].map(([id, transform]) => ({ id, transform }));
  /** @param {Map<string, TransformChanges>} changes */
  const make = (changes) =>
    draft.edit([...changes].map(([id, transform]) => ({ op: "update", id, changes: { transform } })));
  /** @type {[CommandId, Alignment][]} */
  const lines = [
    ["alignLeft", "left"],
    ["alignCenter", "center"],
    ["alignRight", "right"],
    ["alignTop", "top"],
    ["alignMiddle", "middle"],
    ["alignBottom", "bottom"],
  ];
  const several = () => selection.size > 1;
  const many = () => selection.size > 2;
  return [
    ...lines.map(([id, how]) =>
      command(id, "arrange", [], `align-${how}`, () => make(aligned(items(), how)), several)),
    command("distributeX", "arrange", [], "distribute-x", () => make(distributed(items(), "x")), many),
    command("distributeY", "arrange", [], "distribute-y", () => make(distributed(items(), "y")), many),
  ];
}

/**
 * @param {Parts} parts
 * @param {CommandHooks} hooks
 * @returns {Command[]}
 */
function viewCommands({ stage, selection }, { toggleProperties }) {
  return [
    command("zoomIn", "view", ["+", "="], "plus", () => stage.zoomTo(stage.scale * ZOOM_STEP)),
    command("zoomOut", "view", ["-"], "minus", () => stage.zoomTo(stage.scale / ZOOM_STEP)),
    command("zoomFit", "view", ["0"], "fit", () => stage.fit()),
    command("zoomFull", "view", ["1"], "fit", () => stage.zoomTo(1)),
    command("properties", "view", ["I"], "sliders", toggleProperties, () => selection.size > 0),
  ];
}
