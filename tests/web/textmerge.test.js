/** Two who write in one text: the merge of it, and a queue of edits that meets the edits of others. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { mergeTexts, movedPlace, textChanges } from "../../web/scene/textmerge.js";
import { randomFrom } from "./fakes/random.js";

const CASES = /** @type {[string, string, string, string, string][]} */ ([
  ["the words of both, apart", "", "hello", "world", "world hello"],
  ["at different places", "one three", "one two three", "one three four", "one two three four"],
  ["one goes on typing in front of what came", "he", "he wo", "hel", "hel wo"],
  ["letters of one word", "color", "colour", "colored", "coloured"],
  ["a word that both replaced", "a cat sat", "a dog sat", "a cow sat", "a cow dog sat"],
  ["one deletes what the other writes in", "say hello now", "say now", "say hellos now", "say hellos now"],
  ["both delete", "one two three", "two three", "one two", "two"],
  ["one deletes all, the other adds", "old words", "", "old words and new", "and new"],
  ["nothing of one", "same", "same", "mine", "mine"],
  ["nothing of the other", "same", "theirs", "same", "theirs"],
  ["the same", "a", "ab", "ab", "ab"],
  ["without spaces", "你好", "你好吗", "你好啊", "你好啊吗"],
  ["lines", "a\nb", "a\nx\nb", "a\nb\ny", "a\nx\nb\ny"],
  ["emoji are not divided", "🎉", "🎉🎈", "👍🎉", "👍🎉🎈"],
]);

for (const [name, base, theirs, mine, expected] of CASES) {
  test(`merge: ${name} (rule TOG6)`, () => {
    const merged = mergeTexts(base, theirs, mine);
    assert.equal(merged.trim(), expected);
    assert.equal(merged, merged.toWellFormed?.() ?? merged);
  });
}

test("merge: what was made already is not made twice", () => {
  assert.equal(mergeTexts("", "hello there", "hello", { mayBeThere: true }), "hello there");
  assert.equal(mergeTexts("a b", "a x b", "a x b y", { mayBeThere: true }), "a x b y");
  assert.equal(mergeTexts("a b", "a x b", "a b y", { mayBeThere: true }), "a x b y");
  assert.equal(mergeTexts("", "hello", "hello there"), "hello there hello", "somebody else may say the same");
});

test("merge: a text that is long, or all the same, takes no time", () => {
  const long = "a ".repeat(8_000);
  const other = `b ${"a ".repeat(7_990)}b`;
  assert.ok(mergeTexts(long, other, `${long}mine`).includes("mine"));
  assert.equal(mergeTexts(long, `x ${long}`, `${long}y`), `x ${long}y`);
});

test("merge: the caret stays where it was in its own words", () => {
  const changes = textChanges("one three", "zero one two three");
  assert.equal(movedPlace(0, changes), 0, "what is written at the caret comes behind it");
  assert.equal(movedPlace(3, changes), 8);
  assert.equal(movedPlace(9, changes), 18);
  assert.equal(movedPlace(5, textChanges("abc def", "")), 0);
});

test("merge: of changes of anything, all words that are written are there, and none that are deleted (rule TOG6)", () => {
  for (let seed = 1; seed <= 400; seed++) {
    const random = randomFrom(seed);
    let number = 0;
    const words = Array.from({ length: Math.floor(random() * 6) }, () => `base${number++}`);
    const edited = (/** @type {string} */ by) => {
      const kept = words.filter(() => random() < 0.8);
      for (let more = Math.floor(random() * 4); more > 0; more--) {
        kept.splice(Math.floor(random() * (kept.length + 1)), 0, `${by}${number++}`);
      }
      return kept;
    };
    const [theirs, mine] = [edited("theirs"), edited("mine")];
    const merged = mergeTexts(words.join(" "), theirs.join(" "), mine.join(" ")).split(/\s+/).filter(Boolean);
    const wanted = [...theirs, ...mine].filter((word) => !words.includes(word) || (theirs.includes(word) && mine.includes(word)));
    assert.deepEqual(merged.sort(), [...new Set(wanted)].sort(), `seed ${seed}`);
  }
});

test("merge: the changes of a text make the other of it, whatever they are", () => {
  for (let seed = 1; seed <= 400; seed++) {
    const random = randomFrom(seed);
    const any = () => Array.from({ length: Math.floor(random() * 12) }, () => "ab \n🎉é"[Math.floor(random() * 7)]).join("");
    const [from, to] = [any(), any()];
    assert.equal(mergeTexts(from, from, to), to);
    let text = from;
    for (const { at, deleted, inserted } of textChanges(from, to).reverse()) {
      text = text.slice(0, at) + inserted + text.slice(at + deleted);
    }
    assert.equal(text, to, `seed ${seed}`);
  }
});
