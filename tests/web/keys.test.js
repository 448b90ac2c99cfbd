/** Keys under the keyboards and systems of the world: what they type is right where it can be, else where they are. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { controlKeys } from "../../web/room/keys.js";
import { isSpaceBar, keysOf } from "../../web/lib/keys.js";
import { commands } from "../../web/tools/commands.js";

/** @import {PressedKey} from "../../web/lib/keys.js" */

const none = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };

/**
 * What a key press does, on the canvas or in a call.
 *
 * @param {string} key
 * @param {string} code
 * @param {Partial<PressedKey>} [held]
 */
function does(key, code, held = {}) {
  const names = keysOf({ ...none, key, code, ...held });
  const all = [...commands.map(({ id, keys }) => ({ id, keys })), ...controlKeys.map(({ name, keys }) => ({ id: name, keys }))];
  for (const name of names) {
    const found = all.find(({ keys }) => keys.includes(name));
    if (found) return found.id;
  }
  return names.includes("?") ? "help" : null;
}

const ctrl = { ctrlKey: true };
const shift = { shiftKey: true };
const alt = { altKey: true };
const altGraph = { getModifierState: (/** @type {string} */ name) => name === "AltGraph" };

// report: reading | Shortcuts do nothing under a keyboard that is not Latin | Ctrl+Z typed as Ctrl+я, Ctrl+ζ, Ctrl+ז and
// Ctrl+ئ; T, N, M and V as е, т, ь and м | They do what is printed on the key
test("keys: a letter that is not Latin is told by its place (CAN3)", () => {
  for (const key of ["я", "Я", "ζ", "ז", "ئ", "ㅋ", "つ", "ж"]) assert.equal(does(key, "KeyZ", ctrl), "undo", key);
  assert.equal(does("Я", "KeyZ", { ...ctrl, ...shift }), "redo");
  assert.equal(does("я", "KeyZ", { metaKey: true }), "undo");
  assert.deepEqual([does("е", "KeyT"), does("т", "KeyN"), does("ь", "KeyM"), does("м", "KeyV")], ["text", "note", "mute", "mode-select"]);
  assert.equal(does("ф", "KeyA", ctrl), "selectAll");
  assert.equal(does("х", "BracketLeft"), "backward");
  assert.equal(does("Ъ", "BracketRight", shift), "front");
  assert.equal(does("б", "Comma"), "turn");
  assert.equal(does("؟", "Slash", shift), "help");
  assert.equal(does("Ｔ", "KeyT"), "text", "full width");
});

// report: reading | Shortcuts are at the wrong place under Dvorak or QWERTZ | Ctrl+Z of Dvorak, which is at Slash; ; at KeyZ
// | What the key types counts
test("keys: a Latin letter is told by what it types (CAN3)", () => {
  assert.equal(does("z", "Slash", ctrl), "undo");
  assert.equal(does(";", "KeyZ", ctrl), null);
  assert.equal(does("y", "KeyZ", ctrl), "redo", "QWERTZ");
  assert.equal(does("a", "KeyQ", ctrl), "selectAll", "AZERTY");
  assert.equal(does("q", "KeyA", ctrl), null, "AZERTY");
  assert.equal(does("ı", "KeyI"), "properties", "Turkish");
  assert.equal(does("ö", "BracketLeft"), null, "a letter of its own, such as on Nordic keyboards");
});

// report: reading | Keys of digits do nothing under AZERTY | à, which is on the key of 0, and 0 typed with Shift
// | Both fit the canvas to the window
test("keys: digits that are typed with Shift, or are not typed at all", () => {
  assert.equal(does("à", "Digit0"), "zoomFit");
  assert.equal(does("0", "Digit0", shift), "zoomFit");
  assert.equal(does("&", "Digit1"), "mode-select");
  assert.equal(does("-", "Digit6"), "zoomOut", "what it types comes first");
  assert.equal(does("+", "Digit1"), "zoomIn", "Czech");
  assert.equal(does("!", "Digit1", shift), "zoomFit");
  assert.equal(does("@", "Digit2", shift), "zoomSelection");
  assert.equal(does('"', "Digit2", shift), "zoomSelection", "British");
  assert.equal(does(")", "Digit0", shift), "zoomFull");
  assert.equal(does("€", "Digit2", { ...shift, ...altGraph }), null, "AltGr");
  assert.equal(does("0", "Numpad0"), "zoomFit");
});

// report: reading | Signs typed with AltGr or Option run commands | AltGr+M types µ, AltGr+Z of a Polish keyboard ż
// | Nothing happens
test("keys: AltGr types signs and is no part of a shortcut (CAN3)", () => {
  assert.equal(does("µ", "KeyM", altGraph), null);
  assert.equal(does("ż", "KeyZ", { ctrlKey: true, altKey: true }), null);
  assert.equal(does("я", "KeyZ", { ctrlKey: true, altKey: true }), null);
  assert.equal(does("[", "Digit8", { ctrlKey: true, altKey: true }), "backward");
  assert.equal(does("]", "Digit9", altGraph), "forward");
  assert.equal(does("{", "Digit7", { ctrlKey: true, altKey: true }), "back");
  assert.equal(does("[", "Digit5", alt), "backward", "Option on a German Mac");
});

// report: reading | Shortcuts with Option do nothing on a Mac | Option+, types ≤ | It turns by one degree
test("keys: with Option on a Mac", () => {
  assert.deepEqual(keysOf({ ...none, ...alt, ...altGraph, key: "≤", code: "Comma" }), ["Alt+≤", "Alt+,"]);
  assert.equal(does("≥", "Period", alt), "turn");
  assert.equal(does("\u00a0", "Space", alt), null);
});

// report: reading | A dead key runs a command, or the keypad turns things | Dead at BracketLeft; the decimal key of the keypad
// | Nothing happens
test("keys: dead keys, the keypad, Caps Lock", () => {
  assert.equal(does("m", "KeyM", ctrl), null, "the browser's own");
  assert.equal(does("Dead", "BracketLeft"), null);
  assert.equal(does("Dead", "KeyN", alt), null);
  assert.equal(does("Dead", "KeyZ", ctrl), "undo");
  assert.equal(does(",", "NumpadDecimal"), null);
  assert.equal(does(".", "NumpadDecimal"), null);
  assert.equal(does("+", "NumpadAdd"), "zoomIn");
  assert.equal(does("T", "KeyT"), "text", "Caps Lock");
  assert.equal(does("Z", "KeyZ", ctrl), "undo", "Caps Lock");
  assert.equal(does("Unidentified", "KeyT"), null);
  assert.equal(does("z", "", ctrl), "undo", "a keyboard on the screen");
});

test("keys: the space bar, whatever space it types", () => {
  for (const key of [" ", "\u00a0", "\u3000"]) assert.ok(isSpaceBar({ ...none, key, code: "Space" }), key);
  assert.ok(!isSpaceBar({ ...none, key: "\u00a0", code: "KeyB" }));
});

// report: reading | A key that is held down flickers | M or I held for a second | It counts once; undo, steps and zoom go on
test("keys: only what may be done many times is repeated (CAN3)", () => {
  const repeated = commands.filter(({ repeats }) => repeats).map(({ id }) => id);
  assert.deepEqual(new Set(repeated), new Set(["undo", "redo", "move", "resize", "turn", "front", "forward", "backward", "back", "zoomIn", "zoomOut"]));
});
