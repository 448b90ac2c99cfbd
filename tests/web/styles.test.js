/** The style of what is drawn next: fields of each kind, and what is kept of it. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { axesOf, changesOf, isStyled, styleIn } from "../../web/kinds/parts/stylefields.js";
import { Styles } from "../../web/tools/style/styles.js";
import { kinds } from "../../web/kinds/kinds.js";
import { SHAPES as STRUCTS } from "../../web/types/limits.js";

/** @param {(storage: Map<string, string>) => void} act with a storage of a window */
function inWindow(act) {
  const kept = new Map();
  const storage = { getItem: (/** @type {string} */ key) => kept.get(key) ?? null, setItem: (/** @type {string} */ key, /** @type {string} */ value) => kept.set(key, value) };
  Object.assign(globalThis, { sessionStorage: storage });
  try {
    act(kept);
  } finally {
    Reflect.deleteProperty(globalThis, "sessionStorage");
  }
}

test("styles: what is drawn next has fields of its own struct alone", () => {
  const styles = new Styles();
  for (const type of /** @type {const} */ (["Shape", "Arrow", "Ink"])) {
    for (const field of Object.keys(styles.of(type))) assert.ok(STRUCTS[type]?.properties?.[field], `${type}.${field}`);
  }
  assert.deepEqual(Object.keys(kinds).filter(isStyled), ["Ink", "Shape", "Arrow"]);
});

test("styles: the last style is that of the next element of any kind, also after a reload of the window (rule SHP7)", () => {
  inWindow(() => {
    new Styles().set({ color: "#e03131", width: "l" });
    const next = new Styles();
    assert.equal(next.of("Shape").stroke, "#e03131");
    assert.equal(next.of("Arrow").stroke_width, 8);
    assert.deepEqual(next.of("Ink"), { color: "#e03131", size: 16, brush: "pen" });
  });
});

test("styles: what another program has left in the storage is no style", () => {
  inWindow((kept) => {
    kept.set("style", JSON.stringify({ color: "url(x)", dash: "wavy", width: "m" }));
    assert.deepEqual(new Styles().of("Shape"), {
      shape: "rectangle", stroke: "#1e1e1e", stroke_width: 4, dash: "solid", font: "sans", font_size: 20, fill: "",
    });
  });
});

test("styles: an element says what of a style it has, and what it takes of another", () => {
  const shape = /** @type {const} */ ({ type: "Shape", stroke_width: 4 });
  assert.equal(styleIn(shape, "width"), "m");
  assert.equal(styleIn({ ...shape, stroke_width: 5 }, "width"), undefined);
  assert.equal(styleIn(shape, "dash"), "solid", "as the struct has it where nothing is said");
  assert.equal(styleIn(shape, "heads"), undefined);
  assert.deepEqual(changesOf("Shape", { width: "s", heads: "both" }), { stroke_width: 2 });
  assert.deepEqual(changesOf("Text", { width: "s" }), {});
  assert.deepEqual(axesOf("Ink"), ["color", "width", "brush"]);
});
