/**
 * Text is written where it stands: a field over the element, as large and turned as that is. However
 * writing ends, what was typed stays (rule EDT1).
 */

import { make } from "../ui/dom.js";
import { withHeight } from "../canvas/geometry.js";
import { faultOf, longest } from "../scene/limits.js";
import { wholeTransform } from "../scene/scene.js";
import { text } from "../text/tools.js";
import { freshPlace } from "./place.js";
import { isComposed } from "./keys.js";

/** @import {Point} from "../canvas/geometry.js" */
/** @import {Parts} from "./tools.js" */
/** @import {Unsaved} from "./unsaved.js" */
/** @import {Text, Transform} from "../types/messages.js" */

const MOST_CHARACTERS = longest("Text", "content");
/** A new text is as wide as its longest line, up to this. */
const WIDEST = 480;
const LEAST_WIDTH = 40;
const FIRST_LOOK = { font_size: 24, color: "#000000", align: /** @type {const} */ ("left") };

/** @typedef {{font_size: number, color: string, align: "left" | "center" | "right"}} Look */

/**
 * A text in the making.
 *
 * @typedef {object} Writing
 * @property {string} id of the element
 * @property {boolean} fresh it is a new one
 * @property {Text} kind as it was
 * @property {Required<Transform>} at
 */

/** @typedef {Writing & {field: HTMLTextAreaElement}} Session */
/** @typedef {Writing & {content: string}} KeptWriting what was typed so far, for a page that comes after this one */

export class TextEditor {
  #parts;
  #changed;
  #unsaved;
  /** @type {Session | null} */
  #session = null;
  /** What new texts look like: as the latest one. @type {Look} */
  #look = FIRST_LOOK;

  /**
   * @param {Parts} parts
   * @param {(open: boolean) => void} changed
   * @param {Unsaved<KeptWriting>} unsaved
   */
  constructor(parts, changed, unsaved) {
    this.#parts = parts;
    this.#changed = changed;
    this.#unsaved = unsaved;
    // Perhaps nobody comes back to go on writing: what there is, is better than nothing.
    addEventListener("pagehide", () => {
      if (this.#session && this.#session.field.value.trim() !== "") this.#commit(this.#session);
    });
  }

  get open() {
    return this.#session !== null;
  }

  /** @param {string} id of a text */
  edit(id) {
    const element = this.#parts.draft.get(id);
    if (element?.kind.type !== "Text") return;
    this.close();
    const at = wholeTransform(element.transform);
    this.#begin({ id, fresh: false, kind: element.kind, at }, element.kind.content).select();
  }

  /** @param {Point} [middle] where the first line is to be; in the middle of what is seen */
  write(middle) {
    this.close();
    const height = this.#look.font_size * 1.3;
    const at = freshPlace(this.#parts, { width: middle ? 0 : WIDEST / 2, height }, middle);
    const kind = { type: /** @type {const} */ ("Text"), content: "", ...this.#look };
    this.#begin({ id: this.#parts.draft.newElementId(), fresh: true, kind, at: { ...at, width: WIDEST } }, "");
  }

  /** Go on with what was being written when this window was reloaded or had crashed. */
  resume() {
    const kept = this.#unsaved.recall();
    if (!kept || this.#session) return;
    const { content, ...writing } = kept;
    const { id, kind, at } = writing;
    if (faultOf({ op: "add", element: { id, kind: { ...kind, content }, transform: at } }, undefined)) return;
    const there = this.#parts.draft.get(id);
    const now = there?.kind.type === "Text" ? there.kind.content : kind.content;
    // What somebody has made of it since is not overwritten.
    if (now !== kind.content && now !== content) return this.#unsaved.forget();
    if (there) writing.at = wholeTransform(there.transform);
    this.#begin(writing, content).setSelectionRange(content.length, content.length);
  }

  /** End writing and keep what was written. */
  close() {
    const session = this.#session;
    if (!session) return;
    this.#session = null; // first: taking the field away makes it lose the focus
    const { draft, view } = this.#parts;
    view.nodeOf(session.id)?.toggleAttribute("data-written", false);
    const content = session.field.value;
    session.field.remove();
    this.#commit(session);
    const { id } = session;
    const now = draft.get(id)?.kind;
    // What could not be made, since this person may not edit any more, say, waits for another page.
    if (content.trim() === "" || (now?.type === "Text" && now.content === content)) this.#unsaved.forget();
    this.#changed(false);
    if (draft.has(id)) {
      this.#parts.selection.set([id]);
      this.#parts.view.nodeOf(id)?.focus({ preventScroll: true });
    } else this.#parts.stage.frame.focus({ preventScroll: true });
  }

  /**
   * What new texts look like from now on.
   *
   * @param {Partial<Look>} look
   */
  setLook(look) {
    this.#look = { ...this.#look, ...look };
  }

  /**
   * How much room a text takes.
   *
   * @param {Text} kind
   * @param {number} [width] that it has; as wide as its longest line
   * @returns {{width: number, height: number}} in scene units
   */
  measure({ content, font_size = 16 }, width) {
    const node = make("p", { class: "text-measure" }, `${content}\u200b`);
    node.style.fontSize = `${font_size}px`;
    if (width === undefined) node.style.maxWidth = `${WIDEST}px`;
    else node.style.width = `${width}px`;
    this.#parts.stage.space.append(node);
    const size = { width: Math.ceil(node.offsetWidth) + 1, height: node.offsetHeight };
    node.remove();
    return size;
  }

  /**
   * @param {Writing} writing
   * @param {string} content
   * @returns {HTMLTextAreaElement}
   */
  #begin(writing, content) {
    const { id, kind, at } = writing;
    const field = make("textarea", {
      class: "text-field",
      "aria-label": text.textField,
      maxlength: String(MOST_CHARACTERS),
      spellcheck: "true",
      rows: "1",
      dir: "auto",
    });
    field.value = content;
    const { style } = field;
    style.width = `${at.width}px`;
    style.fontSize = `${kind.font_size ?? 16}px`;
    style.textAlign = kind.align ?? "left";
    style.transform = `translate(${at.x}px, ${at.y}px) rotate(${at.rotation}deg)`;
    // Turned about the same point as the element, however much is written.
    style.transformOrigin = `${at.width / 2}px ${at.height / 2}px`;
    const session = { ...writing, field };
    const grow = () => {
      style.height = "0";
      style.height = `${field.scrollHeight}px`;
    };
    field.addEventListener("input", () => {
      grow();
      // As it stands in the session: a text that was removed meanwhile may have become a new one.
      this.#unsaved.keep({ id: session.id, fresh: session.fresh, kind, at, content: field.value });
    });
    field.addEventListener("keydown", (event) => this.#key(event));
    field.addEventListener("blur", () => {
      if (this.#session === session) this.close();
    });
    this.#session = session;
    this.#parts.view.nodeOf(id)?.toggleAttribute("data-written", true);
    this.#parts.stage.space.append(field);
    this.#changed(true);
    grow();
    field.focus({ preventScroll: true });
    this.#parts.stage.reveal({ ...at, width: Math.min(at.width, WIDEST / 2) });
    return field;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    event.stopPropagation();
    if (isComposed(event)) return;
    const done = event.key === "Escape" || (event.key === "Enter" && (event.ctrlKey || event.metaKey));
    if (!done) return;
    event.preventDefault();
    this.close();
  }

  /**
   * Make the element what was written.
   *
   * @param {Session} session
   */
  #commit(session) {
    const { draft } = this.#parts;
    const { id, fresh, kind, at } = session;
    const content = session.field.value;
    const there = draft.has(id);
    if (content.trim() === "") {
      if (there) draft.edit([{ op: "remove", id }]);
    } else if (there && content !== kind.content) {
      const size = fresh ? this.#sizeOf({ ...kind, content }) : this.#heightOf({ ...kind, content }, at);
      const { x, y } = withHeight(wholeTransform(draft.get(id)?.transform), size.height);
      draft.edit([{ op: "update", id, changes: { kind: { content }, transform: { x, y, ...size } } }]);
    } else if (!there && (fresh || content !== kind.content)) {
      if (!fresh) session.id = draft.newElementId(); // somebody has removed it while it was written
      const size = fresh ? this.#sizeOf({ ...kind, content }) : {};
      const element = { id: session.id, kind: { ...kind, content }, transform: { ...at, ...size } };
      draft.edit([{ op: "add", element }]);
    }
  }

  /**
   * @param {Text} kind
   * @param {Required<Transform>} at
   */
  #heightOf(kind, { width }) {
    return { height: this.measure(kind, width).height };
  }

  /** @param {Text} kind of a new text */
  #sizeOf(kind) {
    const size = this.measure(kind);
    return { ...size, width: Math.max(LEAST_WIDTH, size.width) };
  }
}
