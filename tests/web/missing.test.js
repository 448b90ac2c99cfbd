/** What a saved picture has not got is said in words. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { missingWords } from "../../web/panels/save/missing.js";

test("each kind that the server names is said, with its scripts", () => {
  const words = missingWords('animation;count=1, font;count=12;scripts="Hani Hira Zsye", text;count=2');
  assert.equal(words.length, 3);
  assert.match(words[1] ?? "", /Han.*Hiragana, emoji/);
});

test("what is not known, or no list, says nothing", () => {
  for (const header of [null, "", "smell;count=2", "font;count", '"font"', "__proto__;count=1"]) {
    assert.deepEqual(missingWords(header), []);
  }
});
