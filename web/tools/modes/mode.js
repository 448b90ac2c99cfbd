/** Definition of a tool mode: what a press of the pointer on the canvas begins while it is active. Types only. */

/** @import {Point} from "../../canvas/geometry.js" */
/** @import {Gesture} from "../gestures.js" */
/** @import {StyledKind} from "../../kinds/parts/stylefields.js" */
/** @import {EditContext} from "../tools.js" */

/** A drag that is made by a key: modes/bykeys.js. @typedef {"box" | "around" | "between"} KeyDrag */

/**
 * @typedef {object} ModePress a press of the main button, of a pen or of one finger
 * @property {PointerEvent} event
 * @property {Point} at in scene units
 * @property {string | null} id of the element under it
 */

/**
 * @typedef {object} Mode
 * @property {string} name in `data-tool`
 * @property {string} label
 * @property {string} icon symbol of icons.svg
 * @property {readonly string[]} keys as `keysOf` of lib/keys.js names them
 * @property {string} cursor of CSS, over the canvas
 * @property {KeyDrag} [byKeys] what Enter makes of it while it is active (default: a box in free sight); nothing, where it stays
 * @property {StyledKind} [styles] the kind that it makes, whose style is offered meanwhile
 * @property {boolean} [stays] it is used again and again; else `select` follows one use
 * @property {((context: EditContext, press: ModePress) => Gesture) | null} begin from the press on, before it moves; `null`: as if
 *   there were no mode, select and move
 */

export {};
