/** Text is written where it stands: a field over the element, as large and turned as that is. */

import { make } from "../dom.js";
import { withHeight } from "../editing/geometry.js";
import { wholeTransform } from "../scene.js";
import { text } from "../text/tools.js";
import { freshPlace } from "./place.js";

/** @import {Point} from "../editing/geometry.js" */
/** @import {Parts} from "./tools.js" */
/** @import {Text, Transform} from "../types/messages.js" */

/** The longest text the server takes. */
const MOST_CHARACTERS = 16_384;
/** A new text is as wide as its longest line, up to this. */
const WIDEST = 480;
const LEAST_WIDTH = 40;
const FIRST_LOOK = { font_size: 24, color: "#000000", align: /** @type {const} */ ("left") };

/** @typedef {{font_size: number, color: string, align: "left" | "center" | "right"}} Look */

/**
 * @typedef {object} Session
 * @property {HTMLTextAreaElement} field
 * @property {string | null} id of the element; `null` for a new one
 * @property {Text} kind as it was
 * @property {Required<Transform>} at
 */

export class TextEditor {
  #parts;
  #changed;
  /** @type {Session | null} */
  #session = null;
  /** What new texts look like: as the latest one. @type {Look} */
  #look = FIRST_LOOK;

  /**
   * @param {Parts} parts
   * @param {(open: boolean) => void} changed
   */
  constructor(parts, changed) {
    this.#parts = parts;
    this.#changed = changed;
  }

  get open() {
    return this.#session !== null;
  }

  /** @param {string} id of a text */
  edit(id) {
    const element = this.#parts.draft.get(id);
    if (element?.kind.type !== "Text") return;
    this.close(true);
    this.#parts.view.nodeOf(id)?.toggleAttribute("data-written", true);
    this.#begin(id, element.kind, wholeTransform(element.transform));
  }

  /** @param {Point} [middle] where the first line is to be; in the middle of what is seen */
  write(middle) {
    this.close(true);
    const height = this.#look.font_size * 1.3;
    const at = freshPlace(this.#parts, { width: middle ? 0 : WIDEST / 2, height }, middle);
    this.#begin(null, { type: "Text", content: "", ...this.#look }, { ...at, width: WIDEST });
  }

  /** @param {boolean} keep what was written */
  close(keep) {
    const session = this.#session;
    if (!session) return;
    this.#session = null; // first: taking the field away makes it lose the focus
    if (session.id) this.#parts.view.nodeOf(session.id)?.toggleAttribute("data-written", false);
    const { value } = session.field;
    session.field.remove();
    const id = keep ? this.#commit(session, value) : session.id;
    this.#changed(false);
    if (id && this.#parts.draft.has(id)) {
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
   * @param {string | null} id
   * @param {Text} kind
   * @param {Required<Transform>} at
   */
  #begin(id, kind, at) {
    const field = make("textarea", {
      class: "text-field",
      "aria-label": text.textField,
      maxlength: String(MOST_CHARACTERS),
      spellcheck: "true",
      rows: "1",
      dir: "auto",
    });
    field.value = kind.content;
    const { style } = field;
    style.width = `${at.width}px`;
    style.fontSize = `${kind.font_size ?? 16}px`;
    style.textAlign = kind.align ?? "left";
    style.transform = `translate(${at.x}px, ${at.y}px) rotate(${at.rotation}deg)`;
    // Turned about the same point as the element, however much is written.
    style.transformOrigin = `${at.width / 2}px ${at.height / 2}px`;
    const session = { field, id, kind, at };
    const grow = () => {
      style.height = "0";
      style.height = `${field.scrollHeight}px`;
    };
    field.addEventListener("input", grow);
    field.addEventListener("keydown", (event) => this.#key(event));
    field.addEventListener("blur", () => {
      if (this.#session === session) this.close(true);
    });
    this.#session = session;
    this.#parts.stage.space.append(field);
    this.#changed(true);
    grow();
    field.focus({ preventScroll: true });
    field.select();
    this.#parts.stage.reveal({ ...at, width: Math.min(at.width, WIDEST / 2) });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    event.stopPropagation();
    if (event.isComposing) return;
    const done = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    if (!done && event.key !== "Escape") return;
    event.preventDefault();
    this.close(done);
  }

  /**
   * @param {Session} session
   * @param {string} content
   * @returns {string | null} the element that it became
   */
  #commit({ id, kind, at }, content) {
    const { draft } = this.#parts;
    const there = id !== null && draft.has(id);
    if (content.trim() === "") {
      if (there) draft.edit([{ op: "remove", id }]);
      return null;
    }
    if (content === kind.content) return id;
    if (there) {
      const height = this.measure({ ...kind, content }, at.width).height;
      const now = wholeTransform(draft.get(id)?.transform);
      const { x, y } = withHeight(now, height);
      draft.edit([{ op: "update", id, changes: { kind: { content }, transform: { x, y, height } } }]);
      return id;
    }
    return this.#add({ ...kind, content }, at, id === null);
  }

  /**
   * @param {Text} kind
   * @param {Required<Transform>} at
   * @param {boolean} fresh not one that somebody removed while it was written
   * @returns {string}
   */
  #add(kind, at, fresh) {
    const size = fresh ? this.measure(kind) : { width: at.width, height: at.height };
    const id = this.#parts.draft.newElementId();
    const transform = { ...at, ...size, width: Math.max(LEAST_WIDTH, size.width) };
    this.#parts.draft.edit([{ op: "add", element: { id, kind, transform } }]);
    return id;
  }
}
