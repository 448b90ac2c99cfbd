/**
 * The optimistic scene: the committed scene of the server with the person's own edits over it that are not confirmed
 * yet. Pure: no page, no connection.
 */

import { Emitter } from "../lib/emitter.js";
import { newId } from "../lib/ids.js";
import { UNREAD } from "../types/limits.js";
import { mayCarry, withoutConsequences } from "./consequences.js";
import { MissedChanges } from "./missedchanges.js";
import { subjectOf, wordsIn } from "./operations.js";
import { PendingOverlay } from "./pendingoverlay.js";
import { changesAnything, sifted } from "./sifting.js";
import { EditQueue } from "./editqueue.js";
import { Rebase } from "./rebase.js";
import { StorageRetry } from "./storageretry.js";
import { UndoStack } from "./undo.js";
import { WrittenWords } from "./writtenwords.js";

/** @import {Operation} from "./operations.js" */
/** @import {Command, Outcome, Refusal} from "./editqueue.js" */
/** @import {SavedBatch} from "./savededits.js" */
/** @import {SceneState} from "./scene.js" */
/** @import {ClientMessage, Element as SceneElement, ServerMessage} from "../types/messages.js" */

/**
 * `changed`: these elements may look different now, or be gone. `replaced`: all of them may.
 * `history`: what can be undone or made again. `refused`: an edit was taken back. `synced`: what became
 * of edits made offline. `kept`: words are an element of their own now, since somebody else has changed or removed the
 * one that they were written into. `held`: the server cannot store; edits are kept here until it can. `waiting`: what
 * is unanswered is something else now.
 *
 * @typedef {object} OptimisticSceneEvents
 * @property {{ids: Iterable<string>}} changed
 * @property {null} replaced
 * @property {null} history
 * @property {Refusal} refused
 * @property {{made: number, refused: Refusal[]}} synced
 * @property {{code: string}} kept
 * @property {boolean} held
 * @property {null} waiting
 */

/**
 * Events of whatever shows elements.
 *
 * @typedef {{changed: {ids: Iterable<string>}, replaced: null, history: null}} SceneEvents
 */

/**
 * What is shown and edited: the scene itself, or a view of it.
 *
 * @typedef {Pick<OptimisticScene, "get" | "has" | "elements" | "childrenOf" | "size" | "viewport" | "unconfirmed" | "newElementId" | "edit"
 *   | "canUndo" | "canRedo" | "undo" | "redo"> & Pick<Emitter<SceneEvents>, "on">} Editable
 */

/** So long after a refusal the change that it came of is waited for. */
const EARLY_MS = 1_000;

/** @extends {Emitter<OptimisticSceneEvents>} */
export class OptimisticScene extends Emitter {
  #scene;
  #send;
  #queue;
  #undo = new UndoStack();
  #written = new WrittenWords();
  #missed = new MissedChanges(() => {
    const { revision, timestamp } = this.#scene;
    this.#send({ type: "get_scene", since: revision, since_timestamp: timestamp });
  });
  #overlay;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #early;
  #storage = new StorageRetry(() => this.#queue.release(), (held) => this.emit("held", held));

  /**
   * @param {SceneState} scene what the server has committed; changed by `receive` only
   * @param {{send: (message: ClientMessage) => void}} connection
   */
  constructor(scene, { send }) {
    super();
    this.#scene = scene;
    this.#send = send;
    this.#queue = new EditQueue(send, () => new Rebase((id) => scene.elements.get(id), (operation) => this.#written.found(operation)));
    this.#overlay = new PendingOverlay(scene);
  }

  // --- what is there -------------------------------------------------------------------------

  /**
   * @param {string} id
   * @returns {SceneElement | undefined}
   */
  get(id) {
    return this.#overlay.get(id);
  }

  /**
   * @param {string} id
   * @returns {boolean}
   */
  has(id) {
    return this.get(id) !== undefined;
  }

  /** All elements, in the order in which they came. @returns {IterableIterator<SceneElement>} */
  elements() {
    return this.#overlay.elements();
  }

  /**
   * @param {string} id
   * @returns {ReadonlySet<string>} those that have an element as their parent
   */
  childrenOf(id) {
    return this.#overlay.childrenOf(id);
  }

  get size() {
    return this.#overlay.size;
  }

  get viewport() {
    return this.#scene.viewport;
  }

  /** Operations the server has not confirmed yet. */
  get unconfirmed() {
    return this.#queue.size;
  }

  // --- what this person does -----------------------------------------------------------------

  /** @returns {string} for an element that is to be added: nobody else gives it */
  newElementId() {
    return newId();
  }

  /**
   * Make an edit: it is seen here at once, and sent as soon as it can be. What would change nothing is
   * left out; what the server would never accept is refused here.
   *
   * @param {readonly Operation[]} operations
   * @param {{undoable?: boolean, joins?: string}} [how] `joins`: those of one name that follow each other are undone as one
   */
  edit(operations, { undoable = true, joins = "" } = {}) {
    const look = (/** @type {string} */ id) => this.get(id);
    const effective = this.#allowed(withoutConsequences(operations, look), changesAnything);
    if (effective.length === 0) return;
    // Remembered first: it needs the elements as they are before.
    if (undoable) this.#undo.remember(effective, look, (id) => this.childrenOf(id), joins);
    this.#make(effective, true);
    if (undoable) this.emit("history", null);
  }

  get canUndo() {
    return this.#undo.canUndo;
  }

  get canRedo() {
    return this.#undo.canRedo;
  }

  /**
   * Take this person's latest edit back.
   *
   * @returns {"done" | "nothing" | "overtaken"} `overtaken`: others have changed its outcome since, so
   *   it was left alone
   */
  undo() {
    return this.#turn(this.#undo.undo((id) => this.get(id), (id) => this.childrenOf(id)));
  }

  /**
   * Make the edit again that was undone last.
   *
   * @returns {"done" | "nothing" | "overtaken"}
   */
  redo() {
    return this.#turn(this.#undo.redo((id) => this.get(id), (id) => this.childrenOf(id)));
  }

  /**
   * Remove everything but the tiles.
   *
   * @returns {Promise<Refusal | null>}
   */
  clear() {
    return this.#command({ type: "clear_scene" });
  }

  /**
   * Make the scene what it was at an earlier revision, all but the tiles.
   *
   * @param {number} revision
   * @returns {Promise<Refusal | null>}
   */
  restore(revision) {
    return this.#command({ type: "restore_scene", revision });
  }

  // --- a page that comes after this one ------------------------------------------------------

  /** @returns {SavedBatch[]} what the server has not answered */
  get saved() {
    return this.#queue.unanswered.map(({ id, operations, alone }) => ({
      id,
      alone,
      edits: operations.map((operation) => ({ operation, element: this.#written.elementOf(operation) })),
    }));
  }

  /** @param {readonly SavedBatch[]} saved by an earlier page of this window */
  resume(saved) {
    this.#queue.resume(saved.map(({ id, alone = false, edits }) => ({ id, alone, operations: edits.map(({ operation }) => operation) })));
    const edits = saved.flatMap((batch) => batch.edits);
    for (const { operation, element } of edits) this.#written.note(operation, element);
    const ids = saved.flatMap((batch) => [...this.#overlay.lay(batch.edits.map(({ operation }) => operation))]);
    this.emit("changed", { ids: new Set(ids) });
  }

  // --- the connection ------------------------------------------------------------------------

  /** @param {boolean} online the connection is open */
  setOnline(online) {
    this.#queue.setOnline(online);
  }

  /** The connection has ended for good. */
  close() {
    this.#missed.settle();
    this.#queue.close({ code: "closed", text: "" });
  }

  /** The connection broke: it is unknown which of our messages arrived. */
  lost() {
    this.#queue.again();
  }

  /**
   * Take a message of the server, if it is about the scene or answers an edit.
   *
   * @param {ServerMessage} message
   * @returns {boolean} whether it was taken
   */
  receive(message) {
    switch (message.type) {
      case "scene_update":
        this.#scene.replace(message.scene);
        this.#missed.settle();
        this.#overlay.replaced();
        this.emit("replaced", null);
        this.#queue.proceed();
        return true;
      case "element_added":
      case "element_updated":
      case "element_removed":
        this.#take(message);
        return true;
      case "error":
        if (!message.message_id && UNREAD.has(message.code) && this.#queue.probe()) return true;
        return this.#settle(this.#queue.settle(message));
      case "ack":
      case "sync_result":
        return this.#settle(this.#queue.settle(message));
      default:
        return false;
    }
  }

  // --- helpers -------------------------------------------------------------------------------

  /** @param {import("./scene.js").SceneChange} message */
  #take(message) {
    const outcome = this.#scene.apply(message);
    if (outcome === "gap") this.#missed.want();
    else if (this.#scene.known) this.#missed.settle();
    if (outcome !== "applied") return;
    const id = message.type === "element_removed" ? message.id : message.element.id;
    this.#overlay.changed(id);
    this.emit("changed", { ids: [id] });
    this.#queue.proceed();
  }

  /** What was refused goes again when the change comes that it was refused for, or when none has come. */
  #proceedLater() {
    this.#early ??= setTimeout(() => {
      this.#early = undefined;
      this.#queue.proceed();
    }, EARLY_MS);
  }

  /**
   * @param {Outcome | null} outcome
   * @returns {boolean}
   */
  #settle(outcome) {
    if (!outcome) return false;
    const { made, refused, remade } = outcome;
    this.#replace(remade);
    const units = [...made, ...refused.map(({ unit }) => unit)];
    const operations = units.flatMap(({ operation }) => operation ?? []);
    const ids = this.#overlay.settle(operations);
    if (ids.size > 0) this.emit("changed", { ids });
    const done = made.flatMap(({ operation }) => operation ?? []);
    const words = this.#written.beside(refused, (id) => [
      ...done.filter((one) => subjectOf(one) === id),
      ...this.#overlay.pendingOf(id),
    ]);
    if (this.#queue.early) this.#proceedLater();
    this.#written.forget(operations, this.#queue.size === 0);
    const lost = refused.filter(({ unit }) => unit.operation && !words.kept.has(unit));
    if (units.some(({ offline, operation }) => offline && operation)) {
      if (made.length + lost.length > 0) this.emit("synced", { made: made.length, refused: lost });
    } else this.#report(lost);
    const codes = new Set(refused.flatMap(({ unit, code }) => (words.kept.has(unit) ? code : [])));
    for (const code of codes) this.emit("kept", { code });
    this.edit(words.elements.map((element) => ({ op: "add", element: { ...element, id: this.newElementId() } })));
    this.#storage.watch(this.#queue.held, made.length > 0);
    this.emit("waiting", null);
    return true;
  }

  /** @param {ReadonlyMap<Operation, Operation>} remade what is sent in the place of what */
  #replace(remade) {
    const ids = this.#overlay.remake(remade);
    for (const [before, now] of remade) {
      if (before !== now && this.#written.elementOf(before)) this.#written.note(now, this.get(subjectOf(now)));
    }
    if (ids.size > 0) this.emit("changed", { ids });
  }

  /** @param {readonly Refusal[]} refusals each reason is reported once, with the words of all */
  #report(refusals) {
    for (const code of new Set(refusals.map((one) => one.code))) {
      const alike = refusals.filter((one) => one.code === code);
      const words = alike.flatMap((one) => one.words || []).join("\n");
      this.emit("refused", { code, text: alike[0]?.text ?? "", words });
    }
  }

  /**
   * The operations that are meant and that the server may make. The others are refused.
   *
   * @param {readonly Operation[]} operations
   * @param {(element: SceneElement | undefined, operation: Operation) => boolean} isMeant
   * @returns {Operation[]}
   */
  #allowed(operations, isMeant) {
    const { allowed, refused } = sifted(operations, (id) => this.get(id), isMeant);
    this.#report(refused);
    return allowed;
  }

  /**
   * @param {readonly Operation[]} edit its operations may have been made before: after an undo they are made again
   * @param {boolean} written by this person, who is to have their words back
   */
  #make(edit, written) {
    const operations = edit.map((one) => ({ ...one }));
    const look = (/** @type {string} */ id) => this.get(id);
    const childrenOf = (/** @type {string} */ id) => this.childrenOf(id);
    if (!this.#queue.push(operations, { alone: mayCarry(operations, look, childrenOf) })) {
      const words = operations.map(wordsIn).filter(Boolean).join("\n");
      this.emit("refused", { code: "too_much_waiting", text: "", words });
      return;
    }
    const ids = this.#overlay.lay(operations, (operation) => {
      if (written) this.#written.note(operation, this.get(subjectOf(operation)));
    });
    this.emit("changed", { ids });
    this.emit("waiting", null);
  }

  /**
   * @param {Operation[] | null} operations
   * @returns {"done" | "nothing" | "overtaken"}
   */
  #turn(operations) {
    if (!operations) return "nothing";
    const allowed = this.#allowed(withoutConsequences(operations, (id) => this.get(id)), () => true);
    if (allowed.length > 0) this.#make(allowed, false);
    this.emit("history", null);
    if (allowed.length > 0) return "done";
    return operations.length > 0 ? "nothing" : "overtaken";
  }

  /**
   * @param {Command} command
   * @returns {Promise<Refusal | null>} `null`: it is done
   */
  #command(command) {
    return new Promise((resolve) => this.#queue.pushCommand(command, resolve));
  }
}
