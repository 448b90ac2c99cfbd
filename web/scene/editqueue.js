/**
 * Queue of edits on their way to the server: in order, each exactly once, however often the connection breaks or the
 * server cannot store. Pure: no page, no connection.
 */

import { shownWords } from "../lib/foreign.js";
import { newId } from "../lib/ids.js";
import { PASSING, UNREAD } from "../types/limits.js";
import { bytesOf } from "../lib/unicode.js";
import { subjectOf, wordsIn } from "./operations.js";

/** @import {Operation} from "./operations.js" */
/** @import {Ack, ClearScene, ClientMessage, Error as ErrorMessage, RestoreScene, SyncResult} from "../types/messages.js" */

/** @typedef {ClearScene | RestoreScene} Command */
/** `words`: what a person wrote that is not made; empty: none. @typedef {{code: string, text: string, words?: string}} Refusal */

/**
 * What waits: an operation, or a command about the whole scene with somebody who awaits the answer.
 *
 * @typedef {object} Unit
 * @property {Operation | null} operation
 * @property {Command | null} command
 * @property {((refusal: Refusal | null) => void) | null} answered
 * @property {number} size in bytes of JSON
 * @property {boolean} offline made while there was no connection
 * @property {object | null} alone the edit that goes as a message of its own; `null`: it may go with others
 */

/**
 * What goes as one message, and stays the same when it goes again (rule SCN6).
 *
 * @typedef {object} Batch
 * @property {string} id the `message_id`
 * @property {ClientMessage} message
 * @property {Unit[]} units
 * @property {number} size
 * @property {boolean} sent and not answered yet
 * @property {boolean} again it may have been made already
 * @property {boolean} probed sent once more because an error that named nothing may have been about it
 */

/**
 * @typedef {object} Outcome
 * @property {Unit[]} made
 * @property {(Refusal & {unit: Unit})[]} refused
 */

const MAX_WAITING = 10_000;
const MAX_WAITING_BYTES = 16_000_000;
const MAX_OPERATIONS = 500;
/** Of several operations in one message. One by itself may be as large as a message can be. */
const MAX_TOGETHER_BYTES = 256 * 1024;
/** Several in one message may be refused for one of them: these refusals are found out one by one. */
const SPOILT = new Set([...UNREAD, "too_large"]);

export class EditQueue {
  #send;
  /** @type {Unit[]} */
  #waiting = [];
  /** Of those that wait. */
  #bytes = 0;
  /**
   * Packed, oldest first. Only the first one is on its way: if the server could have more, it might
   * store a later one and not an earlier one, which then would come after it.
   *
   * @type {Batch[]}
   */
  #batches = [];
  #online = false;
  #held = false;

  /** @param {(message: ClientMessage) => void} send */
  constructor(send) {
    this.#send = send;
  }

  /** Operations that are not answered yet, and nobody knows what will become of them. */
  get size() {
    return this.#waiting.length + this.#batches.reduce((sum, { units }) => sum + units.length, 0);
  }

  /** Nothing goes out meanwhile: the server said that it cannot store. */
  get held() {
    return this.#held;
  }

  /**
   * Take operations to be sent. Nothing is taken when too much waits already.
   *
   * @param {readonly Operation[]} operations
   * @param {{alone?: boolean}} [how] `alone`: not with others in a message, where they would say the place of what is
   *   carried (rule STR2)
   * @returns {boolean} whether they were taken
   */
  push(operations, { alone = false } = {}) {
    const edit = alone ? {} : null;
    const units = operations.map((operation) => this.#unit({ operation, alone: edit }));
    const bytes = units.reduce((sum, { size }) => sum + size, this.#bytes);
    if (this.#waiting.length + units.length > MAX_WAITING || bytes > MAX_WAITING_BYTES) return false;
    this.#bytes = bytes;
    for (const unit of units) this.#waiting.push(unit);
    this.#flush();
    return true;
  }

  /**
   * Take a command.
   *
   * @param {Command} command
   * @param {(refusal: Refusal | null) => void} answered
   */
  pushCommand(command, answered) {
    this.#waiting.push(this.#unit({ command, answered }));
    this.#flush();
  }

  /** @param {boolean} online the connection is open */
  setOnline(online) {
    this.#online = online;
    const [first] = this.#batches;
    if (first) first.probed = false;
    this.#flush();
  }

  /**
   * The server refused something unread, and could not say what: perhaps what is on its way. Sent once
   * more between two pings, a second error of this kind is known to be about it; and if it was not, the
   * server sees a retry (rule SCN6).
   *
   * @returns {boolean} whether it was sent once more
   */
  probe() {
    const [first] = this.#batches;
    if (!first?.sent || first.probed || !this.#online) return false;
    first.probed = true;
    this.#send({ type: "ping" });
    this.#send(first.message);
    this.#send({ type: "ping" });
    return true;
  }

  /** What was sent may be lost, or not: it goes again, under the same name. */
  again() {
    const [first] = this.#batches;
    if (!first) return;
    first.again ||= first.sent;
    first.sent = false;
  }

  /**
   * The connection has ended for good: what waits stays, for a page that comes after this one, but nobody is kept waiting.
   *
   * @param {Refusal} refusal
   */
  close(refusal) {
    this.#online = false;
    const units = [...this.#batches.flatMap((batch) => batch.units), ...this.#waiting];
    this.#waiting = this.#waiting.filter(({ command }) => !command);
    this.#batches = this.#batches.filter(({ units: [first] }) => !first?.command);
    for (const { answered } of units) answered?.(refusal);
  }

  /** The server may be able to store again: go on. */
  release() {
    this.#held = false;
    this.#flush();
  }

  /** What is not answered, in order. A command is not among it: nobody is there any more who awaits its answer. */
  get unanswered() {
    const batches = [...this.#batches, { id: "", units: this.#waiting }];
    return batches.map(({ id, units }) => ({ id, operations: operationsOf(units) }));
  }

  /**
   * Take what an earlier page of this window has not had answered, before anything else.
   *
   * @param {{id: string, operations: Operation[]}[]} unanswered
   */
  resume(unanswered) {
    for (const { id, operations } of unanswered) {
      const units = operations.map((operation) => this.#unit({ operation }));
      if (id) this.#batches.push({ ...pack(units, id), again: true });
      else this.push(operations);
    }
  }

  /**
   * The server has answered.
   *
   * @param {Ack | SyncResult | ErrorMessage} answer
   * @returns {Outcome | null} without what is tried again; `null`: it was no answer to us
   */
  settle(answer) {
    const [batch] = this.#batches;
    if (!batch || batch.id !== answer.message_id) return null;
    const outcome = outcomeOf(batch, answer);
    const rest = toTryAgain(batch, answer, outcome);
    const later = new Set(rest.flatMap(({ units }) => units));
    // Nothing of it is settled: it is not sent at once, over and over.
    const isPassing = answer.type === "sync_result" || (answer.type === "error" && PASSING.has(answer.code));
    if (isPassing && later.size === batch.units.length) this.#held = true;
    outcome.refused = outcome.refused.filter(({ unit }) => !later.has(unit));
    this.#batches.splice(0, 1, ...rest);
    for (const { answered } of outcome.made) answered?.(null);
    for (const { unit, code, text } of outcome.refused) unit.answered?.({ code, text });
    this.#flush();
    return outcome;
  }

  /**
   * @param {{operation?: Operation, command?: Command, answered?: Unit["answered"], alone?: object | null}} what
   * @returns {Unit}
   */
  #unit({ operation, command, answered = null, alone = null }) {
    const size = operation ? bytesOf(JSON.stringify(operation)) : 0;
    return { operation: operation ?? null, command: command ?? null, answered, size, offline: !this.#online, alone };
  }

  #flush() {
    if (!this.#online || this.#held) return;
    if (this.#batches.length === 0 && this.#waiting.length > 0) this.#batches.push(pack(this.#takeWaiting()));
    const [first] = this.#batches;
    if (!first || first.sent) return;
    first.sent = true;
    this.#send(first.message);
  }

  /** @returns {Unit[]} as much as may go in one message */
  #takeWaiting() {
    let count = 0;
    let bytes = 0;
    const edit = this.#waiting[0]?.alone ?? null;
    for (const { size, command, alone } of this.#waiting) {
      if (alone !== edit) break;
      if (count > 0 && (command || bytes + size > MAX_TOGETHER_BYTES || count === MAX_OPERATIONS)) break;
      count += 1;
      bytes += size;
      if (command) break;
    }
    this.#bytes -= bytes;
    return this.#waiting.splice(0, count);
  }
}

/**
 * @param {Unit[]} units
 * @param {string} [id]
 * @returns {Batch}
 */
function pack(units, id = newId()) {
  const size = units.reduce((sum, unit) => sum + unit.size, 0);
  const { type, ...rest } = messageOf(units);
  // The name comes early, so that it can be read whatever is wrong with the rest (rule IN4).
  const message = /** @type {ClientMessage} */ ({ type, message_id: id, ...rest });
  return { id, message, units, size, sent: false, again: false, probed: false };
}

/** @param {readonly Unit[]} units */
function operationsOf(units) {
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
function outcomeOf({ units, again }, answer) {
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
  const outcome = { made: [], refused: [] };
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
 * @returns {Batch[]} in the place of the one that was answered
 */
function toTryAgain(batch, answer, outcome) {
  if (answer.type === "sync_result") {
    const units = outcome.refused.filter(({ code }) => PASSING.has(code)).map(({ unit }) => unit);
    return units.length > 0 ? [pack(units)] : [];
  }
  if (answer.type !== "error" || batch.units[0]?.command) return [];
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
