/** What hands write: lists, the next note, links. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { indented, listLineOf, nextItem } from "../../web/kinds/parts/lists.js";
import { linksIn } from "../../web/lib/links.js";
import { besideOf } from "../../web/tools/besidenote.js";
import { wholeTransform } from "../../web/scene/scene.js";

const samples = JSON.parse(readFileSync(new URL("../samples/lists.json", import.meta.url), "utf8"));

/** A field as text, with | where the caret is. @param {string} marked */
const field = (marked) => {
  const [before = "", inside = "", after] = marked.split("|");
  return after === undefined
    ? { value: before + inside, start: before.length, end: before.length }
    : { value: before + inside + after, start: before.length, end: before.length + inside.length };
};
/** @param {{value: string, start: number, end: number} | null} edited */
const shown = (edited) => {
  if (!edited) return null;
  const { value, start, end } = edited;
  return start === end ? `${value.slice(0, start)}|${value.slice(start)}` : `${value.slice(0, start)}|${value.slice(start, end)}|${value.slice(end)}`;
};

test("lists: items are those that the server draws (HND8)", () => {
  for (const { line, item } of samples) {
    const found = listLineOf(line);
    assert.deepEqual(found && { level: found.level, shown: found.shown, words: line.slice(found.marker) }, item, JSON.stringify(line));
  }
});

test("lists: Enter goes on with the next item, and ends the list in an empty one (HND8)", () => {
  assert.equal(shown(nextItem(field("- milk|"))), "- milk\n- |");
  assert.equal(shown(nextItem(field("a\n  * milk|\nb"))), "a\n  * milk\n  * |\nb");
  assert.equal(shown(nextItem(field("9. nine|"))), "9. nine\n10. |");
  assert.equal(shown(nextItem(field("2) a|b"))), "2) a\n3) |b");
  assert.equal(shown(nextItem(field("- mi|lk| x"))), "- mi\n- | x");
  assert.equal(shown(nextItem(field("- milk\n- |"))), "- milk\n|");
  assert.equal(shown(nextItem(field("- |\nrest"))), "|\nrest");
  assert.equal(nextItem(field("plain|")), null);
  assert.equal(nextItem(field("-5|")), null);
});

test("lists: Tab indents items, Shift+Tab takes it back (HND8)", () => {
  assert.equal(shown(indented(field("- milk|"), false)), "  - milk|");
  assert.equal(shown(indented(field("  - milk|"), true)), "- milk|");
  assert.equal(shown(indented(field("- milk|"), true)), "- milk|");
  assert.equal(shown(indented(field("- a\n- |b\n- c|"), false)), "- a\n  - |b\n  - c|");
  assert.equal(shown(indented(field("\t- a|"), true)), "- a|");
  assert.equal(indented(field("plain|"), false), null);
});

test("notes: Tab goes to the one beside, or to the free place there (HND8)", () => {
  const now = wholeTransform({ x: 0, y: 0, width: 200, height: 200 });
  const at = (/** @type {string} */ id, /** @type {number} */ x, /** @type {number} */ y, isSame = true) => ({ id, isSame, box: { x, y, width: 200, height: 200 } });
  assert.deepEqual(besideOf(now, [], false), { neighbour: null, place: { x: 220, y: 0 } });
  assert.equal(besideOf(now, [at("far", 1_000, 0), at("near", 220, 30), at("next", 300, 0)], false).neighbour, "near");
  assert.equal(besideOf(now, [at("below", 220, 190)], false).neighbour, null);
  assert.deepEqual(besideOf(now, [at("chart", 250, 0, false)], false), { neighbour: null, place: { x: 470, y: 0 } });
  assert.equal(besideOf(now, [at("left", -220, 0), at("right", 220, 0)], true).neighbour, "left");
});

test("links: only http, https and mailto, without what ends a sentence, and never with a name before the host (HND9)", () => {
  const links = (/** @type {string} */ words) => linksIn(words).flatMap((part) => (part.type === "link" ? [[part.text, part.host]] : []));
  assert.deepEqual(links("see https://a.example/x(1). And mailto:ada@b.example!"), [["https://a.example/x(1)", "a.example"], ["mailto:ada@b.example", ""]]);
  for (const words of ["javascript:alert(1)", "data:text/html,x", "file:///etc", "https://bank.example@evil.example/", "https://", "ahttp://x.example"]) {
    assert.deepEqual(links(words), [], words);
  }
  const words = "a https://a.example b";
  assert.equal(linksIn(words).map(({ text }) => text).join(""), words);
});
