/** Two who write in one text, each with a page, and a server that takes a change only where it finds what it expects. */

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { applied, mergedFieldsOf, subjectOf, wordsAt } from "../../web/scene/operations.js";
import { OptimisticScene } from "../../web/scene/optimisticscene.js";
import { SceneState } from "../../web/scene/scene.js";
import { SharedWriting } from "../../web/tools/sharedwriting.js";
import { randomFrom } from "./fakes/random.js";

/** @import {Operation} from "../../web/scene/operations.js" */

const TRANSFORM = { x: 0, y: 0, width: 100, height: 100, rotation: 0, z_index: 0 };
/** Kinds in which something is written, and where. */
const WRITTEN = /** @type {any[]} */ ([
  ["content", { type: "Text", content: "" }],
  ["content", { type: "Note", content: "" }],
  ["text", { type: "Shape" }],
  ["title", { type: "Frame" }],
  ["label", { type: "Arrow", start: { x: 0, y: 0 }, end: { x: 1, y: 1 } }],
]);

/** The server, as far as one element goes: what it has accepted, in order, and what it says to each page. */
class Server {
  revision = 1;
  /** @type {any} */ element;
  /** @type {Page[]} */ pages = [];

  /** @param {any} kind */
  constructor(kind) {
    this.element = { id: "e", kind, transform: TRANSFORM };
  }

  /**
   * @param {Page} page
   * @param {any} message
   */
  take(page, { message_id, type, operations, changes }) {
    const made = (operations ?? [{ changes }]).map((/** @type {any} */ operation) => this.#make(operation.changes));
    if (type === "sync_queue") {
      const failed = made.flatMap((/** @type {boolean} */ done, /** @type {number} */ index) => (done ? [] : { index, code: "element_changed", message: "" }));
      page.inbox.push({ type: "sync_result", message_id, failed_operations: failed, synced_count: 0, conflict_count: 0, timestamp: 0 });
    } else if (made[0]) page.inbox.push({ type: "ack", message_id, result: {}, success: true });
    else page.inbox.push({ type: "error", code: "element_changed", message: "", message_id });
  }

  /** @param {any} changes @returns {boolean} */
  #make(changes) {
    const fields = mergedFieldsOf(changes);
    const isAsExpected = fields.every((name) => [changes.expected[name], changes.kind[name]].includes(wordsAt(this.element, name)));
    if (!isAsExpected) return false;
    this.element = applied(this.element, { op: "update", id: "e", changes: { ...changes, expected: undefined } });
    this.revision += 1;
    for (const one of this.pages) {
      one.inbox.push({ type: "element_updated", element: this.element, revision: this.revision, timestamp: 0 });
    }
    return true;
  }
}

class Page {
  /** @type {any[]} */ inbox = [];
  /** @type {any[]} */ outbox = [];
  /** @type {any[]} */ told = [];
  scene = new SceneState();
  draft = new OptimisticScene(this.scene, { send: (message) => this.outbox.push(message) });

  /** @param {Server} server */
  constructor(server) {
    this.server = server;
    server.pages.push(this);
    this.draft.on("refused", (refusal) => this.told.push(refusal));
    const viewport = /** @type {any} */ ({ width: 1280, height: 720 });
    this.draft.receive({ type: "scene_update", scene: { session_id: "s", viewport, elements: [server.element], revision: 1, timestamp: 0 } });
    this.draft.setOnline(true);
  }

  /** @returns {boolean} whether there was anything */
  hear() {
    const message = this.inbox.shift();
    if (message) this.draft.receive(message);
    return message !== undefined;
  }

  /** @returns {boolean} */
  say() {
    const message = this.outbox.shift();
    if (message) this.server.take(this, message);
    return message !== undefined;
  }

  /** @param {string} field */
  words(field) {
    const element = this.draft.get("e");
    return element ? wordsAt(element, field) : "";
  }

  /**
   * @param {string} field
   * @param {string} words
   */
  write(field, words) {
    const before = this.words(field);
    /** @type {Operation} */
    const operation = { op: "update", id: "e", changes: { kind: { [field]: words }, expected: { [field]: before } } };
    this.draft.edit([operation]);
    assert.equal(subjectOf(operation), "e");
  }
}

/**
 * @param {number} seed
 * @param {(page: Page, field: string, random: () => number, name: string) => void} act
 */
function play(seed, act) {
  const random = randomFrom(seed);
  const [field, kind] = WRITTEN[seed % WRITTEN.length];
  const server = new Server(kind);
  const pages = [new Page(server), new Page(server)];
  for (let step = 0; step < 60; step++) {
    const index = Math.floor(random() * 2);
    const page = /** @type {Page} */ (pages[index]);
    const choice = random();
    if (choice < 0.3) act(page, field, random, "ab"[index] ?? "");
    else if (choice < 0.65) page.say();
    else page.hear();
  }
  while (pages.map((page) => [page.say(), page.hear()]).flat().some(Boolean)) continue;
  for (const page of pages) {
    assert.equal(page.words(field), wordsAt(server.element, field), `seed ${seed}: they converge`);
    assert.deepEqual([page.draft.unconfirmed, page.told], [0, []], `seed ${seed}: nothing waits or is refused`);
  }
  return { pages, words: wordsAt(server.element, field).split(/\s+/).filter(Boolean), field };
}

Object.assign(globalThis, { window: globalThis });

test("two writers: in any order of events both converge, and every word of both is there once (rules TOG6, EDT4)", () => {
  for (let seed = 1; seed <= 300; seed++) {
    let number = 100;
    /** @type {string[]} */
    const written = [];
    const { words } = play(seed, (page, field, random, name) => {
      const there = page.words(field).split(" ").filter(Boolean);
      const word = `${name}${number++}`;
      written.push(word);
      there.splice(Math.floor(random() * (there.length + 1)), 0, word);
      page.write(field, there.join(" "));
    });
    assert.deepEqual(words.sort(), written.sort(), `seed ${seed}`);
  }
});

/**
 * @param {number} seed
 * @param {number} redoes how often, of all acts
 */
function playUndo(seed, redoes) {
  let number = 100;
  /** @type {Record<string, {done: string[], undone: string[]}>} */
  const own = { a: { done: [], undone: [] }, b: { done: [], undone: [] } };
  const { words } = play(seed, (page, field, random, name) => {
    const mine = /** @type {{done: string[], undone: string[]}} */ (own[name]);
    const choice = random();
    const [last] = mine.done.slice(-1);
    const [next] = mine.undone.slice(-1);
    if (choice < 0.3 && last !== undefined) {
      const outcome = page.draft.undo();
      if (redoes === 0) assert.equal(outcome, "done");
      mine.done.pop();
      if (outcome === "done") mine.undone.push(last);
    } else if (choice > 1 - redoes && next !== undefined) {
      if (page.draft.redo() === "done") mine.done.push(next);
      mine.undone.pop();
    } else if (choice >= 0.3) {
      const there = page.words(field).split(" ").filter(Boolean);
      const word = `${name}${number++}`;
      mine.done.push(word);
      mine.undone = [];
      there.splice(Math.floor(random() * (there.length + 1)), 0, word);
      page.write(field, there.join(" "));
    }
  });
  return { words: words.sort(), wanted: Object.values(own).flatMap(({ done }) => done).sort() };
}

test("two writers: undo takes back one's own words and none of the other's (rule TOG7)", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const { words, wanted } = playUndo(seed, 0);
    assert.deepEqual(words, wanted, `seed ${seed}`);
  }
});

test("two writers: redo brings one's own words again, and no word is lost (rule TOG7)", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const { words, wanted } = playUndo(seed, 0.2);
    // Words that come again elsewhere have moved: what is taken back beside them at that moment may stay.
    assert.deepEqual(wanted.filter((word) => !words.includes(word)), [], `seed ${seed}`);
  }
});

/** A text field, as far as writing goes. */
class Field extends EventTarget {
  isConnected = true;
  scrollTop = 0;
  selectionStart = 0;
  selectionEnd = 0;
  selectionDirection = "none";
  #value;

  /** @param {string} value */
  constructor(value) {
    super();
    this.#value = value;
  }

  get value() {
    return this.#value;
  }

  set value(value) {
    this.#value = value;
    this.selectionStart = this.selectionEnd = value.length; // as browsers do
  }

  /** @param {number} start @param {number} end */
  setSelectionRange(start, end) {
    [this.selectionStart, this.selectionEnd] = [start, end];
  }

  /** @param {string} words @param {number} [at] */
  type(words, at = this.selectionStart) {
    this.#value = this.#value.slice(0, at) + words + this.#value.slice(at);
    this.setSelectionRange(at + words.length, at + words.length);
    this.dispatchEvent(new Event("input"));
  }
}

test("writing: words of others come into the field, and the caret stays in its own (rule TOG8)", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    /** @type {string[]} */
    const saved = [];
    let keys = 0;
    let isUnanswered = false;
    const field = new Field("one two");
    /** @type {SharedWriting} */
    const shared = new SharedWriting(/** @type {any} */ (field), "one two", {
      save: () => {
        saved.push(field.value);
        shared.saved();
      },
      mayWait: () => isUnanswered,
      typing: () => (keys += 1),
    });
    field.type(" thr", 7);
    shared.take("zero one two");
    assert.deepEqual([field.value, field.selectionStart], ["zero one two thr", 16]);
    field.type("ee");
    isUnanswered = true;
    mock.timers.tick(1_000);
    assert.deepEqual(saved, [], "the one before is not answered");
    isUnanswered = false;
    mock.timers.tick(1_000);
    assert.deepEqual([saved, keys], [["zero one two three"], 2]);
    field.dispatchEvent(new Event("compositionstart"));
    field.type(" vie");
    assert.equal(shared.take("zero one two three four"), false);
    mock.timers.tick(3_000);
    assert.deepEqual([field.value, saved.length], ["zero one two three vie", 1], "nothing while it is composed");
    field.dispatchEvent(new Event("compositionend"));
    assert.deepEqual([field.value, field.selectionStart], ["zero one two three vie four", 22]);
    shared.end();
    field.type("r");
    mock.timers.tick(5_000);
    assert.equal(saved.length, 1, "what is closed saves itself");
  } finally {
    mock.timers.reset();
  }
});

test("writing: what goes out bit by bit is one step to undo (rule TOG8)", () => {
  const server = new Server({ type: "Note", content: "" });
  const [ada, bob] = [new Page(server), new Page(server)];
  const settle = () => {
    while ([ada, bob].map((page) => [page.say(), page.hear()]).flat().some(Boolean)) continue;
  };
  for (const words of ["he", "hello", "hello you"]) {
    const before = ada.words("content");
    const said = words + before.slice(before.indexOf("!") < 0 ? before.length : before.indexOf("!"));
    ada.draft.edit([{ op: "update", id: "e", changes: { kind: { content: said }, expected: { content: before } } }], { joins: "writing e" });
    settle();
    if (words === "he") bob.write("content", "he!");
    settle();
  }
  assert.equal(bob.words("content"), "hello you!");
  assert.equal(ada.draft.undo(), "done");
  settle();
  assert.deepEqual([ada.words("content"), bob.words("content"), ada.draft.canUndo], ["!", "!", false]);
  assert.equal(ada.draft.redo(), "done");
  settle();
  assert.equal(bob.words("content"), "hello you!");
});
