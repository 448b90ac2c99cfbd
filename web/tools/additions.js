/** Makes elements of what people choose, paste and drop: each kind says what it is made from. */

import { boundsOf } from "../canvas/geometry.js";
import { PLAIN_TEXT, textOf } from "../kinds/kinds.js";
import { byDemand, makings } from "../kinds/makings.js";
import { tidied } from "../lib/unicode.js";
import { fileText, text } from "../text/tools.js";
import { drawingIn } from "./drawings.js";
import { madeOfFile, MOST_FILES, told } from "./files.js";
import { parentOfNew } from "./nesting.js";
import { fittingSize, freshPlace, Rows } from "./place.js";

/** @import {Point} from "../canvas/geometry.js" */
/** @import {CreationTools, Kind, KindName, Made, Refused, Size} from "../kinds/definition.js" */
/** @import {TextEditor} from "./textedit.js" */
/** @import {EditContext} from "./tools.js" */

/** @typedef {Made<any> | Refused} Outcome */

/**
 * What else the same words could have become.
 *
 * @typedef {object} Other
 * @property {string} said what became of them
 * @property {string} offer what a button says that makes the other thing
 * @property {() => Promise<Outcome>} make
 */

export class Additions {
  #context;
  /** @type {CreationTools} */
  #tools;
  /** What the command of each kind does. @type {Map<KindName, () => void>} */
  #creators = new Map();
  /** Where the one is to be that is being made. @type {Point | undefined} */
  #wanted;

  /**
   * @param {EditContext} context
   * @param {TextEditor} editor
   */
  constructor(context, editor) {
    this.#context = context;
    this.#tools = {
      sessionId: context.sessionId,
      add: (kind, size) => this.#add(kind, size, this.#wanted) !== null,
      addFiles: (files) => void this.addFiles([...files], this.#wanted),
      write: (type) => editor.write(type, this.#wanted),
      sizeOfText: context.sizeOfText,
      fittingSize: (size) => fittingSize(context, size),
    };
    for (const type of /** @type {KindName[]} */ (Object.keys(makings))) {
      const { create } = makings[type];
      if (create) this.#creators.set(type, create.prepare(this.#tools));
    }
  }

  /**
   * @param {KindName} type of the element that the person wants to make
   * @param {Point} [at] where its middle is to be, in scene units; default: in free sight
   */
  create(type, at) {
    this.#wanted = at;
    this.#creators.get(type)?.();
  }

  /**
   * Every one of them is added, or it is said why not.
   *
   * @param {readonly File[]} files
   * @param {Point} [middle]
   */
  async addFiles(files, middle) {
    const refused = files.slice(MOST_FILES).map(({ name }) => ({ name, words: fileText.tooMany(MOST_FILES) }));
    const lost = [];
    const rows = new Rows(Math.min(files.length, MOST_FILES));
    for (const file of files.slice(0, MOST_FILES)) {
      const outcome = await madeOfFile(file, this.#tools);
      if ("refused" in outcome) {
        refused.push({ name: file.name, words: outcome.refused });
        continue;
      }
      const id = this.#add(outcome.kind, outcome.size, rows.next(outcome.size) ?? middle);
      const transform = id && this.#context.scene.get(id)?.transform;
      if (transform) rows.put(boundsOf(transform));
      if (id && outcome.lost) lost.push({ name: file.name, words: outcome.lost });
    }
    const { notices } = this.#context;
    const several = refused.length > 1;
    if (lost.length > 0) notices.show(told(lost, fileText.lost));
    if (refused.length > 0) notices.show(told(refused, (count) => fileText.refused(count, files.length)), { problem: true, stays: several });
  }

  /**
   * Words from the clipboard.
   *
   * @param {string} words
   * @param {Point} [middle]
   * @param {object} [how]
   * @param {boolean} [how.plain] they are to be a text, whatever they say
   * @param {File | null} [how.picture] what they look like where they were copied
   */
  async addWords(words, middle, { plain = false, picture = null } = {}) {
    const own = tidied(words);
    const asText = async () => (await makings[PLAIN_TEXT].fromWords?.(own, this.#tools)) ?? { refused: text.pasteRefused };
    if (plain) return this.#take(await asText(), middle);
    const drawing = drawingIn(own.trim());
    if (drawing) {
      const made = await madeOfFile(drawing, this.#tools);
      return this.#take(made, middle, { said: text.becamePicture, offer: text.keepText, make: asText });
    }
    for (const { fromWords } of byDemand) {
      if (fromWords === makings[PLAIN_TEXT].fromWords) continue;
      const outcome = await fromWords?.(own, this.#tools);
      if (!outcome) continue;
      const said = "refused" in outcome ? undefined : outcome.said;
      if (!said?.onRequest) return this.#take(outcome, middle, said && { said: said.became, offer: text.keepText, make: asText });
      return this.#take(await asText(), middle, { said: text.becameText, offer: said.offer, make: async () => outcome });
    }
    const look = picture && { said: text.becameTextOf, offer: text.addPicture, make: () => madeOfFile(picture, this.#tools) };
    this.#take(await asText(), middle, look ?? undefined);
  }

  /**
   * @param {Outcome} outcome
   * @param {Point} [middle]
   * @param {Other} [other]
   */
  #take(outcome, middle, other) {
    const { notices } = this.#context;
    const refused = "refused" in outcome ? outcome.refused : "";
    const id = "refused" in outcome ? null : this.#add(outcome.kind, outcome.size, middle);
    if ("lost" in outcome && outcome.lost) notices.show(outcome.lost);
    if (!refused && (!other || id === null)) return;
    const key = "became";
    const act = other && (() => void this.#exchange(id, other, middle));
    notices.show(refused || (other?.said ?? ""), { problem: refused !== "", key, ...(act && { action: { label: other.offer, act } }) });
  }

  /**
   * Make the other thing, in the place of the first one where that is as it was made.
   *
   * @param {string | null} id of the first one
   * @param {Other} other
   * @param {Point} [middle]
   */
  async #exchange(id, other, middle) {
    const { scene } = this.#context;
    const before = id === null ? undefined : scene.get(id);
    const outcome = await other.make();
    if ("refused" in outcome) return this.#take(outcome, middle);
    const now = id === null ? undefined : scene.get(id);
    const untouched = before && now && textOf(before.kind) === textOf(now.kind);
    this.#add(outcome.kind, outcome.size, middle, untouched ? id : null);
    if (outcome.lost) this.#context.notices.show(outcome.lost);
  }

  /**
   * @param {Kind} kind
   * @param {Size} size
   * @param {Point} [middle]
   * @param {string | null} [instead] an element that goes in the same edit
   * @returns {string | null} its id if it is there now; else it was said why not
   */
  #add(kind, size, middle, instead = null) {
    const { scene, selection, stage, view } = this.#context;
    const id = scene.newElementId();
    const transform = freshPlace(this.#context, size, middle);
    scene.edit([...(instead ? [/** @type {const} */ ({ op: "remove", id: instead })] : []), { op: "add", element: { id, kind, transform, ...parentOfNew(scene, transform) } }]);
    if (!scene.has(id)) return null;
    selection.set([id]);
    stage.reveal(transform);
    view.nodeOf(id)?.focus({ preventScroll: true });
    return id;
  }
}
