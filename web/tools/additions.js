/** Puts new things on the canvas: pictures, links, charts, whatever files or words come. */

import { longest } from "../scene/limits.js";
import { text } from "../text/tools.js";
import { firstOf, lengthOf } from "../lib/unicode.js";
import { linkedPicture, pictureOf } from "../kinds/image/pictures.js";
import { fittingSize, freshPlace } from "./place.js";
import { readTable } from "../kinds/chart/tables.js";

/** @import {Point} from "../canvas/geometry.js" */
/** @import {TableChart} from "../kinds/chart/csv.js" */
/** @import {Picture} from "../kinds/image/pictures.js" */
/** @import {Parts} from "./tools.js" */
/** @import {TextEditor} from "./textedit.js" */
/** @import {Element as SceneElement} from "../types/messages.js" */

const CHART_SIZE = { width: 480, height: 320 };
const PASTED_FONT_SIZE = 20;
const MOST_CHARACTERS = longest("Text", "content");
const MOST_TABLE_BYTES = 2_000_000;
const LONGEST_NAME = 200;
const ADDRESS = /^https?:\/\/\S{1,2000}$/i;
const PICTURE_NAME = /\.(png|jpe?g|gif|webp|avif)([?#].*)?$/i;
const TABLE_NAME = /\.(csv|tsv|tab)$/i;

export class Additions {
  #parts;
  #editor;

  /**
   * @param {Parts} parts
   * @param {TextEditor} editor
   */
  constructor(parts, editor) {
    this.#parts = parts;
    this.#editor = editor;
  }

  /**
   * @param {Iterable<File>} files pictures and tables
   * @param {Point} [middle]
   */
  async addFiles(files, middle) {
    for (const file of files) {
      if (TABLE_NAME.test(file.name) || file.type === "text/csv") await this.#addTableFile(file, middle);
      else if (file.type.startsWith("image/")) await this.#addPictureFile(file, middle);
      else this.#refuse(text.fileRefused(file.name));
    }
  }

  /**
   * Words from the clipboard: the address of a picture, a table, or a text.
   *
   * @param {string} words
   * @param {Point} [middle]
   */
  async addWords(words, middle) {
    const content = words.replace(/\r\n?/g, "\n").trim();
    if (content === "") return;
    if (ADDRESS.test(content) && PICTURE_NAME.test(content)) {
      const picture = await linkedPicture(content);
      if (picture) return this.#addPicture(picture, "", middle);
    }
    const chart = await readTable(words);
    if (chart) return void this.addChart(chart, middle);
    if (lengthOf(content) > MOST_CHARACTERS) return this.#refuse(text.textTooLong);
    /** @type {import("../types/messages.js").Text} */
    const kind = { type: "Text", content, font_size: PASTED_FONT_SIZE };
    this.#add(kind, this.#editor.measure(kind), middle);
  }

  /**
   * @param {TableChart} chart
   * @param {Point} [middle]
   * @returns {boolean} whether it is there now; else it was said why not
   */
  addChart({ chart_type, data }, middle) {
    return this.#add({ type: "Chart", chart_type, data }, CHART_SIZE, middle);
  }

  /**
   * @param {File} file
   * @param {Point} [middle]
   */
  async #addPictureFile(file, middle) {
    const picture = await pictureOf(file);
    if (!picture) {
      const words = file.type === "image/svg+xml" ? text.vectorRefused : text.pictureRefused;
      return this.#refuse(words(file.name));
    }
    // A camera's "IMG_0815" says nothing; a name with words in it does.
    const name = file.name.replace(/\.[^.]*$/, "").replace(/[-_]+/g, " ");
    this.#addPicture(picture, /[a-z]{3,} [a-z]{2,}/i.test(name) ? firstOf(name, LONGEST_NAME) : "", middle);
  }

  /**
   * @param {File} file
   * @param {Point} [middle]
   */
  async #addTableFile(file, middle) {
    const chart = file.size > MOST_TABLE_BYTES ? null : await readTable(await file.text());
    if (chart) this.addChart(chart, middle);
    else this.#refuse(text.tableRefused(file.name));
  }

  /**
   * @param {Picture} picture
   * @param {string} alt
   * @param {Point} [middle]
   */
  #addPicture({ src, width, height }, alt, middle) {
    const size = fittingSize(this.#parts, { width, height });
    this.#add({ type: "Image", src, ...(alt && { alt }) }, size, middle);
  }

  /**
   * @param {SceneElement["kind"]} kind
   * @param {{width: number, height: number}} size
   * @param {Point} [middle]
   * @returns {boolean} whether it is there now; else it was said why not
   */
  #add(kind, size, middle) {
    const { draft, selection, stage, view } = this.#parts;
    const id = draft.newElementId();
    const transform = freshPlace(this.#parts, size, middle);
    draft.edit([{ op: "add", element: { id, kind, transform } }]);
    if (!draft.has(id)) return false;
    selection.set([id]);
    stage.reveal(transform);
    view.nodeOf(id)?.focus({ preventScroll: true });
    return true;
  }

  /** @param {string} message */
  #refuse(message) {
    this.#parts.notices.show(message, { problem: true });
  }
}
