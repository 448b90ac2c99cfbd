/** Makes elements of what people choose, paste and drop: each kind says what it is made from. */

import { shownWords } from "../lib/foreign.js";
import { definitionOf, kinds, PLAIN_TEXT } from "../kinds/kinds.js";
import { text } from "../text/tools.js";
import { fittingSize, freshPlace } from "./place.js";

/** @import {Point} from "../canvas/geometry.js" */
/** @import {CreationTools, Kind, KindDefinition, KindName, Made, Refused, Size} from "../kinds/definition.js" */
/** @import {TextEditor} from "./textedit.js" */
/** @import {EditContext} from "./tools.js" */

/** @type {KindDefinition<any>[]} those that take only certain words come first */
const DEFINITIONS = [...Object.values(kinds).filter((one) => one !== kinds[PLAIN_TEXT]), kinds[PLAIN_TEXT]];

export class Additions {
  #context;
  /** @type {CreationTools} */
  #tools;
  /** What the command of each kind does. @type {Map<KindName, () => void>} */
  #creators = new Map();

  /**
   * @param {EditContext} context
   * @param {TextEditor} editor
   */
  constructor(context, editor) {
    this.#context = context;
    this.#tools = {
      sessionId: context.sessionId,
      add: (kind, size) => this.#add(kind, size),
      addFiles: (files) => void this.addFiles(files),
      write: (type) => editor.write(type),
      sizeOfText: context.sizeOfText,
      fittingSize: (size) => fittingSize(context, size),
    };
    for (const type of /** @type {KindName[]} */ (Object.keys(kinds))) {
      const { create } = definitionOf({ type });
      if (create) this.#creators.set(type, create.prepare(this.#tools));
    }
  }

  /** @param {KindName} type of the element that the person wants to make */
  create(type) {
    this.#creators.get(type)?.();
  }

  /**
   * @param {Iterable<File>} files
   * @param {Point} [middle]
   */
  async addFiles(files, middle) {
    for (const file of files) {
      const making = first(DEFINITIONS, ({ fromFile }) => fromFile?.(file, this.#tools));
      this.#take(making ? await making : { refused: text.fileRefused(shownWords(file.name, 120)) }, middle);
    }
  }

  /**
   * Words from the clipboard.
   *
   * @param {string} words
   * @param {Point} [middle]
   */
  async addWords(words, middle) {
    if (words.trim() === "") return;
    for (const { fromWords } of DEFINITIONS) {
      const outcome = await fromWords?.(words, this.#tools);
      if (outcome) return this.#take(outcome, middle);
    }
  }

  /**
   * @param {Made<any> | Refused} outcome
   * @param {Point} [middle]
   */
  #take(outcome, middle) {
    if ("refused" in outcome) this.#context.notices.show(outcome.refused, { problem: true });
    else this.#add(outcome.kind, outcome.size, middle);
  }

  /**
   * @param {Kind} kind
   * @param {Size} size
   * @param {Point} [middle]
   * @returns {boolean} whether it is there now; else it was said why not
   */
  #add(kind, size, middle) {
    const { scene, selection, stage, view } = this.#context;
    const id = scene.newElementId();
    const transform = freshPlace(this.#context, size, middle);
    scene.edit([{ op: "add", element: { id, kind, transform } }]);
    if (!scene.has(id)) return false;
    selection.set([id]);
    stage.reveal(transform);
    view.nodeOf(id)?.focus({ preventScroll: true });
    return true;
  }
}

/**
 * @template Item, Found
 * @param {Iterable<Item>} items
 * @param {(item: Item) => Found | null | undefined} find
 * @returns {Found | null} the first thing found
 */
function first(items, find) {
  for (const item of items) {
    const found = find(item);
    if (found) return found;
  }
  return null;
}
