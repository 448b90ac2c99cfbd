/** What is kept of unfinished input when the browser keeps nothing. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { reduced } from "../../web/scene/savededits.js";
import { Unsaved } from "../../web/ui/unsaved.js";

/** @import {SavedBatch} from "../../web/scene/savededits.js" */

// report: lost | A typed table is gone when its dialog is closed by accident | A table larger than the storage of the browser, or storage is forbidden; Escape | It is kept as long as the page, and no older one comes back in its place
test("without room in the storage it lasts as long as the page, and nothing older comes back (EDT1)", () => {
  /** @type {Map<string, string>} */
  const stored = new Map();
  const most = 100;
  Object.assign(globalThis, {
    sessionStorage: {
      getItem: (/** @type {string} */ key) => stored.get(key) ?? null,
      removeItem: (/** @type {string} */ key) => stored.delete(key),
      setItem(/** @type {string} */ key, /** @type {string} */ value) {
        if (value.length > most) throw new DOMException("", "QuotaExceededError");
        stored.set(key, value);
      },
    },
  });
  const unsaved = new Unsaved("s", "chart");
  unsaved.keep({ table: "small" });
  unsaved.keep({ table: "x".repeat(200) });
  assert.equal(unsaved.recall()?.table.length, 200);
  assert.equal(new Unsaved("s", "chart").recall(), null);
  unsaved.keep({ table: "small" });
  assert.deepEqual(new Unsaved("s", "chart").recall(), { table: "small" });
  unsaved.forget();
  assert.deepEqual([unsaved.recall(), stored.size], [null, 0]);
});

// report: lost | Words that were written offline are gone after a reload, because pictures were pasted too | Thirty pictures and two texts
// offline, more than the storage of the browser holds, then a reload | The texts are there; of the pictures as many as there is room for
test("large edits that wait take no small ones along (EDT5)", () => {
  /** @param {string} id @param {number} length @returns {SavedBatch["edits"][number]} */
  const add = (id, length) => ({
    operation: {
      op: "add",
      element: { id, kind: { type: "Text", content: "x".repeat(length), font_size: 16, color: "#000000" }, transform: { x: 0, y: 0, width: 1, height: 1 } },
    },
  });
  /** @type {SavedBatch[]} */
  let batches = [
    { id: "sent", edits: [add("first", 10)] },
    { id: "", edits: [add("large", 5_000), add("words", 20), add("larger", 9_000), { operation: { op: "remove", id: "larger" } }] },
  ];
  const ids = () => batches.map(({ id, edits }) => [id, edits.map(({ operation }) => ("element" in operation ? operation.element.id : operation.id))]);
  batches = reduced(batches);
  assert.deepEqual(ids(), [["sent", ["first"]], ["", ["large", "words"]]]);
  batches = reduced(batches);
  assert.deepEqual(ids(), [["sent", ["first"]], ["", ["words"]]]);
  batches = reduced(reduced(batches));
  assert.deepEqual(ids(), []);
});
