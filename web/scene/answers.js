/** Answers of the server to the edits of a queue: what was made, refused, and is to be sent again. Pure. */

import { shownWords } from "../lib/foreign.js";
import { newId } from "../lib/ids.js";
import { bytesOf } from "../lib/unicode.js";
import { PASSING, UNREAD } from "../types/limits.js";
import { subjectOf, wordsIn, writesOver } from "./operations.js";

/** @import {Batch, Outcome, Refusal, Unit} from "./editqueue.js" */
/** @import {Operation} from "./operations.js" */
/** @import {Rebase} from "./rebase.js" */
/** @import {Ack, ClientMessage, Error as ErrorMessage, SyncResult} from "../types/messages.js" */

/** Several in one message may be refused for one of them: these refusals are found out one by one. */
const SPOILT = new Set([...UNREAD, "too_large"]);

/** @param {Operation} operation */
export function sizeOf(operation) {
  return bytesOf(JSON.stringify(operation));
}

/**
 * What takes the place of operations that were refused since somebody else has written in the same text.
 *
 * @param {Batch} batch
 * @param {Outcome} outcome
 * @param {Rebase} rebase
 * @returns {Map<Unit, Unit>}
 */
export function remadeUnits({ units, again }, outcome, rebase) {
  const { made, refused } = outcome;
  /** @type {Map<Unit, Unit>} */
  const remade = new Map();
  /** Later ones have taken their place. @type {Set<Unit>} */
  const over = new Set();
  for (const { unit, code } of refused) {
    const { operation } = unit;
    if (!operation || code !== "element_changed") continue;
    const later = new Set(units.slice(units.indexOf(unit) + 1));
    const own = made.flatMap((one) => (later.has(one) && one.operation && subjectOf(one.operation) === subjectOf(operation) ? one.operation : []));
    if (own.some(writesOver) && writesOver(operation)) over.add(unit);
    const isOver = over.has(unit) || own.some(({ op }) => op === "remove");
    const instead = isOver ? null : rebase.remade(operation, again);
    if (instead) remade.set(unit, instead === operation ? unit : { ...unit, operation: instead, size: sizeOf(instead) });
  }
  made.push(...over);
  outcome.refused = refused.filter(({ unit }) => !over.has(unit));
  return remade;
}

/**
 * @param {Unit[]} units
 * @param {string} [id]
 * @returns {Batch}
 */
export function pack(units, id = newId()) {
  const size = units.reduce((sum, unit) => sum + unit.size, 0);
  const { type, ...rest } = messageOf(units);
  // The name comes early, so that it can be read whatever is wrong with the rest (rule IN4).
  const message = /** @type {ClientMessage} */ ({ type, message_id: id, ...rest });
  return { id, message, units, size, sent: false, again: false, probed: false };
}

/** @param {readonly Unit[]} units */
export function operationsOf(units) {
  return units.flatMap(({ operation }) => operation ?? []);
}

/**
 * @param {Unit[]} units
 * @returns {ClientMessage}
 */
function messageOf(units) {
  const [first] = units;
  if (first?.command) return first.command;
  const operations = operationsOf(units);
  const [only] = operations;
  if (!only || operations.length > 1) return { type: "sync_queue", operations };
  switch (only.op) {
    case "add":
      return { type: "add_element", element: only.element };
    case "update":
      return { type: "update_element", id: only.id, changes: only.changes };
    case "remove":
      return { type: "remove_element", id: only.id };
  }
}

/**
 * @param {Batch} batch
 * @param {Ack | SyncResult | ErrorMessage} answer
 * @returns {Outcome}
 */
export function outcomeOf({ units, again }, answer) {
  /** @type {Map<number, Refusal>} */
  const refusals = new Map();
  if (answer.type === "error") {
    for (const index of units.keys()) refusals.set(index, { code: answer.code, text: shownWords(answer.message) });
  } else if (answer.type === "sync_result") {
    for (const { index, code, message } of answer.failed_operations) {
      refusals.set(index, { code, text: shownWords(message) });
    }
  }
  /** @type {Outcome} */
  const outcome = { made: [], refused: [], remade: new Map() };
  for (const [index, unit] of units.entries()) {
    const refusal = refusals.get(index);
    if (!refusal || isSoAlready(unit, refusal.code, again)) outcome.made.push(unit);
    else outcome.refused.push({ unit, ...refusal, words: wordsIn(unit.operation) });
  }
  return outcome;
}

/**
 * What is not judged yet, though it was refused: the reason passes, or may be that of another operation in
 * the same message. Any other refusal is final (rule IN5), and so is one of a command: it is reported to
 * its caller.
 *
 * @param {Batch} batch
 * @param {Ack | SyncResult | ErrorMessage} answer
 * @param {Outcome} outcome
 * @param {Map<Unit, Unit>} remade
 * @returns {Batch[]} in the place of the one that was answered
 */
export function toTryAgain(batch, answer, outcome, remade) {
  if (answer.type === "sync_result") {
    const units = outcome.refused.flatMap(({ unit, code }) => (PASSING.has(code) ? unit : (remade.get(unit) ?? [])));
    return units.length > 0 ? [pack(units)] : [];
  }
  if (answer.type !== "error" || batch.units[0]?.command) return [];
  if (remade.size > 0) return [{ ...pack([...remade.values()]), again: batch.again }];
  if (PASSING.has(answer.code)) return [{ ...batch, sent: false, probed: false }];
  if (!SPOILT.has(answer.code) || batch.units.length < 2) return [];
  // One of them spoils the others, and none was made: the halves by themselves.
  const half = Math.ceil(batch.units.length / 2);
  return [pack(batch.units.slice(0, half)), pack(batch.units.slice(half))];
}

/**
 * Tells whether an operation was refused because its outcome is there: somebody else removed the
 * element too, or our own adding of it had arrived the first time.
 *
 * @param {Unit} unit
 * @param {string} code
 * @param {boolean} again
 * @returns {boolean}
 */
function isSoAlready({ operation }, code, again) {
  if (!operation) return false;
  if (operation.op === "remove") return code === "element_not_found";
  return operation.op === "add" && again && code === "element_exists" && subjectOf(operation) !== "";
}
