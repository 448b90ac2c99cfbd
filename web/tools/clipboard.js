/** The clipboard of the canvas: copy, cut, paste, and what is dropped. */

import { boundsOf, middleOf, overlap, unionOf } from "../canvas/geometry.js";
import { isArrow } from "../kinds/arrow/aims.js";
import { isRemovable, pictureIn } from "../kinds/kinds.js";
import { keysOf } from "../lib/keys.js";
import { errorName, log } from "../lib/log.js";
import { takesWords } from "../ui/dom.js";
import { isForField } from "../ui/dropped.js";
import { pasteText, text } from "../text/tools.js";
import { copiesOf } from "./copies.js";
import { decodeCopied, encodeCopied, htmlOf, ownOfHtml, wordsOf } from "./copied.js";
import { settled } from "./diagrams/binding.js";
import { chosen } from "./forms.js";
import { takerAt, topmost } from "./nesting.js";
import { copyAsPicture } from "./pngcopy.js";
import { frontLayer, middleOfSight } from "./place.js";
import { below } from "../scene/hierarchy.js";
import { wholeTransform } from "../scene/scene.js";

/** @import {Point} from "../canvas/geometry.js" */
/** @import {Additions} from "./additions.js" */
/** @import {Forms} from "./forms.js" */
/** @import {EditContext} from "./tools.js" */
/** @import {AddOperation, Element as SceneElement} from "../types/messages.js" */

/** Ours, where the browser keeps it: else it is in the HTML. */
const MIME = "application/vnd.canvas-server.elements+json";
const ASIDE = 24;

export class Clipboard {
  #context;
  #additions;
  #placeOf;
  /** The same again lands a step further. */
  #latest = { json: "", times: 0 };
  /** The keys that are down ask for plain text. */
  #plain = false;

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
    // Some browsers give all forms, and leave it to the page what "paste plainly" is.
    document.addEventListener("keydown", (event) => (this.#plain = keysOf(event).includes("Ctrl+Shift+V")), true);
    document.addEventListener("keyup", () => (this.#plain = false), true);
    const { frame } = context.stage;
    frame.addEventListener("dragover", (event) => {
      event.preventDefault(); // the page would go where the file is
      if (event.dataTransfer) event.dataTransfer.dropEffect = "copy";
    });
    frame.addEventListener("drop", (event) => this.#drop(event));
  }

  /** Put copies of the selection beside it, or so far away in scene units. */
  duplicate(dx = ASIDE, dy = ASIDE) {
    this.#put(this.#chosen(), dx, dy);
  }

  /** Paste by a menu: browsers ask the person first, or refuse. */
  async pasteFromMenu(at = this.#placeOf() ?? undefined) {
    try {
      this.#takeForms(await formsOfSystem(), at, false);
    } catch (error) {
      log("clipboard", "refused", errorName(error));
      this.#context.notices.show(text.pasteRefusedHere, { key: "became", problem: true });
    }
  }

  /** @returns {SceneElement[]} what is selected and can be copied: cameras belong to their people */
  #chosen() {
    const { scene, selection } = this.#context;
    const wanted = new Set([...selection.ids, ...below(selection.ids, (id) => scene.childrenOf(id))]);
    const all = [...scene.elements()].filter(({ id, kind }) => wanted.has(id) && isRemovable(kind));
    // The ends of an arrow are copied where they are shown now.
    return all.map((element) => (isArrow(element.kind) ? { ...element, kind: settled(this.#context, element.kind).kind } : element));
  }

  /**
   * @param {ClipboardEvent} event
   * @param {boolean} cut
   */
  #copy(event, cut) {
    if (isTyping() || isMarking() || !event.clipboardData) return;
    const elements = this.#chosen();
    const { selection, notices, scene } = this.#context;
    const stays = [...selection.ids].filter((id) => scene.has(id)).length > elements.length;
    if (stays) notices.show(text.tileNotCopied, { key: "tile" });
    if (elements.length === 0) return;
    event.preventDefault();
    const json = encodeCopied(elements);
    const forms = { "text/html": htmlOf(elements), "text/plain": wordsOf(elements) };
    event.clipboardData.setData(MIME, json);
    for (const [type, words] of Object.entries(forms)) if (words) event.clipboardData.setData(type, words);
    const [only, ...more] = elements;
    const node = only && more.length === 0 && pictureIn(only.kind) !== null ? this.#context.view.nodeOf(only.id) : undefined;
    if (node) copyAsPicture(node, forms);
    this.#latest = { json, times: 0 };
    if (!cut) return;
    this.#context.scene.edit(elements.flatMap(({ id, locked }) => (locked && selection.has(id) ? [] : { op: "remove", id })));
    this.#latest.times = -1;
  }

  /** @param {ClipboardEvent} event */
  #paste(event) {
    const { clipboardData } = event;
    if (!clipboardData) return;
    if (isTyping() && !this.#isForCanvas(clipboardData)) return this.#sayWhatIsCut(clipboardData.getData("text/plain"));
    if (document.querySelector("dialog[open]")) return;
    event.preventDefault();
    this.#take(clipboardData, this.#placeOf() ?? undefined, this.#plain);
  }

  /**
   * @param {DataTransfer} data
   * @returns {boolean} while a text is written on the canvas: a picture, which comes beside it, or a drawing of another
   *   program, whose code is no text
   */
  #isForCanvas(data) {
    if (!this.#context.stage.space.contains(document.activeElement)) return false;
    const choice = chosen(formsOf(data));
    return choice.take === "files" || (choice.take === "nothing" && choice.why.reason === "canvas");
  }

  /** A field takes as much as it may hold, and drops the rest. @param {string} words that are pasted in one */
  #sayWhatIsCut(words) {
    const field = document.activeElement;
    if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) || field.maxLength < 0) return;
    const replaced = (field.selectionEnd ?? 0) - (field.selectionStart ?? 0);
    const cut = field.value.length - replaced + words.length - field.maxLength;
    if (cut > 0) this.#context.notices.show(text.pasteCut(cut), { problem: true, key: "became" });
  }

  /** @param {DragEvent} event */
  #drop(event) {
    if (!event.dataTransfer || isForField(event.target, event.dataTransfer)) return;
    event.preventDefault();
    this.#take(event.dataTransfer, this.#context.stage.toScene(event.clientX, event.clientY), false);
  }

  /**
   * @param {DataTransfer} data
   * @param {Point | undefined} middle
   * @param {boolean} plain
   */
  #take(data, middle, plain) {
    this.#takeForms(formsOf(data), middle, plain);
  }

  /**
   * @param {Forms} forms
   * @param {Point | undefined} middle
   * @param {boolean} plain
   */
  #takeForms(forms, middle, plain) {
    const choice = chosen(forms, { plain });
    switch (choice.take) {
      case "elements":
        return this.#takeOwn(choice.json);
      case "files":
        return void this.#additions.addFiles(choice.files, middle);
      case "words":
        return void this.#additions.addWords(choice.words, middle, { plain, picture: choice.picture });
      default: {
        const { why } = choice;
        const said = why.reason === "canvas" ? pasteText.canvas(why.program) : pasteText[why.reason];
        this.#context.notices.show(said, { problem: true, key: "became" });
      }
    }
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
    const copies = copiesOf(stack.map((element) => {
      const whole = wholeTransform(element.transform);
      return { ...element, transform: { ...whole, x: whole.x + dx, y: whole.y + dy, z_index: z_index++ } };
    }), { dx, dy }, () => scene.newElementId());
    /** @type {AddOperation[]} */
    const operations = copies.map((element) => {
      const parent = element.parent ?? takerAt(scene, middleOf(boundsOf(wholeTransform(element.transform))));
      return { op: "add", element: { ...element, ...(parent && { parent }) } };
    });
    scene.edit(operations);
    const ids = operations.flatMap(({ element }) => element.id ?? []);
    selection.set(topmost(scene, ids));
    const [first] = ids;
    if (first) view.nodeOf(first)?.focus({ preventScroll: true });
  }
}

/**
 * @param {DataTransfer} data
 * @returns {Forms}
 */
function formsOf(data) {
  return {
    text: data.getData("text/plain"),
    html: data.getData("text/html"),
    uris: data.getData("text/uri-list"),
    own: data.getData(MIME),
    types: [...data.types],
    files: [...data.files],
  };
}

/** @returns {Promise<Forms>} what the clipboard of the system has; rejected where the browser or the person refuses */
async function formsOfSystem() {
  const items = await navigator.clipboard.read();
  const types = items.flatMap((item) => [...item.types]);
  const read = async (/** @type {string} */ type) => {
    const item = items.find((one) => one.types.includes(type));
    return item ? (await item.getType(type)).text() : "";
  };
  const pictures = types.filter((type) => type.startsWith("image/")).map(async (type) => {
    const blob = await /** @type {ClipboardItem} */ (items.find((item) => item.types.includes(type))).getType(type);
    return new File([blob], `picture.${type.slice("image/".length).replace(/\+.*$/, "")}`, { type });
  });
  const [text, html, files] = await Promise.all([read("text/plain"), read("text/html"), Promise.all(pictures)]);
  return { text, html, uris: "", own: ownOfHtml(html), types, files };
}

/** @returns {boolean} whether the clipboard is the business of a field now */
function isTyping() {
  return takesWords(document.activeElement);
}

/** @returns {boolean} whether words of the page are marked, to be copied */
function isMarking() {
  return !(document.getSelection()?.isCollapsed ?? true);
}
