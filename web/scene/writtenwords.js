/**
 * Words that a person wrote into elements, until the server has them. Where somebody else has changed or removed such an
 * element first, the words become an element of their own: neither of two who write in one text loses any (rule EDT4). Pure.
 */

import { subjectOf, writesContent } from "./operations.js";
import { wholeTransform } from "./scene.js";

/** @import {Refusal, Unit} from "./editqueue.js" */
/** @import {Operation} from "./operations.js" */
/** @import {Element as SceneElement, NewElement} from "../types/messages.js" */

/** Refusals that come of what somebody else did to the element. */
const BY_OTHERS = new Set(["element_changed", "element_not_found"]);
/** Between the words of the other person and these, in scene units. */
const GAP = 16;

export class WrittenWords {
  /** The elements as they were to be. @type {Map<Operation, SceneElement>} */
  #elements = new Map();

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

  /** @param {Iterable<Operation>} operations that are answered */
  forget(operations) {
    for (const operation of operations) this.#elements.delete(operation);
  }

  /**
   * What keeps the words of refused operations.
   *
   * @param {readonly (Refusal & {unit: Unit})[]} refused
   * @param {(id: string) => readonly Operation[]} othersOf other own operations on an element, made or not answered yet
   * @returns {{elements: Omit<NewElement, "id">[], kept: Set<Unit>}} `kept`: nothing of these is lost, since the elements
   *   have their words, or later words of this person have taken their place
   */
  beside(refused, othersOf) {
    /** @type {Omit<NewElement, "id">[]} */
    const elements = [];
    /** @type {Set<Unit>} */
    const kept = new Set();
    for (const [place, { unit, code }] of refused.entries()) {
      const { operation } = unit;
      const element = operation && this.elementOf(operation);
      if (!element || !BY_OTHERS.has(code)) continue;
      kept.add(unit);
      const later = refused.slice(place + 1).flatMap((one) => one.unit.operation ?? []);
      const own = [...later.filter((one) => subjectOf(one) === element.id), ...othersOf(element.id)];
      if (own.some((one) => one.op === "remove" || writesContent(one))) continue;
      const transform = wholeTransform(element.transform);
      const y = code === "element_changed" ? transform.y + transform.height + GAP : transform.y;
      elements.push({ kind: element.kind, transform: { ...transform, y } });
    }
    return { elements, kept };
  }
}
