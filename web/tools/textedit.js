/**
 * Editor of the text in an element: a field over it, as large and turned as the element is, for every kind in which
 * something is written. However writing ends, what was typed stays (rule EDT1).
 */

import { make } from "../ui/dom.js";
import { boundsOf, withHeight } from "../canvas/geometry.js";
import { isComposed } from "../lib/keys.js";
import { isShape } from "../kinds/shape/outline.js";
import { definitionOf, PLAIN_TEXT, textOf } from "../kinds/kinds.js";
import { faultOf, longest } from "../scene/limits.js";
import { wholeTransform } from "../scene/scene.js";
import { text } from "../text/tools.js";
import { addNext, alongArrows } from "./diagrams/next.js";
import { besideOf } from "./besidenote.js";
import { parentOfNew } from "./nesting.js";
import { freshPlace, frontLayer } from "./place.js";
import { showWritten } from "../kinds/parts/written.js";
import { SharedWriting } from "./sharedwriting.js";
import { layOver, putInMiddle, withText, writtenIn } from "./textfield.js";
import { TextSheet } from "./textsheet.js";
import { listKey } from "./writing.js";

/** @import {Point} from "../canvas/geometry.js" */
/** @import {EditContext} from "./tools.js" */
/** @import {Unsaved} from "../ui/unsaved.js" */
/** @import {Kind, KindName} from "../kinds/definition.js" */
/** @import {Transform, TransformChanges} from "../types/messages.js" */

/** A new text is as wide as its longest line, up to this. */
const WIDEST = 480;
const LEAST_WIDTH = 40;
/** Beside the last letter. */
const CARET = 3;
/** A text that is wider or narrower than its words has been given its width. */
const SAME_WIDTH = 2;
const LINE_HEIGHT = 1.3;
/** Others are told so often that somebody writes on. */
const TYPING_MS = 3_000;

/**
 * Writing that is going on.
 *
 * @typedef {object} Writing
 * @property {string} id of the element
 * @property {boolean} fresh it is a new one
 * @property {Kind} kind as it was
 * @property {Required<Transform>} at
 * @property {boolean} [grows] it is as wide as its words, since nobody has given it a width
 * @property {boolean} [movable] it was just made: while nothing is written in it, a press puts it elsewhere
 */

/** `sent`: the element is, or was, there by this. `joins`: one step to undo. @typedef {Writing & {field: HTMLTextAreaElement, shared: SharedWriting, sent: boolean, joins: string}} Session */
/** @typedef {Writing & {content: string}} KeptWriting what was typed so far, for a page that comes after this one */

export class TextEditor {
  #context;
  #changed;
  #unsaved;
  #sheet;
  /** @type {Session | null} */
  #session = null;
  /** When the others were told that this person is writing. */
  #typedAt = Number.NEGATIVE_INFINITY;
  /** What new ones look like, by kind: as the latest one. @type {Map<string, Record<string, unknown>>} */
  #looks = new Map();

  /**
   * @param {EditContext} context
   * @param {(open: boolean) => void} changed
   * @param {Unsaved<KeptWriting>} unsaved
   */
  constructor(context, changed, unsaved) {
    this.#context = context;
    this.#changed = changed;
    this.#unsaved = unsaved;
    this.#sheet = new TextSheet(context.stage);
    // What is pasted is measured at once. It does not come before the canvas does.
    context.scene.on("replaced", () => document.fonts?.load("1em Inter").catch(() => {})); // without a server it comes when it is drawn
    // Perhaps nobody comes back to go on writing: what there is, is better than nothing.
    addEventListener("pagehide", () => {
      const session = this.#session;
      if (!session || session.field.value.trim() === "") return;
      this.#commit(session);
      session.kind = withText(session.kind, session.field.value); // what comes after it takes the place of this
      session.sent = true;
      session.shared.saved();
      this.#keep(session);
    });
    const { scene } = context;
    // What others write comes in while this person types (rule TOG8).
    scene.on("changed", ({ ids }) => this.#follow(ids));
    scene.on("replaced", () => this.#follow(this.#session ? [this.#session.id] : []));
  }

  get open() {
    return this.#session !== null;
  }

  /** @param {string} id of an element in which something is written */
  edit(id) {
    const element = this.#context.scene.get(id);
    const content = element && textOf(element.kind);
    if (!element || content == null) return;
    this.close();
    const at = this.#context.view.transformOf(id);
    const { size } = writtenIn(element.kind);
    const grows = size === null && Math.abs(this.#wholeSize(element.kind).width - at.width) <= SAME_WIDTH;
    this.#begin({ id, fresh: false, kind: element.kind, at, grows }, content).select();
  }

  /**
   * Begin to write a new element.
   *
   * @param {KindName} [type]
   * @param {Point} [middle] where the first line is to be; in the middle of what is seen
   */
  write(type = PLAIN_TEXT, middle) {
    const written = definitionOf({ type }).text;
    if (!written) return;
    this.close();
    const look = { ...written.look, ...this.#looks.get(type) };
    const kind = /** @type {Kind} */ (/** @type {unknown} */ ({ type, [written.field]: "", ...look }));
    this.#beginNew(kind, this.#placeFor(kind, middle), middle === undefined);
  }

  /**
   * @param {Kind} kind
   * @param {Required<Transform>} at
   * @param {boolean} movable
   */
  #beginNew(kind, at, movable) {
    const { scene, stage } = this.#context;
    const id = scene.newElementId();
    const { size, optional } = writtenIn(kind);
    // What stays when it is empty is there at once, for everybody.
    const isThere = optional === true;
    if (isThere) scene.edit([{ op: "add", element: { id, kind, transform: at, ...parentOfNew(scene, at) } }]);
    if (isThere && !scene.has(id)) return; // it was said why not
    if (isThere) stage.reveal(at);
    this.#context.selection.set(isThere ? [id] : []); // what was selected before is not what is written now
    this.#begin({ id, fresh: !isThere, kind, at: size ? at : { ...at, width: WIDEST }, movable, grows: size === null }, "");
  }

  /**
   * @param {Kind} kind
   * @param {Point} [middle]
   * @returns {Required<Transform>}
   */
  #placeFor(kind, middle) {
    const { size, style } = writtenIn(kind);
    const height = style(kind).fontSize * LINE_HEIGHT;
    return freshPlace(this.#context, size ?? { width: middle ? 0 : WIDEST / 2, height }, middle);
  }

  /**
   * Put what is being written at another place, as long as nothing is written in it.
   *
   * @param {Point} middle in scene units; of a text, where its first line is to be
   * @returns {boolean} there is such a thing
   */
  put(middle) {
    const session = this.#session;
    if (!session?.movable || session.field.value !== "") return false;
    const { scene } = this.#context;
    const written = writtenIn(session.kind);
    const place = this.#placeFor(session.kind, middle);
    session.at = { ...session.at, x: place.x, y: place.y };
    if (scene.has(session.id)) {
      const { parent = null } = parentOfNew(scene, session.at);
      scene.edit([{ op: "update", id: session.id, changes: { transform: { x: place.x, y: place.y }, parent } }], { undoable: false });
    }
    const room = written.room?.(session.kind, session.at, this.#context.view.drawnOf(session.id)) ?? null;
    if (!session.field.classList.contains("in-sheet")) layOver(session.field, session.at, written, session.kind, room);
    session.field.focus({ preventScroll: true });
    this.#context.stage.reveal({ ...session.at, width: Math.min(session.at.width, WIDEST / 2) });
    return true;
  }

  /** Go on with what was being written when this window was reloaded or had crashed. */
  resume() {
    const kept = this.#unsaved.recall();
    if (!kept || this.#session) return;
    const { content, ...writing } = kept;
    const { id, kind, at } = writing;
    if (typeof id !== "string" || typeof content !== "string" || typeof kind?.type !== "string") return;
    const before = textOf(kind);
    if (before === null || faultOf({ op: "add", element: { id, kind: withText(kind, content), transform: at } }, undefined)) return;
    const there = this.#context.scene.get(id);
    const now = (there && textOf(there.kind)) ?? before;
    // It was sent when the page went, and somebody has gone on from there.
    if (content === before && now !== before) return this.#unsaved.forget();
    if (there) writing.at = wholeTransform(there.transform);
    this.#begin(writing, content).setSelectionRange(content.length, content.length);
    this.#follow([id]); // somebody may have gone on meanwhile
  }

  /** End writing and keep what was written. */
  close() {
    const session = this.#session;
    if (!session) return;
    this.#session = null; // first: taking the field away makes it lose the focus
    this.#typedAt = Number.NEGATIVE_INFINITY;
    const { scene, view } = this.#context;
    view.nodeOf(session.id)?.toggleAttribute("data-written", false);
    const content = session.field.value;
    session.field.remove();
    this.#sheet.hide();
    session.shared.end();
    this.#context.send({ type: "typing" });
    this.#commit(session);
    const { id } = session;
    const now = scene.get(id)?.kind;
    // What could not be made, since this person may not edit any more, say, waits for another page.
    if (content.trim() === "" || (now && textOf(now) === content)) this.#unsaved.forget();
    this.#changed(false);
    if (scene.has(id)) {
      this.#context.selection.set([id]);
      this.#context.view.nodeOf(id)?.focus({ preventScroll: true });
    } else this.#context.stage.frame.focus({ preventScroll: true });
  }

  /**
   * What new elements of a kind look like from now on.
   *
   * @param {string} type
   * @param {Record<string, unknown>} changes of which only those count that are about the look of what is written
   */
  setLook(type, changes) {
    const fields = Object.keys(definitionOf({ type }).text?.look ?? {});
    const look = Object.fromEntries(Object.entries(changes).filter(([name]) => fields.includes(name)));
    this.#looks.set(type, { ...this.#looks.get(type), ...look });
  }

  /**
   * How much room a text takes.
   *
   * @param {Kind} kind
   * @param {number} [width] that it has; as wide as its longest line
   * @returns {{width: number, height: number}} in scene units
   */
  measure(kind, width) {
    const node = make("p", { class: "text-measure" });
    showWritten(node, `${textOf(kind)}\u200b`);
    const { fontSize, family = "" } = writtenIn(kind).style(kind);
    Object.assign(node.style, { fontSize: `${fontSize}px`, fontFamily: family });
    if (width === undefined) node.style.maxWidth = `${WIDEST}px`;
    else node.style.width = `${width}px`;
    this.#context.stage.space.append(node);
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
      "aria-label": writtenIn(kind).label ?? text.textField,
      maxlength: String(longest(kind.type, writtenIn(kind).field)),
      spellcheck: "true",
      rows: "1",
      dir: "auto",
    });
    field.value = content;
    const { style } = field;
    const isInSheet = this.#sheet.isWanted;
    const room = writtenIn(kind).room?.(kind, at, this.#context.view.drawnOf(id)) ?? null;
    if (!isInSheet) layOver(field, at, writtenIn(kind), kind, room);
    const shared = new SharedWriting(field, textOf(kind) ?? "", {
      save: () => this.#save(session),
      mayWait: () => this.#context.scene.unconfirmed > 0,
      typing: () => this.#typing(session),
    });
    /** @type {Session} */
    const session = { ...writing, field, shared, sent: false, joins: `writing ${this.#context.scene.newElementId()}` };
    const grow = () => {
      if (writing.grows && !isInSheet) style.width = `${Math.max(LEAST_WIDTH, this.#wholeSize(withText(kind, field.value)).width + CARET)}px`;
      style.height = "0";
      style.height = `${field.scrollHeight}px`;
      if (room && !isInSheet) putInMiddle(field, at, room, field.scrollHeight);
    };
    field.addEventListener("input", () => {
      grow();
      this.#keep(session);
    });
    field.addEventListener("followed", grow);
    field.addEventListener("keydown", (event) => this.#key(event, session));
    field.addEventListener("blur", () => {
      if (this.#session === session) this.close();
    });
    this.#session = session;
    this.#context.view.nodeOf(id)?.toggleAttribute("data-written", !isInSheet);
    if (isInSheet) this.#sheet.hold(field);
    else this.#context.stage.space.append(field);
    this.#changed(true);
    grow();
    field.focus({ preventScroll: true });
    this.#context.stage.reveal({ ...at, width: Math.min(at.width, WIDEST / 2) });
    return field;
  }

  /** @param {Iterable<string>} ids of elements that are something else now */
  #follow(ids) {
    const session = this.#session;
    const now = session && [...ids].includes(session.id) && this.#context.scene.get(session.id);
    const words = now && textOf(now.kind);
    if (!session || typeof words !== "string" || words === session.shared.base) return;
    session.shared.take(words);
    session.kind = withText(session.kind, session.shared.base);
    session.field.dispatchEvent(new Event("followed"));
    this.#keep(session);
  }

  /** Make the element what is written so far, while it is being written. @param {Session} session */
  #save(session) {
    const { scene } = this.#context;
    const content = session.field.value;
    if (this.#session !== session || content.trim() === "" || !(scene.has(session.id) || (session.fresh && !session.sent))) return;
    this.#commit(session);
    session.sent = true;
    session.kind = withText(session.kind, content);
    session.shared.saved();
    this.#keep(session);
  }

  /** Others see where somebody writes, as long as keys are pressed. @param {Session} session */
  #typing({ id }) {
    const now = performance.now();
    if (now - this.#typedAt < TYPING_MS) return;
    this.#typedAt = now;
    this.#context.send({ type: "typing", id });
  }

  /**
   * @param {Session} session as it stands: a text that was removed meanwhile may have become a new one
   */
  #keep({ id, fresh, kind, at, field }) {
    this.#unsaved.keep({ id, fresh, kind, at, content: field.value });
  }

  /**
   * @param {KeyboardEvent} event
   * @param {Session} session
   */
  #key(event, session) {
    event.stopPropagation();
    if (isComposed(event)) return;
    if (listKey(session.field, event)) return event.preventDefault();
    if (event.key === "Tab" && !event.ctrlKey && !event.altKey && (this.#goAlong(session, event.shiftKey) || this.#goBeside(session, event.shiftKey))) return event.preventDefault();
    const done = event.key === "Escape" || (event.key === "Enter" && (event.ctrlKey || event.metaKey));
    if (!done) return;
    event.preventDefault();
    this.close();
  }

  /** End writing in a shape, and go on along the arrows, where there is such a thing. @param {Session} session @param {boolean} isBack */
  #goAlong({ kind, id }, isBack) {
    const { scene } = this.#context;
    const there = alongArrows(scene.elements(), id, isBack);
    if (!isShape(kind) || !scene.has(id) || (isBack && !there)) return false;
    this.close();
    const next = there ?? addNext(this.#context, "right");
    if (next) this.edit(next);
    return true;
  }

  /**
   * End writing, and go on in the one beside: the next one is made where there is none.
   *
   * @param {Session} session
   * @param {boolean} isBack to the one before
   * @returns {boolean} there is such a thing
   */
  #goBeside({ kind, at, id }, isBack) {
    const { size, hasNext } = writtenIn(kind);
    if (!size || !hasNext) return false;
    const { scene } = this.#context;
    const others = [...scene.elements()].filter((one) => one.id !== id);
    const now = wholeTransform(scene.get(id)?.transform ?? at);
    const { neighbour, place } = besideOf(now, others.map((one) => ({ id: one.id, isSame: one.kind.type === kind.type, box: boundsOf(one.transform) })), isBack);
    if (!neighbour && isBack) return false;
    this.close();
    if (neighbour) this.edit(neighbour);
    else this.#beginNew(withText(kind, ""), { ...now, ...place, rotation: 0, z_index: frontLayer(this.#context) }, false);
    return true;
  }

  /**
   * Make the element what was written.
   *
   * @param {Session} session
   */
  #commit(session) {
    const { scene } = this.#context;
    const { id, fresh, kind, at } = session;
    const content = session.field.value;
    const { field, optional } = writtenIn(kind);
    const there = scene.get(id);
    const changed = content !== textOf(kind);
    if (content.trim() === "" && !optional) {
      if (there) scene.edit([{ op: "remove", id }]);
    } else if (there && changed) {
      const transform = this.#grown(session, withText(kind, content), wholeTransform(there.transform));
      const changes = { kind: { [field]: content }, expected: { [field]: textOf(kind) }, ...(transform && { transform }) };
      scene.edit([{ op: "update", id, changes }], { joins: session.joins });
    } else if (!there && (fresh || changed)) {
      if (!fresh || session.sent) session.id = scene.newElementId(); // somebody has removed it while it was written
      const size = fresh && writtenIn(kind).size === null ? this.#wholeSize(withText(kind, content)) : {};
      const grown = writtenIn(kind).heightFor && this.#grown(session, withText(kind, content), at);
      const transform = { ...at, ...size, ...grown };
      const element = { id: session.id, kind: withText(kind, content), transform, ...parentOfNew(scene, transform) };
      scene.edit([{ op: "add", element }], { joins: session.joins });
    }
  }

  /**
   * The room that an element takes with another text.
   *
   * @param {Session} session
   * @param {Kind} kind
   * @param {Required<Transform>} now
   * @returns {TransformChanges | null} `null`: it does not depend on the text
   */
  #grown({ fresh, at, grows }, kind, now) {
    const { size: usual, sheet, heightFor, room } = writtenIn(kind);
    if (sheet) {
      const height = this.measure(kind, Math.max(1, now.width - 2 * sheet(kind).padding)).height + 2 * sheet(kind).padding;
      return height > now.height ? { ...withHeight(now, height), height } : null;
    }
    if (heightFor) {
      const words = textOf(kind) === "" ? 0 : this.measure(kind, room?.(kind, now).width ?? now.width).height;
      const { x, y, height } = withHeight(now, heightFor(kind, now, words));
      return height === now.height ? null : { x, y, height };
    }
    if (usual !== null) return null;
    const size = fresh || grows ? this.#wholeSize(kind) : { height: this.measure(kind, at.width).height };
    const { x, y } = withHeight(now, size.height);
    return { x, y, ...size };
  }

  /** @param {Kind} kind of a new element that is as large as its text */
  #wholeSize(kind) {
    const size = this.measure(kind);
    return { ...size, width: Math.max(LEAST_WIDTH, size.width) };
  }
}
