/** Pages that edit a scene, without a browser, for tests/support/simulations/editing.py. */

import { above } from "../../../web/scene/hierarchy.js";
import { applied, subjectOf, WRITTEN_FIELDS, wordsAt, wordsIn } from "../../../web/scene/operations.js";
import { OptimisticScene } from "../../../web/scene/optimisticscene.js";
import { Previews } from "../../../web/scene/previews.js";
import { CanvasConnection } from "../../../web/protocol.js";
import { savedBatchesOf } from "../../../web/scene/savededits.js";
import { SceneState } from "../../../web/scene/scene.js";
import { PASSING, UNREAD } from "../../../web/types/limits.js";
import { closePage, during, serve, tell } from "./page.js";
import { Talker } from "./talking.js";

/** @import {ClientMessage, Element as SceneElement, ServerMessage} from "../../../web/types/messages.js" */
/** @import {Operation} from "../../../web/scene/operations.js" */

const SESSION = "s";
const FIRST_MARK = 1000;
/** Names the adding of a camera, which no person does. */
const OWN_TILE = "own-tile";
/** Where the server lets nothing be. */
const FAR_OFF = 1e12;
/** What tests/support/simulations/editing.py makes of a message that has such words in it, on its way to the server. */
const SPOILT = ["UNREADABLE", "UNNAMED", `CHOKING${"x".repeat(16_000)}`];
/** Refusals of a message that are found out for each of its operations. */
const SPOILT_CODES = new Set([...UNREAD, "too_large"]);
/** What the page itself has to keep back, or to mend. */
const LONELY = "\ud83d";

const NOWHERE = { x: 0, y: 0, width: 0, height: 0, rotation: 0, z_index: 0 };

let lastMark = FIRST_MARK;

class Page {
  scene = new SceneState();
  previews = new Previews();
  /** Who it was at last. @type {string | null} */
  peerId = null;
  /** How often the person was told that an edit is not made. */
  shown = 0;
  /** Its edits. @type {Map<string, ClientMessage>} */
  sent = new Map();
  /** Those that are answered for good. @type {Set<ClientMessage>} */
  settled = new Set();
  /** Its chat, where people talk. @type {Talker | null} */
  talker = null;
  /** What somebody shows who only listens to the events of the draft. @type {Map<string, string>} */
  #mirror = new Map();

  /**
   * @param {string} client
   * @param {number} seed
   * @param {{peerId: string, token: string} | null} identity
   * @param {unknown} kept of the edits that the page before it had not had answered, as its storage has it
   */
  constructor(client, seed, identity, kept) {
    this.client = client;
    this.random = randomFrom(seed);
    this.peerId = identity?.peerId ?? null;
    this.connection = new CanvasConnection({ url: "ws://test/ws", sessionId: SESSION, identity });
    this.draft = new OptimisticScene(this.scene, { send: (message) => this.send(message) });
    this.draft.on("refused", ({ code, words }) => this.#outcome(code, words));
    this.draft.on("kept", ({ code }) => this.#outcome(code));
    this.draft.on("synced", ({ made, refused }) => {
      if (made === 0 && refused.length === 0) this.#wrong("nothing is told");
      for (const { code, words } of refused) this.#outcome(code, words);
    });
    this.draft.on("changed", ({ ids }) => {
      for (const id of ids) {
        const element = this.draft.get(id);
        if (element) this.#mirror.set(id, told(element));
        else this.#mirror.delete(id);
      }
    });
    this.draft.on("replaced", () => {
      this.#mirror = new Map(this.#shown);
    });
    this.draft.resume(savedBatchesOf(kept));
    this.connection.on("lost", () => {
      tell({ what: "lost", client });
      this.draft.lost();
    });
    this.connection.on("state", (state) => {
      if (state === "open" && this.peerId && this.peerId !== this.connection.peerId) tell({ what: "anew", client });
      this.peerId = this.connection.peerId;
      if (state === "closed") tell({ what: "closed", client, code: this.connection.closeCode });
      this.draft.setOnline(state === "open");
    });
    this.connection.on("message", (message) => this.#receive(message));
  }

  get identity() {
    const { peerId, resumeToken: token } = this.connection;
    return peerId && token ? { peerId, token } : null;
  }

  /** @param {ClientMessage} message */
  send(message) {
    if ("message_id" in message) {
      tell({ what: "edit", client: this.client, message });
      if (message.message_id !== OWN_TILE) this.sent.set(message.message_id ?? "", message);
    }
    this.connection.send(message);
  }

  /**
   * @param {string} code
   * @param {string} [words]
   */
  #outcome(code, words = "") {
    this.shown += 1;
    tell({ what: "shown", client: this.client, code, words });
  }

  /** @param {ServerMessage} message */
  #receive(message) {
    if (this.talker?.receive(message)) return;
    const failed = this.#failedIn(message);
    const before = this.shown;
    this.#note(message);
    this.draft.receive(message);
    const isAgain = failed.every((operation) => this.#isUnderWay(operation));
    if (failed.length > 0 && this.shown === before && !isAgain) {
      this.#wrong(`nothing is shown of ${JSON.stringify(failed)}, refused by ${JSON.stringify(message)}`);
    }
  }

  /** @param {Operation} operation whose words are sent once more, perhaps with those of somebody else */
  #isUnderWay(operation) {
    const mark = markOf(operation);
    const edits = this.draft.saved.flatMap((batch) => batch.edits);
    return wordsIn(operation) !== "" && edits.some((edit) => subjectOf(edit.operation) === subjectOf(operation) && markOf(edit.operation) === mark);
  }

  /**
   * Operations that a message refuses for good, and that the person has to be told of.
   *
   * @param {ServerMessage} message
   * @returns {Operation[]}
   */
  #failedIn(message) {
    const sent = this.sent.get(("message_id" in message && message.message_id) || "");
    if (!sent || this.settled.has(sent)) return [];
    const operations = operationsIn(sent);
    /** @type {Map<number, string>} */
    const codes = new Map();
    if (message.type === "sync_result") {
      for (const { index, code } of message.failed_operations) codes.set(index, code);
    } else if (message.type === "error" && !(SPOILT_CODES.has(message.code) && operations.length > 1)) {
      for (const index of operations.keys()) codes.set(index, message.code);
    }
    if (message.type !== "error" || !PASSING.has(message.code)) this.settled.add(sent);
    return operations.filter((operation, index) => {
      const code = codes.get(index);
      if (code === undefined || PASSING.has(code)) return false;
      if (operation.op === "remove") return code !== "element_not_found"; // both removed it
      return code !== "element_exists"; // perhaps by this page, the first time
    });
  }

  /** @param {ServerMessage} message */
  #note(message) {
    switch (message.type) {
      case "peer_preview":
        return this.previews.take(message);
      case "peer_left":
        return this.previews.forget(message.peer_id);
      case "element_added":
      case "element_updated":
        this.previews.settle(message.element.id);
        return this.#tell({ type: message.type, revision: message.revision, follows: message.follows });
      case "element_removed":
        return this.#tell(message);
      case "scene_update":
        return this.#tell({ type: message.type, revision: message.scene.revision });
      case "ack":
      case "sync_result":
      case "error":
        return this.#tell(message);
      default:
    }
  }

  /** @param {object} message */
  #tell(message) {
    tell({ what: "message", client: this.client, message });
  }

  /** @returns {Iterable<[string, string]>} */
  get #shown() {
    return [...this.draft.elements()].map((element) => [element.id, told(element)]);
  }

  /** All that can be seen: an arrow is where its ends are. */
  get #drawn() {
    const elements = [...this.draft.elements()].map((one) => told(one.kind.type === "Arrow" ? { ...one, transform: NOWHERE } : one));
    return JSON.stringify(elements.sort());
  }

  // --- what a person does --------------------------------------------------------------------

  /**
   * @template T
   * @param {readonly T[]} items
   * @returns {T | undefined}
   */
  pick(items) {
    return items[Math.floor(this.random() * items.length)];
  }

  /** @param {boolean} undoable */
  edit(undoable) {
    const before = this.#drawn;
    /** @type {Operation[]} */
    const operations = [];
    /** @type {number[]} */
    const marks = [];
    const count = this.pick([1, 1, 1, 2, 3]) ?? 1;
    for (let i = 0; i < count; i++) {
      // Far apart: what is carried comes to no place of a mark.
      const mark = (lastMark += 1 + Math.floor(997 * this.random()));
      const operation = this.#operation(mark, operations);
      operations.push(operation);
      if (isHopeless(operation)) continue;
      if (operation.op === "add" || (operation.op === "update" && operation.changes.transform?.x === mark)) {
        marks.push(mark);
      }
    }
    if (operations.every(isThere)) tell({ what: "made", client: this.client, marks });
    const shown = this.shown;
    if (!undoable) this.#tellWords(operations);
    const there = [...this.draft.elements()].map(({ id }) => id);
    const isApart = !operations.some((one) => this.#isBelow(subjectOf(one), operations));
    this.draft.edit(operations, { undoable });
    // What lay in what was removed.
    for (const id of undoable ? [] : there) if (!this.draft.has(id)) tell({ what: "removed", client: this.client, id });
    const kept = new Set([...this.sent.values()].flatMap(operationsIn).concat(this.draft.saved.flatMap(({ edits }) => edits.map(({ operation }) => operation))).map(placeOf));
    // Locked, or gone with what it was in.
    tell({ what: "dropped", client: this.client, marks: marks.filter((mark) => !kept.has(mark)) });
    if (operations.some(isHopeless) && this.shown === shown) this.#wrong("nothing is shown of what cannot be sent");
    if (undoable && isApart && this.random() < 0.2) this.#turn(before);
  }

  /**
   * @param {string} id
   * @param {readonly Operation[]} operations
   * @returns {boolean} an element is, or comes, into another one of the same edit
   */
  #isBelow(id, operations) {
    const subjects = new Set(operations.map(subjectOf));
    const homes = operations.flatMap((one) => (one.op === "add" ? one.element.parent : one.op === "update" && one.changes.parent) || []);
    const lineOf = (/** @type {string} */ one) => above(one, (other) => this.draft.get(other));
    const line = [id, ...homes].flatMap(lineOf);
    // Until the server has refused it, two may be in each other.
    return [...line, ...homes].some((one) => subjects.has(one)) || line.some((one) => lineOf(one).some((other) => lineOf(other).includes(one)));
  }

  /**
   * What the person writes into elements, and which of them they remove.
   *
   * @param {readonly Operation[]} operations
   */
  #tellWords(operations) {
    const there = new Set([...this.draft.elements()].map(({ id }) => id));
    for (const operation of operations) {
      const id = operation.op === "add" ? operation.element.id : operation.id;
      if (operation.op === "remove") there.delete(operation.id);
      if (operation.op === "remove") tell({ what: "removed", client: this.client, id });
      const kind = operation.op === "update" ? operation.changes.kind : null;
      const [words] = /by \d+ /.exec(kind ? wordsIn(operation) : "") ?? [];
      if (words && there.has(id ?? "")) tell({ what: "wrote", client: this.client, id, words });
    }
  }

  /**
   * @param {number} mark
   * @param {readonly Operation[]} before it in the same edit
   * @returns {Operation}
   */
  #operation(mark, before) {
    const choice = this.random();
    const gone = new Set(before.map((operation) => (operation.op === "remove" ? operation.id : "")));
    const elements = [...this.draft.elements()].filter(({ id }) => !gone.has(id));
    const known = this.pick(elements);
    if (known?.kind.type === "Video") return moved(known.id, { y: mark });
    if (this.random() < 0.02) return hopeless(this.draft.newElementId(), this.pick(["long", "large", "deep"]) ?? "");
    if (this.random() < 0.02) return moved(known?.id ?? "nothing-there", { y: FAR_OFF });
    const shared = `shared-${Math.floor(10 * this.random())}`;
    if (this.random() < 0.04 && !this.draft.has(shared) && !before.some((one) => subjectOf(one) === shared)) {
      // Two may choose the same id, and the server refuses the second.
      return { op: "add", element: { id: shared, kind: { type: "Text", content: "shared" }, transform: { x: mark } } };
    }
    if (this.random() < 0.02) {
      const kind = /** @type {const} */ ({ type: "Image", src: "data:image/svg+xml;base64,AAAA" });
      return { op: "add", element: { id: this.draft.newElementId(), kind, transform: { x: mark } } };
    }
    const id = this.random() < 0.05 ? "nothing-there" : known?.id;
    if (!id || choice < 0.3) {
      const spoilt = this.random() < 0.15 ? [...SPOILT, LONELY] : [];
      const content = this.pick(["one", "two", ...spoilt]) ?? "";
      // No other kind has room for what is too large for the way.
      const kind = (content.length < 99 && this.pick(kindsWith(content))) || { type: /** @type {const} */ ("Text"), content };
      const parts = { ...(this.random() < 0.3 && { opacity: 0.5 }), ...(this.random() < 0.4 && { parent: this.#home(elements, "") }) };
      return { op: "add", element: { id: this.draft.newElementId(), kind, transform: { x: mark }, ...parts } };
    }
    if (choice < 0.5) return { op: "remove", id };
    if (this.random() < 0.15) return { op: "update", id, changes: this.#nested(elements, id) };
    const transform = { x: mark, ...(choice < 0.6 && { y: this.pick([1, 2, 3]) }) };
    if (choice < 0.8) return moved(id, transform);
    const spoilt = this.random() < 0.15 ? (this.pick(SPOILT) ?? "") : "";
    const element = overlaid(known, before);
    const field = element && fieldOf(element);
    if (element && !field) return { op: "update", id, changes: { transform, opacity: this.pick([0.5, 0.2]) } };
    const look = element?.kind.type === "Text" ? { font_size: this.pick([10, 20]) } : {};
    const kind = { [field || "content"]: `by ${mark} ${element?.kind.type === "Text" || spoilt.length < 99 ? spoilt : ""}`, ...look };
    // As the text editor does.
    const expected = element && field ? { expected: { [field]: wordsAt(element, field) } } : {};
    return { op: "update", id, changes: { transform, kind, ...expected } };
  }

  /**
   * What else is done to an element, which has no mark: it is put into another one, taken out, or locked.
   *
   * @param {readonly SceneElement[]} elements
   * @param {string} id
   * @returns {import("../../../web/types/messages.js").ElementChanges}
   */
  #nested(elements, id) {
    const element = elements.find((one) => one.id === id);
    if (element?.locked) return { locked: false };
    if (this.random() < 0.15) return { locked: true };
    return { parent: element?.parent && this.random() < 0.3 ? null : this.#home(elements, id) };
  }

  /**
   * @param {readonly SceneElement[]} elements
   * @param {string} id of the element that is put there; the server may find that this is a circle
   * @returns {string | null}
   */
  #home(elements, id) {
    return this.pick(elements.filter((one) => one.id !== id || this.random() < 0.1))?.id ?? null;
  }

  /**
   * What is undone at once leaves no trace, and what is made again is there.
   *
   * @param {string} before
   */
  #turn(before) {
    const after = this.#drawn;
    if (after === before) return;
    this.draft.undo();
    const undone = this.#drawn;
    if (undone !== before) this.#wrong(`undo made ${undone} of ${after}, not ${before}`);
    this.draft.redo();
    const redone = this.#drawn;
    if (redone !== after) this.#wrong(`redo made ${redone} of ${undone}, not ${after}`);
  }

  /** What only listens to the events must show what is there. */
  check() {
    const shown = new Map(this.#shown);
    if (shown.size !== this.draft.size) this.#wrong(`size ${this.draft.size} of ${shown.size}`);
    for (const id of new Set([...shown.keys(), ...this.#mirror.keys()])) {
      if (shown.get(id) === this.#mirror.get(id)) continue;
      this.#wrong(`${id} is ${shown.get(id)}, and the last that was told is ${this.#mirror.get(id)}`);
    }
  }

  /** @param {string} text */
  #wrong(text) {
    tell({ what: "wrong", client: this.client, text });
  }

  state() {
    tell({
      what: "state",
      client: this.client,
      state: this.connection.state,
      revision: this.scene.revision,
      scene: [...this.scene.elements.values()],
      draft: [...this.draft.elements()],
      pending: this.draft.unconfirmed,
      previews: [...this.draft.elements()].filter(({ id }) => this.previews.get(id)).length,
      chat: this.talker?.state,
    });
  }
}

/**
 * @param {SceneElement | undefined} element
 * @param {readonly Operation[]} operations
 */
function overlaid(element, operations) {
  const own = operations.filter((operation) => subjectOf(operation) === element?.id);
  return own.reduce(applied, element);
}

/** @param {Operation} operation */
function markOf(operation) {
  return operation.op === "update" ? operation.changes.transform?.x : undefined;
}

/** @param {Operation} operation */
function placeOf(operation) {
  return operation.op === "add" ? operation.element.transform?.x : markOf(operation);
}

/** @param {SceneElement} element */
function told(element) {
  return JSON.stringify(Object.fromEntries(Object.entries(element).sort(([one], [other]) => (one < other ? -1 : 1))));
}

/** Where the words are in a kind. @type {Record<string, (typeof WRITTEN_FIELDS)[number]>} */
const FIELDS = { Text: "content", Note: "content", Shape: "text", Arrow: "label", Frame: "title" };

/** @param {SceneElement} element */
function fieldOf({ kind }) {
  return FIELDS[kind.type];
}

/**
 * @param {string} words
 * @returns {SceneElement["kind"][]} those that people draw, whole, as the server has them
 */
function kindsWith(words) {
  const line = /** @type {const} */ ({ stroke: "#1e1e1e", stroke_width: 2, dash: "solid" });
  return [
    { type: "Text", content: words },
    { type: "Text", content: words },
    { type: "Note", content: words, color: "#ffe08a" },
    { type: "Shape", shape: "star", fill: "", ...line, text: words, font: "sans", font_size: 20 },
    { type: "Arrow", start: { x: 0, y: 0 }, end: { x: 9, y: 9, element: "somewhere" }, heads: "end", curve: 0.5, ...line, label: words },
    { type: "Frame", title: words },
    { type: "Group", children: [] },
    { type: "Ink", points: [[0, 0], [9, 9, 0.5]], color: "#1e1e1e", size: 4, brush: "pen" },
  ];
}

/**
 * @param {ClientMessage} message that is an edit
 * @returns {Operation[]}
 */
function operationsIn(message) {
  switch (message.type) {
    case "sync_queue":
      return message.operations;
    case "add_element":
      return [{ op: "add", element: message.element }];
    case "update_element":
      return [{ op: "update", id: message.id, changes: message.changes }];
    case "remove_element":
      return [{ op: "remove", id: message.id }];
    default:
      return [];
  }
}

/**
 * @param {string} id
 * @param {{x?: number, y?: number}} transform
 * @returns {Operation}
 */
function moved(id, transform) {
  return { op: "update", id, changes: { transform } };
}

/**
 * What the server never takes.
 *
 * @param {string} id
 * @param {string} how
 * @returns {Operation}
 */
function hopeless(id, how) {
  /** @type {unknown} */
  let data = "x".repeat(how === "large" ? 1_100_000 : 0);
  for (let depth = 0; how === "deep" && depth < 40; depth++) data = [data];
  const kind = how === "long"
    ? /** @type {const} */ ({ type: "Text", content: "x".repeat(20_000) })
    : /** @type {const} */ ({ type: "Chart", chart_type: "bar", data });
  return { op: "add", element: { id, kind, transform: { x: 0 } } };
}

/**
 * @param {Operation} operation
 * @returns {boolean}
 */
function isHopeless(operation) {
  return operation.op === "add" && operation.element.transform?.x === 0;
}

/**
 * @param {Operation} operation
 * @returns {boolean} whether its element is there, so that it is sent
 */
function isThere(operation) {
  return operation.op === "add" || operation.id !== "nothing-there";
}

/**
 * @param {number} seed
 * @returns {() => number} numbers from 0 to 1, the same again for the same seed (mulberry32)
 */
function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** @type {Map<string, Page>} */
const pages = new Map();

/** @param {(page: Page, command: any) => void} act */
function by(act) {
  return (/** @type {any} */ command) => {
    const page = /** @type {Page} */ (pages.get(command.client));
    during(command.client, () => act(page, command));
  };
}

await serve(
  {
    reset() {
      pages.clear();
      lastMark = FIRST_MARK;
    },
    make({ client, again, seed, talks }) {
      const before = again ? pages.get(client) : null;
      const kept = before ? JSON.parse(JSON.stringify(before.draft.saved)) : [];
      during(client, () => {
        const page = new Page(client, seed, before?.identity ?? null, kept);
        pages.set(client, page);
        if (talks) page.talker = new Talker(client, page.connection, before?.talker ?? null);
        page.connection.open();
      });
    },
    close: by(({ client }) => closePage(client)),
    edit: by((page, { undoable }) => page.edit(undoable)),
    undo: by(({ draft }) => draft.undo()),
    redo: by(({ draft }) => draft.redo()),
    clear: by(({ draft }) => draft.clear()),
    restore: by(({ draft }, { revision }) => draft.restore(revision)),
    preview: by((page) => {
      const element = page.pick([...page.draft.elements()]);
      if (!element) return;
      const elements = page.random() < 0.2 ? [] : [{ id: element.id, transform: { x: 7 } }];
      page.connection.send({ type: "preview", elements });
    }),
    tile: by((page) => {
      const { peerId } = page.connection;
      const kind = /** @type {const} */ ({ type: "Video", stream_id: `peer-${peerId}` });
      if (peerId) page.send({ type: "add_element", element: { kind }, message_id: OWN_TILE });
    }),
    wake: by(({ connection }) => connection.wake()),
    rename: by(({ connection }, { name }) => connection.rename(name)),
    state: by((page) => page.state()),
    say: by(({ talker }, { text, to }) => talker?.say(text, pages.get(to)?.connection.peerId || null)),
    remove_chat: by(({ talker }, { which }) => talker?.remove(which)),
    clear_chat: by(({ talker }) => talker?.chat.clear()),
    older_chat: by(({ talker }) => void talker?.chat.loadOlder()),
  },
  () => {
    for (const page of pages.values()) page.check();
  },
);
