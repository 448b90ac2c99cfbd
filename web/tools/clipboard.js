/** The clipboard of the canvas: copy, cut, paste, and what is dropped. */

import { boundsOf, overlap, unionOf } from "../canvas/geometry.js";
import { isRemovable } from "../kinds/kinds.js";
import { text } from "../text/tools.js";
import { decodeCopied, encodeCopied, isCopied, wordsOf } from "./copied.js";
import { frontLayer, middleOfSight } from "./place.js";
import { wholeTransform } from "../scene/scene.js";

/** @import {Point} from "../canvas/geometry.js" */
/** @import {Additions} from "./additions.js" */
/** @import {EditContext} from "./tools.js" */
/** @import {AddOperation, Element as SceneElement} from "../types/messages.js" */

const MIME = "application/vnd.canvas-server.elements+json";
const ASIDE = 24;

export class Clipboard {
  #context;
  #additions;
  #placeOf;
  /** The same again lands a step further. */
  #latest = { json: "", times: 0 };

  /**
   * @param {EditContext} context
   * @param {Additions} additions
   * @param {() => Point | null} placeOf where the pointer is on the canvas, in scene units
   */
  constructor(context, additions, placeOf) {
    this.#context = context;
    this.#additions = additions;
    this.#placeOf = placeOf;
    document.addEventListener("copy", (event) => this.#copy(event, false));
    document.addEventListener("cut", (event) => this.#copy(event, true));
    document.addEventListener("paste", (event) => this.#paste(event));
    const { frame } = context.stage;
    frame.addEventListener("dragover", (event) => {
      event.preventDefault(); // the page would go where the file is
      if (event.dataTransfer) event.dataTransfer.dropEffect = "copy";
    });
    frame.addEventListener("drop", (event) => this.#drop(event));
  }

  /** Put copies of the selection beside it. */
  duplicate() {
    this.#put(this.#chosen(), ASIDE, ASIDE);
  }

  /** @returns {SceneElement[]} what is selected and can be copied: cameras belong to their people */
  #chosen() {
    const { scene, selection } = this.#context;
    return [...scene.elements()].filter(({ id, kind }) => selection.has(id) && isRemovable(kind));
  }

  /**
   * @param {ClipboardEvent} event
   * @param {boolean} cut
   */
  #copy(event, cut) {
    if (isTyping() || !event.clipboardData) return;
    const elements = this.#chosen();
    if (elements.length === 0) return;
    event.preventDefault();
    const json = encodeCopied(elements);
    event.clipboardData.setData(MIME, json);
    event.clipboardData.setData("text/plain", wordsOf(elements) ?? json);
    this.#latest = { json, times: 0 };
    if (!cut) return;
    this.#context.scene.edit(elements.map(({ id }) => ({ op: "remove", id })));
    this.#latest.times = -1;
  }

  /** @param {ClipboardEvent} event */
  #paste(event) {
    if (isTyping() || !event.clipboardData || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    this.#take(event.clipboardData, this.#placeOf() ?? undefined);
  }

  /** @param {DragEvent} event */
  #drop(event) {
    event.preventDefault();
    if (!event.dataTransfer) return;
    this.#take(event.dataTransfer, this.#context.stage.toScene(event.clientX, event.clientY));
  }

  /**
   * @param {DataTransfer} data
   * @param {Point} [middle]
   */
  #take(data, middle) {
    const words = data.getData("text/plain");
    const own = data.getData(MIME) || (isCopied(words) ? words : "");
    if (own) return this.#takeOwn(own);
    // A table copied in a spreadsheet comes with a picture of itself: the words say more.
    const files = [...data.files];
    if (files.length > 0 && !words.includes("\t")) return void this.#additions.addFiles(files, middle);
    const link = data.getData("text/uri-list").split("\n")[0]?.trim();
    if (words || link) void this.#additions.addWords(words || link || "", middle);
  }

  /** @param {string} json */
  #takeOwn(json) {
    const copied = decodeCopied(json);
    const { notices } = this.#context;
    if (!copied) return notices.show(text.pasteRefused, { problem: true });
    const { elements, refused } = copied;
    if (refused.length > 0) notices.show(text.kindsRefused(refused), { problem: true });
    if (elements.length > 0) this.#putBack(json, elements);
  }

  /**
   * Put elements where they were copied, a step further each time.
   *
   * @param {string} json what was copied
   * @param {SceneElement[]} elements
   */
  #putBack(json, elements) {
    if (json !== this.#latest.json) this.#latest = { json, times: -1 };
    const step = ++this.#latest.times * ASIDE;
    const box = unionOf(elements.map(({ transform }) => boundsOf(transform)));
    const sight = this.#context.stage.visible();
    if (!box || overlap(box, sight)) return this.#put(elements, step, step);
    // Copied somewhere else on the canvas, or on another one: into sight.
    const middle = middleOfSight(this.#context);
    const dx = middle.x - box.x - box.width / 2;
    const dy = middle.y - box.y - box.height / 2;
    this.#put(elements, dx + step, dy + step);
  }

  /**
   * @param {SceneElement[]} elements
   * @param {number} dx
   * @param {number} dy
   */
  #put(elements, dx, dy) {
    if (elements.length === 0) return;
    const { scene, selection, view } = this.#context;
    let z_index = frontLayer(this.#context);
    const stack = [...elements].sort((a, b) => (a.transform.z_index ?? 0) - (b.transform.z_index ?? 0));
    /** @type {AddOperation[]} */
    const operations = stack.map(({ kind, transform }) => {
      const whole = wholeTransform(transform);
      const place = { ...whole, x: whole.x + dx, y: whole.y + dy, z_index: z_index++ };
      return { op: "add", element: { id: scene.newElementId(), kind, transform: place } };
    });
    scene.edit(operations);
    const ids = operations.flatMap(({ element }) => element.id ?? []);
    selection.set(ids);
    const [first] = ids;
    if (first) view.nodeOf(first)?.focus({ preventScroll: true });
  }
}

/** @returns {boolean} whether the clipboard is the business of a field now */
function isTyping() {
  const active = document.activeElement;
  if (active instanceof HTMLInputElement || active instanceof HTMLTextAreaElement) return true;
  return !(document.getSelection()?.isCollapsed ?? true);
}
