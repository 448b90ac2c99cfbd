/**
 * A text field in which others write at the same time: their words come in while its person types, and what is typed goes
 * out every second. The caret stays in its words, and nothing changes under a word that is being composed (rules TOG6, TOG8).
 */

import { mergeTexts, movedPlace, textChanges } from "../scene/textmerge.js";

/** What is typed waits so long for more; while somebody types on, it goes out as often. */
const PAUSE_MS = 1_000;

/**
 * @typedef {object} WritingHooks
 * @property {() => void} save make the element what is in the field
 * @property {() => boolean} mayWait the last save is not answered yet: the next one waits for it
 * @property {() => void} typing a key was pressed
 */

export class SharedWriting {
  #field;
  #hooks;
  /** What is in the element, as this field knows it. */
  #base;
  /** What it has become while a word was being composed. @type {string | null} */
  #waiting = null;
  #isComposing = false;
  #timer = 0;

  /**
   * @param {HTMLTextAreaElement} field
   * @param {string} base
   * @param {WritingHooks} hooks
   */
  constructor(field, base, hooks) {
    this.#field = field;
    this.#base = base;
    this.#hooks = hooks;
    field.addEventListener("compositionstart", () => {
      this.#isComposing = true;
    });
    field.addEventListener("compositionend", () => {
      this.#isComposing = false;
      if (this.#waiting !== null) this.take(this.#waiting);
      this.#saveSoon();
    });
    field.addEventListener("input", () => {
      hooks.typing();
      this.#saveSoon();
    });
  }

  /** What own words take the place of. */
  get base() {
    return this.#base;
  }

  /**
   * The element has this text now.
   *
   * @param {string} words
   * @returns {boolean} whether it is known here; else it waits until the word is there that is being composed
   */
  take(words) {
    this.#waiting = this.#isComposing ? words : null;
    if (this.#isComposing) return false;
    const field = this.#field;
    const mine = field.value;
    const merged = mergeTexts(this.#base, words, mine);
    this.#base = words;
    if (merged === mine) return true;
    const changes = textChanges(mine, merged);
    const { selectionStart, selectionEnd, selectionDirection, scrollTop } = field;
    field.value = merged;
    field.setSelectionRange(movedPlace(selectionStart, changes), movedPlace(selectionEnd, changes), selectionDirection);
    field.scrollTop = scrollTop;
    return true;
  }

  /** What is in the field has been sent. */
  saved() {
    this.#base = this.#field.value;
    clearTimeout(this.#timer);
    this.#timer = 0;
  }

  /** Nothing is sent any more by itself. */
  end() {
    clearTimeout(this.#timer);
    this.#timer = -1;
  }

  #saveSoon() {
    this.#timer ||= window.setTimeout(() => {
      this.#timer = 0;
      if (this.#field.value === this.#base || !this.#field.isConnected) return;
      if (this.#isComposing || this.#hooks.mayWait()) this.#saveSoon();
      else this.#hooks.save();
    }, PAUSE_MS);
  }
}
