/** Definition of an element kind: the types. kinds.js has how all are shown, makings.js how they are made and changed. */

/** @import {DrawingBounds} from "../canvas/allotment.js" */
/** @import {Field} from "../ui/fields.js" */
/** @import {Person} from "../people/person.js" */
/** @import {ArrowPath} from "./arrow/path.js" */
/** @import {WrittenField} from "../scene/operations.js" */
/** @import {Element as SceneElement, Transform} from "../types/messages.js" */
/** @import {VideoManager} from "../video.js" */

/** @typedef {SceneElement["kind"]} Kind */
/** @typedef {Kind["type"]} KindName */
/** @typedef {{width: number, height: number}} Size in scene units */
/** @typedef {{x: number, y: number, width: number, height: number}} Area in scene units */
/** An element as it is shown now, perhaps on the move. @typedef {{kind: Kind, at: Required<Transform>}} Shown */
/** What is drawn of an element that is not simply where it is placed: the box around it, and what its kind adds. @typedef {{box: Area, path?: ArrowPath}} Drawn */

/**
 * All that is special about a kind. What is optional has a default that suits most kinds.
 *
 * @template {Kind} K
 * @typedef {object} KindDefinition
 * @property {string} icon symbol of icons.svg
 * @property {string} label what one of them is called
 * @property {(kind: K, nameOf?: (peerId: string) => string) => string} describe an element in words, for those who do
 *   not see it
 * @property {(kind: K, describe: (id: string) => string) => string} [describeWith] in words, where these are about other elements as
 *   well: `describe` has the words of one of them, or its own in short; empty where it is not there
 * @property {(kind: K, nameOf: (peerId: string) => string) => string} [inHistory] as described, where absent
 * @property {(node: HTMLElement) => Content<K>} content draws in the node of the element, which is empty
 * @property {(node: HTMLElement, kind: K, hooks: TileHooks) => Tile<K> | null} [tile] in the place of content: drawn as
 *   long as the element is there; `null`: this one has none
 * @property {Cost<K>} [cost] absent: any number of them can be drawn
 * @property {boolean} [keepsAspect] it is resized in proportion (default: no)
 * @property {boolean} [hull] it is shown as what has it as parent, and chosen by a press on any of that (default: no)
 * @property {boolean} [takesIn] what is dropped in it gets it as its parent (default: no)
 * @property {boolean} [isClear] it is seen through: what lies below it is seen (default: no)
 * @property {boolean} [isStroke] it has the points of a line, parts of which can be erased (default: no)
 * @property {boolean} [carriesInk] what is drawn on it stays on it (default: no)
 * @property {boolean} [opensProperties] to choose or open one shows its properties (default: yes)
 * @property {WrittenText<K>} [text] what a person writes in it, where it stands
 * @property {(kind: K, factor: number) => Partial<K>} [scaled] what else changes when a group is resized
 * @property {(kind: K) => string[]} [follows] ids of the elements on whose places the place of such an element depends
 * @property {(kind: K, placed: Required<Transform>, shown: Required<Transform>, other: (id: string) => Shown | undefined) => Drawn} [drawn]
 *   where one is drawn that is not simply where it is placed: moved from `placed` to `shown`, with others as they are shown now
 * @property {(kind: K) => string} [copied] what a text program gets of one that is copied; absent: what is written in it
 * @property {(kind: K) => string} [picture] the address of the picture that an element is
 */

/**
 * How elements of a kind are made and changed by people: apart, since it is loaded after what shows them.
 *
 * @template {Kind} K
 * @typedef {object} Making
 * @property {(set: (changes: Record<string, unknown>, expected?: Record<string, unknown>) => void) => PropertyRow<K>[]} [properties] rows of the panel;
 *   `set` changes the selected elements; what a person wrote says what it `expected` to find there
 * @property {Creation} [create] the command that makes one
 * @property {(file: File, tools: CreationTools) => Promise<Made<K> | Refused> | null} [fromFile] `null`: not from such a
 *   file
 * @property {(words: string, tools: CreationTools) => Promise<MadeOfWords<K> | Refused | null>} [fromWords] from what is
 *   pasted or dropped; `null`: not from such words
 */

/**
 * What fills the node of an element. `resize` gets scene units, `sharpen` the pixels there are for one of them; the
 * content's own pictures are to have as many.
 *
 * @template {Kind} K
 * @typedef {object} Content
 * @property {(kind: K) => void} show first of all, and again when the kind changes
 * @property {(width: number, height: number) => void} [resize]
 * @property {(drawn: Drawn) => void} [draw] of a kind that says where it is drawn: before it is shown, and when that changes
 * @property {(pixels: number) => void} [sharpen]
 * @property {() => void} [close] releases resources
 */

/**
 * Content that shows a person's stream.
 *
 * @template {Kind} K
 * @typedef {object} Tile
 * @property {string} peerId whose stream it is
 * @property {(kind: K) => void} show
 * @property {(person: Person) => void} setPerson
 * @property {() => void} close
 */

/**
 * @typedef {object} TileHooks
 * @property {VideoManager} videos
 * @property {(peerId: string) => void} join calls the peer
 * @property {(peerId: string) => HTMLElement} badgeFor makes the sign of how good the call is
 */

/**
 * What drawing one costs: so many of them as a scene can have are too much for a browser.
 *
 * @template {Kind} K
 * @typedef {object} Cost
 * @property {DrawingBounds} bounds of all that are drawn
 * @property {(kind: K, place: DrawnPlace) => number} [pixels] that drawing it keeps in memory, roughly (default: none)
 * @property {(kind: K) => number} [marks] bars, points and such that it has (default: none)
 * @property {boolean} [onlyInSight] it is not drawn before it can be seen
 * @property {boolean} [light] one is drawn at once: many of them in one task
 */

/**
 * @typedef {object} DrawnPlace where and how finely an element is drawn
 * @property {number} width in scene units
 * @property {number} height
 * @property {number} scale pixels for a scene unit
 * @property {{key?: string, pixels?: number}} memo of this element: what was computed the last time
 */

/**
 * @template {Kind} K
 * @typedef {object} WrittenText
 * @property {WrittenField & keyof K} field of the struct
 * @property {(kind: K) => {fontSize: number, align: string, family?: string}} style
 * @property {(kind: K, size: Size, drawn?: Drawn) => Area} [room] within the element, in which the words stand in the middle; all of it
 *   where absent, and they begin at its top
 * @property {(kind: K, size: Size, words: number) => number} [heightFor] the height of an element that is as high as words of a height need
 * @property {Partial<K>} look of the first one; later ones look like the latest
 * @property {Size | null} size of a new one; `null`: the element is as large as its text
 * @property {readonly (keyof K)[]} [sizedBy] fields that change how large the text is
 * @property {string} [label] what the field is called in which it is written
 * @property {(kind: K) => {padding: number, paper: string, ink: string}} [sheet] what it is written on, where that is no part of the page:
 *   room at each side in scene units, colours of CSS
 * @property {boolean} [hasNext] Tab ends writing and begins the next one beside it
 * @property {boolean} [optional] the element stays when the text is empty (default: it is removed)
 */

/**
 * @template {Kind} K
 * @typedef {object} PropertyRow
 * @property {Field} field
 * @property {(kind: K) => unknown} read what the field shows
 * @property {boolean} [shared] also offered for several elements at once
 */

/**
 * @typedef {object} Creation
 * @property {string} command its name in `data-command`
 * @property {string} label
 * @property {readonly string[]} keys
 * @property {(tools: CreationTools) => () => void} prepare called once; returns what the command does
 */

/** @template {Kind} K @typedef {{kind: K, size: Size, lost?: string}} Made a new element, and what was lost in making it, in words */

/**
 * What words may become beside a text. `onRequest`: they are a text, unless the person asks for this.
 *
 * @template {Kind} K
 * @typedef {Made<K> & {said?: {onRequest: boolean, became: string, offer: string}}} MadeOfWords
 */
/** @typedef {{refused: string}} Refused why there is none, in words */

/**
 * @typedef {object} CreationTools
 * @property {string} sessionId
 * @property {(kind: Kind, size: Size) => boolean} add to what is seen; `false`: it was said why not
 * @property {(files: Iterable<File>) => void} addFiles
 * @property {(type: KindName) => void} write begins to write a new one
 * @property {(kind: Kind) => Size} sizeOfText
 * @property {(size: Size) => Size} fittingSize in proportion, no more than half of the window
 */

export {};
