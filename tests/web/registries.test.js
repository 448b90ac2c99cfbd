/** Panels and commands are lists: what the page makes of them holds for every entry. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { panels } from "../../web/panels/panels.js";
import { controls } from "../../web/room/controls.js";
import { controlKeys } from "../../web/room/keys.js";
import { OFFERED } from "../../web/people/reactionpictures.js";
import { reactionText } from "../../web/text/people.js";
import { groupText } from "../../web/text/tools.js";
import { commands } from "../../web/tools/commands.js";
import { keysOf } from "../../web/lib/keys.js";

const page = (/** @type {string} */ name) => readFileSync(new URL(`../../web/${name}`, import.meta.url), "utf8");
const symbols = new Set([...page("icons.svg").matchAll(/<symbol id="([^"]+)"/g)].map(([, id]) => id));

/** @param {unknown[]} values */
const different = (values) => assert.equal(new Set(values).size, values.length, String(values));

test("panels: each has a name, a label and a symbol, and its code is loaded once it is needed", async () => {
  different(panels.map(({ name }) => name));
  different(panels.map(({ label }) => label));
  for (const { name, label, icon, load, here } of panels) {
    assert.match(name, /^[a-z]+$/);
    assert.ok(label.length > 0, name);
    assert.ok(symbols.has(icon), `${name}: there is no symbol ${icon}`);
    if (here) assert.ok(page("index.html").includes(`id="${here}"`), name);
    else assert.equal(typeof (await load?.())?.create, "function", name);
  }
});

test("panels: the names outside tools rely on are there, and the page has no button of its own for one", () => {
  for (const name of ["people", "elements", "history", "quality", "save"]) {
    assert.ok(panels.some((panel) => panel.name === name), name);
  }
  assert.ok(!page("index.html").includes("data-panel"));
});

test("controls of the dock: each has a name, a label and a symbol, and microphone and Leave are always there (rules SHL2, SHL3)", () => {
  different(controls.map(({ name }) => name));
  for (const { name, label, icon } of controls) {
    assert.match(name, /^[a-z]+(-[a-z]+)*$/);
    assert.ok(label.length > 0, name);
    assert.ok(symbols.has(icon), `${name}: there is no symbol ${icon}`);
  }
  const always = controls.filter(({ place }) => place === "always").map(({ name }) => name);
  for (const name of ["mute", "camera", "more"]) assert.ok(always.includes(name), name);
  for (const { tone, place, name } of controls) if (tone) assert.equal(place, "always", `${name} begins or ends a call`);
});

test("commands: each has a name, a label, a symbol and a group of the help", () => {
  different(commands.map(({ id }) => id));
  for (const { id, label, icon, group, toolbar } of commands) {
    assert.ok(label.length > 0, id);
    assert.ok(!toolbar || symbols.has(icon), `${id}: there is no symbol ${icon}`);
    assert.ok(Object.hasOwn(groupText, group), id);
  }
  assert.deepEqual(new Set([...commands, ...controlKeys].map(({ group }) => group)), new Set(Object.keys(groupText)));
});

test("commands: no key does two things, in the canvas or in a call", () => {
  different([...commands, ...controlKeys].flatMap(({ keys }) => keys));
});

test("commands: keys are named as they are pressed", () => {
  for (const key of [...commands, ...controlKeys].flatMap(({ keys }) => keys)) {
    const parts = key === "+" ? [key] : key.split("+");
    const [ctrlKey, altKey, shiftKey] = ["Ctrl", "Alt", "Shift"].map((name) => parts.slice(0, -1).includes(name));
    const last = parts.at(-1) ?? "";
    // Which sign a digit types with Shift depends on the keyboard: this one is of none.
    const typed = shiftKey && /^\d$/.test(last) ? { key: "¤", code: `Digit${last}` } : { key: last };
    const event = { ...typed, ctrlKey: Boolean(ctrlKey), metaKey: false, altKey: Boolean(altKey), shiftKey: Boolean(shiftKey) };
    assert.ok(keysOf(event).includes(key), key);
  }
});

test("commands: what can only be done by a button has one, and the others have keys", () => {
  for (const { id, keys, toolbar, contextMenu } of commands) assert.ok(keys.length > 0 || toolbar || contextMenu, id);
});

test("reactions: each that is offered is one thing, drawn, and has words (JON7)", () => {
  different(OFFERED);
  assert.ok(OFFERED.length >= 6);
  for (const emoji of OFFERED) {
    assert.ok(reactionText[emoji].length > 0, emoji);
  }
});
