/** What is kept of unfinished input when the browser keeps nothing. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Unsaved } from "../../web/ui/unsaved.js";

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
