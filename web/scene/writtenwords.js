/**
 * Words that a person wrote into elements, until the server has them. Where somebody else has written there first, both
 * are merged (rule TOG6); where they have removed the element, the words become one of their own (rule EDT4). Pure.
 */

import { subjectOf, wordsIn, writesContent, writesOver } from "./operations.js";
import { wholeTransform } from "./scene.js";

/** @import {Refusal, Unit} from "./editqueue.js" */
/** @import {Operation} from "./operations.js" */
/** @import {Element as SceneElement, NewElement, UpdateOperation} from "../types/messages.js" */

/**
 * @typedef {object} Rescue
 * @property {Omit<NewElement, "id">[]} elements that have the words of those that are `kept`
 * @property {Set<Unit>} kept also those whose place later words of this person have taken
 */

/** Refusals that come of what somebody else did to the element. */
const BY_OTHERS = new Set(["element_changed", "element_not_found"]);
/** Between the words of the other person and these, in scene units. */
const GAP = 16;

export class WrittenWords {
  /** The elements as they were to be. @type {Map<Operation, SceneElement>} */
  #elements = new Map();
  /**
   * Own words that were refused, by element, and what they were to take the place of.
   *
   * @type {Map<string, Map<string, UpdateOperation["changes"]["expected"]>>}
   */
  #refused = new Map();
  /**
   * @param {Operation} operation that is sent
   * @param {SceneElement | undefined} element as it becomes by it
   */
  note(operation, element) {
    if (element && writesContent(operation)) this.#elements.set(operation, element);
  }

  /** @param {Operation} operation */
  elementOf(operation) {
    return this.#elements.get(operation);
  }

  /**
   * @param {Iterable<Operation>} operations that are answered
   * @param {boolean} isLast none is on its way any more
   */
  forget(operations, isLast) {
    for (const operation of operations) this.#elements.delete(operation);
    if (isLast) this.#refused.clear();
  }

  /**
   * What keeps the words of refused operations.
   *
   * @param {readonly (Refusal & {unit: Unit})[]} refused
   * @param {(id: string) => readonly Operation[]} othersOf other own operations on an element, made or not answered yet
   * @returns {Rescue}
   */
  beside(refused, othersOf) {
    /** @type {Omit<NewElement, "id">[]} */
    const elements = [];
    /** @type {Set<Unit>} */
    const kept = new Set();
    for (const [place, { unit, code }] of refused.entries()) {
      const { operation } = unit;
      const element = operation && this.elementOf(operation);
      if (operation) this.#note(operation);
      if (!element || !BY_OTHERS.has(code)) continue;
      const later = refused.slice(place + 1).flatMap((one) => one.unit.operation ?? []);
      const own = [...later.filter((one) => subjectOf(one) === element.id), ...othersOf(element.id)];
      const isOver = own.some((one) => one.op === "remove" || writesContent(one));
      kept.add(unit);
      if (isOver) continue;
      const transform = wholeTransform(element.transform);
      const y = code === "element_changed" ? transform.y + transform.height + GAP : transform.y;
      elements.push({ kind: element.kind, transform: { ...transform, y } });
    }
    return { elements, kept };
  }

  /** @param {Operation} operation that is refused */
  #note(operation) {
    if (operation.op !== "update" || !writesOver(operation)) return;
    const words = this.#refused.get(operation.id) ?? new Map();
    this.#refused.set(operation.id, words.set(wordsIn(operation), operation.changes.expected));
  }

  /**
   * @param {UpdateOperation} operation
   * @returns {UpdateOperation["changes"]["expected"]} what it has found; where those were own words that had been refused,
   *   what these had found
   */
  found({ id, changes: { expected } }) {
    const refused = new Map(this.#refused.get(id));
    let found = expected;
    for (let words = wordsOf(found); refused.has(words); words = wordsOf(found)) {
      found = refused.get(words);
      refused.delete(words); // somebody who writes the same again goes in no circle
    }
    return found;
  }
}

/** @param {UpdateOperation["changes"]["expected"]} kind */
function wordsOf(kind) {
  return wordsIn({ op: "update", id: "", changes: { kind } });
}
