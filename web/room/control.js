/** Definition of a control of the dock: the types. The list of all is controls.js. */

/** @import {Context} from "../app/context.js" */
/** @import {Stage} from "../canvas/stage.js" */
/** @import {PanelHost} from "../panels/host.js" */

/** What controls act on: the parts of the page, its canvas and its panels. @typedef {Context & {stage: Stage, panels: PanelHost}} RoomContext */

/**
 * Look of a control now. What is absent is as in the definition.
 *
 * @typedef {object} ControlState
 * @property {string} [label]
 * @property {string} [title] default: the label
 * @property {string} [icon]
 * @property {boolean} [pressed] it is a switch (`aria-pressed`)
 * @property {boolean} [expanded] it opens something (`aria-expanded`)
 * @property {boolean} [busy]
 * @property {boolean} [disabled]
 * @property {string} [fault] what is wrong, in `data-fault`
 * @property {boolean} [active] it does something for others to notice, as sharing a screen does (`data-active`)
 * @property {number} [badge] how many there are of what it leads to
 */

/**
 * A control: its button in the dock, its entry in the sheet of a phone and its line in the help are made from this.
 *
 * @typedef {object} Control
 * @property {string} name unique, in `data-action`
 * @property {string} label
 * @property {string} icon symbol of icons.svg
 * @property {"call" | "room"} group `call`: of the person's own devices and call; `room`: of all that is around it
 * @property {"always" | "wide" | "seldom"} [place] `always`: in the dock also on a phone; `wide` (default): where it has
 *   room, else in the panel "More"; `seldom`: the first to go there
 * @property {"accept" | "danger"} [tone]
 * @property {boolean} [words] its label stands beside the symbol where there is room
 * @property {readonly string[]} [keys] as `keysOf` of lib/keys.js names them
 * @property {(context: RoomContext) => boolean} [isHere] default: always
 * @property {(context: RoomContext) => ControlState} [state]
 * @property {(context: RoomContext, button: HTMLButtonElement) => void} perform
 */

export {};
