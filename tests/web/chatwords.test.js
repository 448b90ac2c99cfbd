/** What is written in the chat, as it is shown: words, links, code. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { folded, mentions, spansOf } from "../../web/chat/words.js";

/** @param {string} text */
const short = (text) => spansOf(text).map((span) => (span.type === "words" ? span.text : [span.type, span.text]));

test("chat: links are http, https and mailto, and end before the sentence around them (MAN4)", () => {
  assert.deepEqual(short("see https://a.example/x?y=1. Or (http://b.example/z)!"), [
    "see ", ["link", "https://a.example/x?y=1"], ". Or (", ["link", "http://b.example/z"], ")!",
  ]);
  assert.deepEqual(short("https://en.example/Set_(music)"), [["link", "https://en.example/Set_(music)"]]);
  assert.deepEqual(short("mailto:ada@a.example, please"), [["link", "mailto:ada@a.example"], ", please"]);
  assert.deepEqual(spansOf("https://BÜCHER.example/")[0], {
    type: "link", text: "https://BÜCHER.example/", address: "https://xn--bcher-kva.example/", host: "xn--bcher-kva.example",
  });
});

test("chat: what could run, hides its host, or is no address is text (MAN4)", () => {
  for (const text of [
    "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "https://bank.example@evil.example/", "https://", "http://[x",
    "mailto:", "mailto:nobody", "xhttps://a.example", `https://a.example/${"x".repeat(3_000)}`, "vbscript:x",
  ]) assert.ok(spansOf(text).every(({ type }) => type === "words"), text);
  assert.deepEqual(short("https://a.example/\u202egpj.exe"), [["link", "https://a.example/"], "\u202egpj.exe"]);
});

test("chat: code is as it was typed, and nothing in it is a link", () => {
  assert.deepEqual(short("call `f(x)` or `https://a.example`"), ["call ", ["code", "f(x)"], " or ", ["code", "https://a.example"]]);
  assert.deepEqual(short("so:\n```js\nif (a < b) {\n  go();\n}\n```\ndone"), ["so:", ["block", "if (a < b) {\n  go();\n}"], "done"]);
  assert.deepEqual(short("```one line```"), [["block", "one line"]]);
  assert.deepEqual(short("a ``` never closed `b"), ["a ``` never closed `b"]);
  assert.deepEqual(short("``"), ["``"]);
  assert.deepEqual(spansOf(""), []);
});

test("chat: of long and odd texts nothing is lost", () => {
  for (const odd of ["https://", "(", "https://a.example/((( ", ")", "@", "http://a.example/.), "]) {
    const text = odd.repeat(4_000);
    assert.equal(spansOf(text).map((span) => span.text).join(""), text);
  }
  assert.equal(spansOf("```".repeat(4_000)).length, 2_000);
  assert.equal(mentions("@ada".repeat(2_000), "ada"), true);
});

test("chat: somebody is mentioned by their name, as a word of its own", () => {
  assert.ok(mentions("hello @Ada!", "Ada"));
  assert.ok(mentions("@zoë Çelik, see", "Zoe Celik"));
  assert.ok(!mentions("@Adam", "Ada"));
  assert.ok(!mentions("x@ada", "Ada"));
  assert.ok(!mentions("ada", "Ada"));
  assert.ok(!mentions("@", ""));
  assert.equal(folded("ÀB"), "ab");
});
