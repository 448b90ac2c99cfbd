/** Definition of a command. Types only. */

/** @import {Point} from "../../canvas/geometry.js" */
/** @import {ToolContext} from "../tools.js" */
/** @import {groupText} from "../../text/tools.js" */

/** @typedef {Exclude<keyof typeof groupText, "call">} CommandGroup */

/**
 * Something a person can do to the canvas: by a key, in the toolbar or its menu.
 *
 * @typedef {object} Command
 * @property {string} id unique, in `data-command`
 * @property {CommandGroup} group of the help
 * @property {string} label
 * @property {string} icon symbol of icons.svg
 * @property {readonly string[]} keys as `keysOf` of lib/keys.js names them; the first is the one to show
 * @property {string} [shownKeys] how the help names them, where not by the first
 * @property {"bar" | "end" | "menu" | "grid"} [toolbar] where it has a button: in the bar before or after the menu, in
 *   the menu in words, in its grid of symbols; absent: nowhere
 * @property {"canvas" | "selection"} [contextMenu] it is in the menu of a press with the right button on an empty place, or on what
 *   is selected; what has `toolbar: "menu"` is in the latter by that
 * @property {(context: ToolContext) => boolean} [enabled] default: always
 * @property {(context: ToolContext, key: string) => void} perform
 * @property {(context: ToolContext, key: string, at: Point) => void} [performAt] instead, in a context menu that was opened at a
 *   place, in scene units
 * @property {string} [tool] its name in `data-tool`
 * @property {(context: ToolContext) => boolean} [pressed] it is a switch, and on now
 * @property {boolean} [repeats] a key that is held performs it again and again (default: no)
 * @property {boolean} [native] the browser handles these keys in its own way: they are only shown
 * @property {(context: ToolContext, at: Point) => void} [drop] its button was dragged to a place on the canvas, in scene units
 */

export {};
