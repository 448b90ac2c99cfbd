/** Own edits on top of what the server has told: run by `node --test tests/web/`. */

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { OptimisticScene } from "../../web/scene/optimisticscene.js";
import { diffPatch, equal, mergePatch } from "../../web/scene/patch.js";
import { Previews } from "../../web/scene/previews.js";
import { reduced, savedBatchesOf } from "../../web/scene/savededits.js";
import { SceneState } from "../../web/scene/scene.js";

const TRANSFORM = { x: 0, y: 0, width: 100, height: 100, rotation: 0, z_index: 0 };
const note = (/** @type {string} */ id, content = "note") =>
  /** @type {any} */ ({ id, kind: { type: "Text", content, font_size: 16, color: "#000000" }, transform: TRANSFORM });
const move = (/** @type {string} */ id, /** @type {number} */ x) =>
  /** @type {any} */ ({ op: "update", id, changes: { transform: { x } } });
const write = (/** @type {string} */ id, /** @type {string} */ content) =>
  /** @type {any} */ ({ op: "update", id, changes: { kind: { content } } });
const add = (/** @type {string} */ id) => /** @type {any} */ ({ op: "add", element: note(id) });
const remove = (/** @type {string} */ id) => /** @type {any} */ ({ op: "remove", id });

/** A draft, what it sent, what it said, and a server's words for it. */
class Desk {
  scene = new SceneState();
  /** @type {any[]} */ sent = [];
  /** @type {any[]} */ said = [];
  draft = new OptimisticScene(this.scene, { send: (message) => this.sent.push(message) });

  /** @param {string[]} ids */
  constructor(...ids) {
    for (const name of /** @type {const} */ (["refused", "synced", "kept", "held"])) {
      this.draft.on(name, (detail) => this.said.push([name, detail]));
    }
    this.tell({
      type: "scene_update",
      scene: { viewport: { width: 1280, height: 720 }, elements: ids.map((id) => note(id)), revision: ids.length },
    });
    this.draft.setOnline(true);
  }

  /** @param {any} message */
  tell(message) {
    return this.draft.receive(message);
  }

  /** @param {any} element as it becomes by somebody's edit */
  update(element) {
    this.tell({ type: "element_updated", element, revision: this.scene.revision + 1, timestamp: 0 });
  }

  /** @param {number} [index] of the message that is acked */
  ack(index = this.sent.length - 1) {
    this.tell({ type: "ack", message_id: this.sent[index].message_id, result: {}, success: true });
  }

  /**
   * @param {string} code
   * @param {number} [index]
   */
  refuse(code, index = this.sent.length - 1) {
    this.tell({ type: "error", code, message: code, message_id: this.sent[index].message_id });
  }

  /** @param {string} id */
  x(id) {
    return this.draft.get(id)?.transform?.x;
  }

  /** @param {string} id */
  content(id) {
    const kind = this.draft.get(id)?.kind;
    return kind?.type === "Text" ? kind.content : undefined;
  }

  get ids() {
    return [...this.draft.elements()].map(({ id }) => id);
  }
}

test("a merge patch changes what it names (RFC 7396), and the least one is found", () => {
  const from = { a: 1, b: { c: 2, d: [1, null] }, e: "x" };
  const to = { a: 1, b: { d: [1, null, 2] }, f: 3 };
  assert.deepEqual(diffPatch(from, to), { b: { c: null, d: [1, null, 2] }, e: null, f: 3 });
  assert.ok(equal(mergePatch(from, diffPatch(from, to)), to));
  assert.ok(!equal([1, 2], { 0: 1, 1: 2 }));
  assert.ok(!equal({ a: undefined }, { b: undefined }));
});

test("an edit is seen at once, sent once, and counts as the server tells it", () => {
  const desk = new Desk("a");
  desk.draft.edit([move("a", 5)]);
  assert.equal(desk.x("a"), 5);
  assert.equal(desk.scene.elements.get("a")?.transform.x, 0);
  assert.equal(desk.sent.length, 1);
  assert.deepEqual(desk.sent[0].changes, { transform: { x: 5 } });
  desk.update({ ...note("a", "by others"), transform: { ...TRANSFORM, y: 9 } });
  assert.equal(desk.x("a"), 5, "still on top");
  assert.equal(desk.content("a"), "by others");
  desk.update({ ...note("a", "by others"), transform: { ...TRANSFORM, x: 5, y: 9 } });
  desk.ack();
  assert.equal(desk.x("a"), 5);
  assert.equal(desk.draft.unconfirmed, 0);
  desk.update({ ...note("a"), transform: { ...TRANSFORM, x: 7 } });
  assert.equal(desk.x("a"), 7, "a later write of somebody else wins");
});

test("what would change nothing is not sent", () => {
  const desk = new Desk("a");
  desk.draft.edit([move("a", 0), write("a", "note"), move("gone", 3), remove("gone"), add("a")]);
  assert.equal(desk.sent.length, 0);
  assert.equal(desk.draft.canUndo, false);
});

test("an edit of several elements is one message and one step back", () => {
  const desk = new Desk("a", "b");
  desk.draft.edit([move("a", 1), move("b", 2), add("c"), write("c", "new")]);
  assert.equal(desk.sent[0].type, "sync_queue");
  assert.equal(desk.sent[0].operations.length, 4);
  assert.deepEqual(desk.ids, ["a", "b", "c"]);
  assert.equal(desk.draft.size, 3);
  assert.equal(desk.draft.undo(), "done");
  assert.deepEqual([desk.x("a"), desk.x("b"), desk.draft.has("c")], [0, 0, false]);
  assert.equal(desk.draft.redo(), "done");
  assert.deepEqual([desk.x("a"), desk.x("b"), desk.content("c")], [1, 2, "new"]);
  assert.equal(desk.draft.redo(), "nothing");
});

test("a refused edit is taken back and said", () => {
  const desk = new Desk("a");
  desk.draft.edit([add("b")]);
  desk.refuse("scene_full");
  assert.deepEqual(desk.ids, ["a"]);
  assert.equal(desk.said[0][0], "refused");
  assert.equal(desk.said[0][1].code, "scene_full");
  assert.equal(desk.tell({ type: "error", code: "invalid_json", message: "" }), false, "none of ours");
});

test("what both removed is removed", () => {
  const desk = new Desk("a");
  desk.draft.edit([remove("a")]);
  desk.tell({ type: "element_removed", id: "a", revision: 2, timestamp: 0 });
  desk.refuse("element_not_found");
  assert.deepEqual(desk.said, []);
  assert.equal(desk.draft.size, 0);
});

test("own edits stay on a scene that is told anew", () => {
  const desk = new Desk("a", "b");
  desk.draft.edit([move("a", 5), remove("b"), add("c")]);
  const viewport = { width: 1280, height: 720 };
  desk.tell({ type: "scene_update", scene: { viewport, elements: [note("a", "theirs"), note("b")], revision: 9 } });
  assert.deepEqual([desk.x("a"), desk.content("a")], [5, "theirs"]);
  assert.deepEqual([...desk.draft.elements()].map(({ id }) => id), ["a", "c"]);
  desk.refuse("scene_full");
  assert.deepEqual([desk.x("a"), desk.draft.size], [0, 2]);
});

test("undo leaves alone what others have changed since", () => {
  const desk = new Desk("a", "b");
  desk.draft.edit([move("a", 5), move("b", 5)]);
  desk.update({ ...note("a"), transform: { ...TRANSFORM, x: 5 } });
  desk.update({ ...note("b"), transform: { ...TRANSFORM, x: 5 } });
  desk.tell({ type: "sync_result", message_id: desk.sent[0].message_id, synced_count: 2, conflict_count: 0, failed_operations: [], timestamp: 0 });
  desk.update({ ...note("a"), transform: { ...TRANSFORM, x: 8 } });
  desk.update({ ...note("b", "words"), transform: { ...TRANSFORM, x: 5 } });
  assert.equal(desk.draft.undo(), "done");
  assert.deepEqual([desk.x("a"), desk.x("b"), desk.content("b")], [8, 0, "words"]);
  desk.ack();
  desk.draft.edit([write("a", "mine")]);
  desk.ack();
  desk.update(note("a", "theirs"));
  assert.equal(desk.draft.undo(), "overtaken");
  assert.equal(desk.content("a"), "theirs");
});

test("undo of a removal brings the element back as it was", () => {
  const desk = new Desk("a");
  desk.draft.edit([write("a", "words")]);
  desk.draft.edit([remove("a")]);
  assert.equal(desk.draft.undo(), "done");
  assert.equal(desk.content("a"), "words");
  assert.equal(desk.draft.undo(), "done");
  assert.equal(desk.content("a"), "note");
});

test("edits made offline go as one queue and it is said what became of them", () => {
  const desk = new Desk("a", "b");
  desk.draft.setOnline(false);
  desk.draft.edit([move("a", 5)]);
  desk.draft.edit([write("b", "words")]);
  desk.draft.edit([add("c")]);
  assert.deepEqual([desk.sent.length, desk.x("a"), desk.draft.unconfirmed], [0, 5, 3]);
  desk.draft.setOnline(true);
  assert.equal(desk.sent.length, 1);
  assert.deepEqual(desk.sent[0].operations.map(({ op }) => op), ["update", "update", "add"]);
  desk.tell({
    type: "sync_result",
    message_id: desk.sent[0].message_id,
    synced_count: 2,
    conflict_count: 1,
    failed_operations: [{ index: 1, code: "element_not_found", message: "gone" }],
    timestamp: 0,
  });
  const [[name, { made, refused }], kept] = /** @type {any} */ (desk.said);
  assert.deepEqual([name, made, refused], ["synced", 2, []]);
  assert.deepEqual(kept, ["kept", { code: "element_not_found" }], "the words are an element of their own");
  assert.equal(desk.content("b"), "note", "taken back");
  assert.equal(desk.sent[1].element.kind.content, "words");
});

test("what may be lost goes again under its name, before what came later", () => {
  const desk = new Desk("a");
  desk.draft.edit([add("b")]);
  desk.draft.setOnline(false);
  desk.draft.edit([move("a", 1)]);
  desk.draft.lost();
  desk.draft.setOnline(true);
  assert.equal(desk.sent[1], desk.sent[0]);
  desk.refuse("element_exists", 1); // as somebody else: it had arrived the first time
  assert.equal(desk.sent[2].type, "update_element");
  assert.deepEqual(desk.said, []);
});

test("one bad operation does not spoil the others", () => {
  const desk = new Desk("a", "b");
  desk.draft.edit([move("a", 1), move("b", 2)]);
  desk.refuse("invalid_message");
  desk.ack(1);
  assert.deepEqual(desk.sent.slice(1).map(({ id }) => id), ["a", "b"]);
  desk.refuse("invalid_message", 2);
  assert.deepEqual(desk.said.map(([name, { code }]) => [name, code]), [["refused", "invalid_message"]]);
});

test("what the server would never make is said at once, and the rest is made (EDT3)", () => {
  const desk = new Desk("a", "b");
  desk.draft.edit([move("a", 1), move("b", Number.POSITIVE_INFINITY), write("a", "cut \ud83d")]);
  assert.deepEqual(desk.said.map(([name, { code }]) => [name, code]), [["refused", "not_allowed"]]);
  assert.deepEqual([desk.x("a"), desk.x("b"), desk.content("a")], [1, 0, "cut \ufffd"]);
  desk.ack();
  const chart = { type: "Chart", chart_type: "bar", data: "x".repeat(1_200_000) };
  desk.draft.edit([{ op: "add", element: { ...note("c"), kind: chart } }]);
  assert.deepEqual([desk.said.at(-1)?.[1].code, desk.ids, desk.sent.length], ["too_large", ["a", "b"], 1]);
});

test("an error that names nothing makes what is on its way be tried between two pings (IN4)", () => {
  const desk = new Desk("a");
  desk.draft.edit([move("a", 1)]);
  const unnamed = { type: "error", code: "invalid_json", message: "" };
  assert.equal(desk.tell(unnamed), true, "it is said when it is known what it is about");
  assert.deepEqual(desk.sent.map(({ type }) => type), ["update_element", "ping", "update_element", "ping"]);
  assert.equal(desk.sent[2], desk.sent[0], "a retry, if it was about something else");
  assert.equal(desk.tell(unnamed), false);
  assert.equal(desk.sent.length, 4, "once");
  desk.refuse("invalid_json", 0); // as the connection has found out
  assert.deepEqual([desk.x("a"), desk.draft.unconfirmed], [0, 0]);
});

test("what the server cannot store is kept, and tried again before what came later", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const desk = new Desk();
    desk.draft.edit([add("a")]);
    desk.draft.edit([write("a", "words")]);
    assert.equal(desk.sent.length, 1, "the next one waits: it must not be stored alone");
    desk.refuse("storage_failed");
    desk.draft.edit([move("a", 3)]);
    assert.deepEqual(desk.said, [["held", true]]);
    assert.deepEqual([desk.sent.length, desk.content("a"), desk.x("a")], [1, "words", 3]);
    mock.timers.tick(1_000);
    assert.equal(desk.sent.length, 2);
    assert.deepEqual(desk.sent[1], desk.sent[0], "the same message, under its name");
    desk.refuse("storage_failed");
    mock.timers.tick(1_000);
    assert.equal(desk.sent.length, 2, "it waits longer now");
    mock.timers.tick(1_000);
    desk.ack();
    assert.deepEqual(desk.said.at(-1), ["held", false]);
    assert.deepEqual(desk.sent[3].operations.map(({ op }) => op), ["update", "update"]);
    assert.equal(desk.draft.unconfirmed, 2);
  } finally {
    mock.timers.reset();
  }
});

test("words in what somebody else has removed become an element of their own (EDT4)", () => {
  const desk = new Desk("a");
  const mine = (/** @type {string} */ content, before = "note") => ({ ...write("a", content), changes: { kind: { content }, expected: { content: before } } });
  desk.draft.edit([mine("mine")]);
  assert.deepEqual(desk.sent[0].changes.expected, { content: "note" });
  desk.tell({ type: "element_removed", id: "a", revision: desk.scene.revision + 1, timestamp: 0 });
  desk.refuse("element_not_found");
  assert.deepEqual(desk.said, [["kept", { code: "element_not_found" }]]);
  const { kind, transform, id } = desk.sent[1].element;
  assert.deepEqual([desk.content("a"), kind.content, transform.y, desk.content(id)], [undefined, "mine", 0, "mine"]);
  desk.tell({ type: "element_added", element: desk.sent[1].element, revision: desk.scene.revision + 1, timestamp: 0 });
  desk.ack();
  assert.equal(desk.draft.undo(), "done", "and it can be taken back");
  assert.equal(desk.draft.has(id), false);
});

test("own words that follow each other are merged as they are at last, and what one removed oneself is not", () => {
  const desk = new Desk("a", "b");
  const mine = (/** @type {string} */ id, /** @type {string} */ content, before = "note") =>
    /** @type {any} */ ({ op: "update", id, changes: { kind: { content }, expected: { content: before } } });
  desk.draft.edit([mine("a", "one")]);
  desk.draft.edit([mine("a", "two", "one"), mine("b", "gone"), remove("b")]);
  desk.update(note("a", "theirs"));
  desk.refuse("element_changed");
  assert.equal(desk.draft.size, 1);
  assert.deepEqual(desk.sent[1].changes, { kind: { content: "one theirs" }, expected: { content: "theirs" } });
  desk.update(note("a", "one theirs"));
  desk.ack();
  assert.deepEqual(desk.sent[2].operations[0].changes, { kind: { content: "two theirs" }, expected: { content: "one theirs" } }, "it has followed");
  const failed = [0, 1].map((index) => ({ index, code: "element_changed", message: "" }));
  desk.update(note("a", "one theirs more"));
  desk.tell({ type: "sync_result", message_id: desk.sent[2].message_id, synced_count: 1, conflict_count: 2, failed_operations: failed, timestamp: 0 });
  assert.deepEqual(desk.sent.slice(3).map(({ changes }) => changes), [{ kind: { content: "two theirs more" }, expected: { content: "one theirs more" } }]);
});

test("words that follow own words which were refused take the place of what was there before", () => {
  const desk = new Desk("a");
  const mine = (/** @type {string} */ content, /** @type {string} */ before) =>
    /** @type {any} */ ({ op: "update", id: "a", changes: { kind: { content }, expected: { content: before } } });
  desk.draft.edit([mine("one", "note")]);
  desk.draft.edit([mine("two", "one")]);
  desk.refuse("scene_full");
  desk.refuse("element_changed");
  assert.deepEqual(desk.said.map(([name, { code }]) => [name, code]), [["refused", "scene_full"]]);
  assert.deepEqual([desk.sent[2].changes, desk.content("a")], [mine("two", "note").changes, "two"]);
  desk.refuse("element_changed");
  assert.equal(desk.sent.length, 3, "somebody else has written, and it is not known what");
  desk.update(note("a", "theirs"));
  assert.deepEqual(desk.sent[3].changes, desk.sent[2].changes);
  desk.refuse("element_changed");
  assert.deepEqual(desk.sent[4].changes.kind, { content: "two theirs" });
});

test("an undo of words takes nobody else's along (TOG7)", () => {
  const desk = new Desk("a");
  desk.draft.edit([{ op: "update", id: "a", changes: /** @type {any} */ ({ kind: { content: "mine" }, expected: { content: "note" } }) }]);
  desk.ack();
  desk.update(note("a", "mine"));
  desk.draft.undo();
  assert.deepEqual(desk.sent[1].changes, { kind: { content: "note" }, expected: { content: "mine" } });
  desk.update(note("a", "mine and theirs"));
  assert.equal(desk.content("a"), "note and theirs");
  desk.refuse("element_changed");
  assert.deepEqual(desk.sent[2].changes, { kind: { content: "note and theirs" }, expected: { content: "mine and theirs" } });
  assert.deepEqual(desk.said, []);
});

// report: lost | Edits that wait are gone when the page is | Edit while the server is away, reload or let the phone end the page, come back | They are there, and sent under the same name
test("what is not answered goes on in the page that comes after this one (EDT5)", () => {
  const desk = new Desk("a");
  desk.draft.edit([add("b")]);
  desk.draft.setOnline(false);
  desk.draft.edit([{ op: "update", id: "a", changes: /** @type {any} */ ({ kind: { content: "mine" }, expected: { content: "note" } }) }]);
  desk.draft.clear();
  const kept = JSON.parse(JSON.stringify(desk.draft.saved));
  const next = new Desk();
  next.draft.setOnline(false);
  next.draft.resume(savedBatchesOf(kept));
  next.tell({ type: "scene_update", scene: { viewport: {}, elements: [note("a")], revision: 1 } });
  assert.deepEqual([next.content("a"), next.ids, next.draft.unconfirmed], ["mine", ["a", "b"], 2]);
  next.draft.setOnline(true);
  assert.deepEqual(next.sent, [desk.sent[0]]);
  next.refuse("element_exists"); // as somebody else: it had arrived the first time
  next.update(note("a", "theirs"));
  next.refuse("element_changed");
  assert.equal(next.sent[2].changes.kind.content, "mine theirs", "words are kept here too");
  for (const spoilt of [null, {}, [null], [{ id: "x", edits: [{ operation: { op: "shout" } }, { operation: null }, {}] }]]) {
    assert.deepEqual(savedBatchesOf(spoilt), []);
  }
  const [half] = savedBatchesOf([{ id: "x", edits: [{ operation: remove("a") }, { operation: remove("") }] }]);
  assert.deepEqual([half?.id, half?.edits.length], ["", 1], "what is left of a message is another one");
});

// report: lost | What lies on a frame is in another place after a reload than before it | Offline, move what is on a frame, then the frame; reload; come back | The frame carries it, as when nothing was reloaded
test("edits that carry others go by themselves after a reload too (STR2, EDT5)", () => {
  const desk = new Desk("a", "b");
  desk.update(/** @type {any} */ ({ ...note("b"), parent: "a" }));
  desk.draft.setOnline(false);
  desk.draft.edit([move("b", 5)]);
  desk.draft.edit([write("b", "mine")]);
  desk.draft.edit([move("a", 10)]);
  desk.draft.edit([move("b", 40), move("a", 20)]);
  const kept = JSON.parse(JSON.stringify(desk.draft.saved));
  const sendAll = (/** @type {Desk} */ one) => {
    one.draft.setOnline(true);
    for (let index = 0; index < one.sent.length; index++) one.ack(index);
    return one.sent.map(({ message_id: _, ...rest }) => rest);
  };
  const next = new Desk("a", "b");
  next.draft.setOnline(false);
  next.draft.resume(savedBatchesOf(kept));
  const sent = sendAll(next);
  assert.deepEqual(sent, sendAll(desk));
  assert.deepEqual(sent.map(({ type }) => type), ["sync_queue", "update_element", "sync_queue"]);
  const [first] = reduced(/** @type {any} */ ([{ id: "x", alone: true, edits: [{ operation: move("b", 1) }, { operation: write("a", "long".repeat(99)) }] }]));
  assert.deepEqual([first?.id, first?.alone], ["", true]);
});

test("commands are answered, and go in their turn", async () => {
  const desk = new Desk("a");
  desk.draft.setOnline(false);
  desk.draft.edit([add("b")]);
  const restored = desk.draft.restore(1);
  desk.draft.edit([add("c")]);
  const cleared = desk.draft.clear();
  desk.draft.setOnline(true);
  desk.ack(0);
  desk.refuse("revision_not_found", 1);
  desk.ack(2);
  desk.ack(3);
  const types = desk.sent.map(({ type }) => type);
  assert.deepEqual(types, ["add_element", "restore_scene", "add_element", "clear_scene"]);
  assert.equal((await restored)?.code, "revision_not_found");
  assert.equal(await cleared, null);
});

// report: lost | A canvas that has missed a change stands still for ever | The question for what is missing is refused (`rate_limited`), which no message names | It is asked again until it is answered
test("what was missed is asked for again until it comes (EDT6)", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const desk = new Desk("a");
    desk.tell({ type: "element_updated", element: note("a", "later"), revision: 3, timestamp: 0 });
    desk.tell({ type: "error", code: "rate_limited", message: "" });
    mock.timers.tick(5_000);
    mock.timers.tick(9_000);
    assert.equal(desk.sent.length, 2, "after a longer pause");
    mock.timers.tick(1_000);
    assert.equal(desk.sent.length, 3);
    desk.tell({ type: "scene_update", scene: { viewport: {}, elements: [note("a")], revision: 9 } });
    mock.timers.tick(100_000);
    assert.equal(desk.sent.length, 3);
  } finally {
    mock.timers.reset();
  }
});

// report: lost | "Restore" and "Clear" wait for ever | The connection ends for good (removed, link taken back) while one waits for its answer | It is said that nothing was changed; edits are kept in the window
test("commands end when the connection does, edits wait in the window", async () => {
  const desk = new Desk("a");
  desk.draft.edit([move("a", 1)]);
  const restored = desk.draft.restore(1);
  desk.draft.edit([move("a", 2)]);
  desk.draft.close();
  assert.equal((await restored)?.code, "closed");
  assert.deepEqual([desk.draft.unconfirmed, desk.sent.length], [2, 1]);
  assert.deepEqual(desk.draft.saved.map(({ edits }) => edits.length), [1, 1]);
});

test("a missed change is asked for from the revision that is here", () => {
  const desk = new Desk("a");
  desk.tell({ type: "element_updated", element: note("a", "later"), revision: 3, timestamp: 0 });
  assert.deepEqual(desk.sent, [{ type: "get_scene", since: 1, since_timestamp: undefined }]);
  desk.tell({ type: "element_updated", element: note("a", "even later"), revision: 4, timestamp: 0 });
  assert.equal(desk.sent.length, 1);
  for (const [revision, content] of /** @type {const} */ ([[2, "two"], [3, "three"], [4, "four"]])) {
    desk.tell({ type: "element_updated", element: note("a", content), revision, timestamp: 0 });
  }
  assert.deepEqual([desk.content("a"), desk.scene.revision, desk.scene.known], ["four", 4, true]);
});

test("too much offline is refused rather than forgotten", () => {
  const desk = new Desk("a");
  desk.draft.setOnline(false);
  for (let count = 0; count < 10_001; count++) desk.draft.edit([move("a", count + 1)], { undoable: false });
  assert.deepEqual(desk.said.map(([, { code }]) => code), ["too_much_waiting"]);
  assert.equal(desk.x("a"), 10_000);
  desk.draft.setOnline(true);
  while (desk.draft.unconfirmed > 0) desk.tell({ type: "sync_result", message_id: desk.sent.at(-1).message_id, failed_operations: [] });
  const most = Math.max(...desk.sent.map(({ operations }) => operations.length));
  assert.ok(most <= 500 && desk.sent.length === 20, `${desk.sent.length} of at most ${most}`);
});

test("others' motions are shown until they let go, edit, leave or fall silent", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const previews = new Previews();
    const ada = (/** @type {string[]} */ ...ids) =>
      previews.take({
        type: "peer_preview",
        from_peer_id: "ada",
        elements: ids.map((id) => ({ id, transform: { x: 1 } })),
      });
    /** @type {string[]} */
    const changed = [];
    previews.on("changed", ({ ids }) => changed.push([...ids].sort().join()));
    ada("a", "b");
    ada("b");
    assert.deepEqual([previews.get("a"), previews.get("b"), previews.moverOf("b")], [undefined, { x: 1 }, "ada"]);
    previews.settle("b");
    previews.settle("b");
    ada("c");
    previews.forget("ada");
    ada("d");
    mock.timers.tick(2_000);
    assert.deepEqual(changed, ["a,b", "a,b", "b", "c", "c", "d", "d"]);
  } finally {
    mock.timers.reset();
  }
});

test("what a batch had no room for is sent again by itself, the rest is made (IN5)", () => {
  const desk = new Desk("a", "b");
  desk.draft.setOnline(false);
  desk.draft.edit([move("a", 1)]);
  desk.draft.edit([move("b", 2)]);
  desk.draft.setOnline(true);
  const failure = { index: 1, code: "rate_limited", message: "later" };
  desk.tell({
    type: "sync_result",
    message_id: desk.sent[0].message_id,
    synced_count: 1,
    conflict_count: 0,
    failed_operations: [failure],
    timestamp: 0,
  });
  assert.equal(desk.sent.length, 2);
  assert.deepEqual([desk.sent[1].type, desk.sent[1].id], ["update_element", "b"]);
  assert.deepEqual(desk.said.filter(([name]) => name === "refused"), []);
  desk.ack();
  assert.equal(desk.draft.unconfirmed, 0);
});
