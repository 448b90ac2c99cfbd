/**
 * Queue of edits on their way to the server: in order, each exactly once, however often the connection breaks or the
 * server cannot store. Pure: no page, no connection.
 */

import { PASSING } from "../types/limits.js";
import { operationsOf, outcomeOf, pack, remadeUnits, sizeOf, toTryAgain } from "./answers.js";
import { Rebase } from "./rebase.js";

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
 * @property {Map<Operation, Operation>} remade in the place of which others are sent
 */

/**
 * What goes as one message, for a page that comes after this one; an empty `id`: it may go with others, unless it goes
 * `alone`.
 *
 * @typedef {{id: string, operations: Operation[], alone: boolean}} Unanswered
 */

const MAX_WAITING = 10_000;
const MAX_WAITING_BYTES = 16_000_000;
const MAX_OPERATIONS = 500;
/** Of several operations in one message. One by itself may be as large as a message can be. */
const MAX_TOGETHER_BYTES = 256 * 1024;

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
  #rebase;
  #early = false;

  /**
   * @param {(message: ClientMessage) => void} send
   * @param {() => Rebase} [rebase]
   */
  constructor(send, rebase = () => new Rebase(() => undefined, ({ changes }) => changes.expected)) {
    this.#send = send;
    this.#rebase = rebase;
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
    this.#early = false;
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

  /** Nothing goes out meanwhile: what was refused is sent again once it is known why. */
  get early() {
    return this.#early;
  }

  /** It may be known by now: go on. */
  proceed() {
    if (!this.#early) return;
    this.#early = false;
    this.#flush();
  }

  /** The server may be able to store again: go on. */
  release() {
    this.#held = false;
    this.#flush();
  }

  /**
   * What is not answered, in order. A command is not among it: nobody is there any more who awaits its answer.
   *
   * @returns {Unanswered[]}
   */
  get unanswered() {
    const batches = [...this.#batches, ...runsOf(this.#waiting).map((units) => ({ id: "", units }))];
    return batches.map(({ id, units }) => ({ id, operations: operationsOf(units), alone: units[0]?.alone != null }));
  }

  /**
   * Take what an earlier page of this window has not had answered, before anything else.
   *
   * @param {Unanswered[]} unanswered
   */
  resume(unanswered) {
    for (const { id, operations, alone } of unanswered) {
      const units = operations.map((operation) => this.#unit({ operation, alone: alone ? operations : null }));
      if (id) this.#batches.push({ ...pack(units, id), again: true });
      else this.push(operations, { alone });
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
    const rebase = this.#rebase();
    const remade = remadeUnits(batch, outcome, rebase);
    this.#early = rebase.isEarly;
    const rest = toTryAgain(batch, answer, outcome, remade);
    const later = new Set(rest.flatMap(({ units }) => units));
    // Nothing of it is settled: it is not sent at once, over and over.
    const isPassing = answer.type === "sync_result" || (answer.type === "error" && PASSING.has(answer.code));
    if (isPassing && remade.size === 0 && later.size === batch.units.length) this.#held = true;
    outcome.refused = outcome.refused.filter(({ unit }) => !later.has(unit) && !remade.has(unit));
    this.#batches.splice(0, 1, ...rest);
    for (const [unit, { operation }] of remade) if (unit.operation && operation) outcome.remade.set(unit.operation, operation);
    if (remade.size > 0) this.#follow(rebase, rest.length, outcome.remade);
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
    const size = operation ? sizeOf(operation) : 0;
    return { operation: operation ?? null, command: command ?? null, answered, size, offline: !this.#online, alone };
  }

  /**
   * What was never sent follows what is made anew before it.
   *
   * @param {Rebase} rebase
   * @param {number} first of the batches that come after that
   * @param {Map<Operation, Operation>} remade
   */
  #follow(rebase, first, remade) {
    const followed = (/** @type {Unit} */ unit) => {
      const operation = unit.operation && rebase.follow(unit.operation);
      if (!operation || operation === unit.operation) return unit;
      if (unit.operation) remade.set(unit.operation, operation);
      return { ...unit, operation, size: sizeOf(operation) };
    };
    for (const [place, batch] of this.#batches.entries()) {
      if (place < first || batch.again || batch.sent) continue;
      const units = batch.units.map(followed);
      if (units.some((unit, index) => unit !== batch.units[index])) this.#batches[place] = pack(units);
    }
    this.#waiting = this.#waiting.map(followed);
    this.#bytes = this.#waiting.reduce((sum, { size }) => sum + size, 0);
  }

  #flush() {
    if (!this.#online || this.#held || this.#early) return;
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
 * @param {readonly Unit[]} units
 * @returns {Unit[][]} those that follow each other and may go in one message
 */
function runsOf(units) {
  /** @type {Unit[][]} */
  const runs = [];
  for (const unit of units) {
    const last = runs.at(-1);
    if (last && last[0]?.alone === unit.alone) last.push(unit);
    else runs.push([unit]);
  }
  return runs;
}
