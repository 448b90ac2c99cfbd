/** What is taken of the forms in which a clipboard has the same thing. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { tidied } from "../../web/lib/unicode.js";
import { htmlOf } from "../../web/tools/copied.js";
import { drawingIn } from "../../web/tools/drawings.js";
import { chosen } from "../../web/tools/forms.js";
import { pictureOfHtml, wordsOfHtml } from "../../web/tools/html.js";

/** @import {Forms} from "../../web/tools/forms.js" */

const png = (name = "image.png") => new File(["x"], name, { type: "image/png" });
const file = (/** @type {string} */ name, type = "") => new File(["x"], name, { type });

/** @param {Partial<Forms>} forms @param {{plain?: boolean}} [how] */
const take = (forms, how) => chosen({ text: "", html: "", uris: "", own: "", types: [], files: [], ...forms }, how);
/** @param {Partial<Forms>} forms @param {{plain?: boolean}} [how] */
const words = (forms, how) => {
  const choice = take(forms, how);
  return choice.take === "words" ? choice.words : choice;
};

const EXCEL = "<html><head><style>td {mso: 1}</style></head><body><!--StartFragment--><table><tr><td>120</td></tr></table></body></html>";
const WORD = "<html><head><title>x</title></head><body><p class=MsoNormal>A paragraph of a letter.</p></body></html>";

// report: reading | Text of a spreadsheet or a word processor is pasted as a picture | One cell, a column, a paragraph: text
// without a tab, HTML, and a PNG of it | It is a text, and the picture is offered
test("forms: text wins where there is text (CAN1)", () => {
  const picture = png();
  assert.deepEqual(take({ text: "120", html: EXCEL, files: [picture] }), { take: "words", words: "120", picture });
  assert.equal(words({ text: "120\r\n80\r\n", html: EXCEL, files: [picture] }), "120\n80");
  assert.equal(words({ text: "A paragraph of a letter.", html: WORD, files: [picture] }), "A paragraph of a letter.");
  assert.equal(words({ text: "a\tb\n1\t2", files: [picture] }), "a\tb\n1\t2");
  assert.equal(words({ html: WORD, files: [picture] }), "A paragraph of a letter.", "in HTML alone");
});

// report: reading | A picture copied or dragged in a browser comes as its address | text/html with an <img>, the address as
// text, and the picture | It is the picture
test("forms: a picture that was copied in a browser, and one inside a link (CAN1)", () => {
  const picture = png();
  const html = '<meta charset="utf-8"><img src="https://a.example/a.png" alt="A field">';
  assert.deepEqual(take({ html, files: [picture] }), { take: "files", files: [picture] });
  assert.deepEqual(take({ html: `<a href="https://a.example/">${html}</a>`, text: "https://a.example/", uris: "https://a.example/", files: [picture] }), {
    take: "files",
    files: [picture],
  });
  assert.equal(words({ html }), "https://a.example/a.png");
  assert.deepEqual(take({ html: '<img src="blob:https://a.example/1">' }), { take: "nothing", why: { reason: "empty" } });
});

// report: reading | Files copied in a file manager come as their names | Two files, with their names, paths or addresses as text
// | They are the files
test("forms: files that come with their names as text (CAN1)", () => {
  const files = [png("a b.png"), png("Ü.png")];
  for (const text of [
    "a b.png\nÜ.png",
    "a b.png\rU\u0308.png",
    "/home/ada/a b.png\n/home/ada/Ü.png\n",
    "file:///home/ada/a%20b.png\r\nfile:///home/ada/%C3%9C.png",
    "C:\\Users\\Ada\\a b.png",
    "x-special/nautilus-clipboard\ncopy\nfile:///home/ada/a%20b.png\nfile:///home/ada/%C3%9C.png\n",
    " ",
  ]) {
    assert.deepEqual(take({ text, files }), { take: "files", files }, text);
  }
  const one = [png("a b.png")];
  assert.deepEqual(take({ text: "a b", files: one }), { take: "files", files: one }, "without its ending");
  assert.deepEqual(take({ text: "whatever else", files }), { take: "files", files }, "nothing is lost of several");
  const table = [file("a.csv", "text/csv")];
  assert.deepEqual(take({ text: "whatever", files: table }), { take: "files", files: table });
});

test("forms: a screenshot is a picture, a dragged link its address", () => {
  const picture = png();
  assert.deepEqual(take({ files: [picture], types: ["Files"] }), { take: "files", files: [picture] });
  const link = { text: "https://a.example/x", html: '<a href="https://a.example/x">The page</a>', uris: "https://a.example/x" };
  assert.equal(words(link), "https://a.example/x");
  assert.equal(words({ uris: "# two\r\nhttps://a.example/x\r\nhttps://b.example/y\r\n" }), "https://a.example/x\nhttps://b.example/y");
});

// report: found | Nothing happens when something is pasted or dropped | An empty clipboard; RTF alone; a file dragged out of an
// editor, of which only the address comes; a picture with Ctrl+Shift+V | It is said why
test("forms: why nothing is taken (CAN2)", () => {
  const nothing = (/** @type {string} */ reason) => ({ take: "nothing", why: { reason } });
  assert.deepEqual(take({}), nothing("empty"));
  assert.deepEqual(take({ text: "\0 \r\n" }), nothing("empty"));
  assert.deepEqual(take({ types: ["text/rtf"] }), nothing("rich"));
  assert.deepEqual(take({ text: "/home/ada/simple.svg", uris: "file:///home/ada/simple.svg" }), nothing("reference"));
  assert.deepEqual(take({ files: [png()] }, { plain: true }), nothing("words"));
});

// report: reading | Shapes copied in Excalidraw or tldraw are a wall of JSON | Their clipboards | It is said where they were
// copied, and what to copy instead; the words of a drawing are a text
test("forms: drawings of other programs", () => {
  const from = (/** @type {Partial<Forms>} */ forms) => {
    const choice = take(forms);
    return choice.take === "nothing" && choice.why.reason === "canvas" ? choice.why.program : choice;
  };
  assert.equal(from({ text: '{"type":"excalidraw/clipboard","elements":[]}' }), "Excalidraw");
  assert.equal(from({ text: '{\n  "type": "excalidraw",\n  "version": 2}' }), "Excalidraw");
  assert.equal(from({ text: " ", html: '<div data-tldraw>{"type":"application/tldraw"}</div>' }), "tldraw");
  assert.equal(from({ html: '<!--StartFragment-->{"type":"tldr/clipboard","shapes":[]}<!--EndFragment-->' }), "tldraw", "as it was once");
  assert.equal(from({ html: '<meta charset="utf-8"><span data-metadata="<!--(figmeta)abc(/figmeta)-->"></span>' }), "Figma");
  assert.equal(from({ text: "%3CmxGraphModel%3E%3C%2FmxGraphModel%3E" }), "draw.io");
  assert.equal(words({ text: "A label", html: "<div data-tldraw>x</div>" }), "A label");
  assert.equal(words({ text: "I like excalidraw" }), "I like excalidraw");
  assert.equal(words({ text: '{"a": 1}' }), '{"a": 1}');
  assert.equal(words({ text: "123" }), "123", "what is JSON, too");
});

// report: reading | Ctrl+Shift+V does not paste plainly | A table, elements, an SVG, HTML | The words, as a text
test("forms: plainly (CAN1)", () => {
  assert.equal(words({ text: "a\tb\n1\t2", html: EXCEL, files: [png()] }, { plain: true }), "a\tb\n1\t2");
  const copied = htmlOf([{ id: "a", kind: { type: "Text", content: "one" }, transform: {} }]);
  assert.equal(take({ text: "one", html: copied }).take, "elements");
  assert.equal(words({ text: "one", html: copied, own: "{}" }, { plain: true }), "one");
  assert.equal(words({ html: "<ul><li>One</li><li>Two &amp; three</li></ul>" }, { plain: true }), "• One\n• Two & three");
});

// report: lost | Odd characters in a clipboard stop the text | \r\n, NUL, a lone surrogate, U+2028, a byte order mark, vertical tabs
// | Lines are lines, and what no text has is left out
test("forms: words without what no text has", () => {
  assert.equal(tidied("\ufeffa\r\nb\rc\u2028d\u2029e\vf\u0085g\0\x1b\x7f\t!  \n\n"), "a\nb\nc\nd\ne\nf\ng\t!");
  assert.equal(tidied("x\ud83dy"), "x\ufffdy");
  assert.equal(tidied("\n\n  indented\n"), "  indented");
  assert.equal(tidied(`a${" ".repeat(2_000_000)}b`).length, 2_000_002);
});

test("html: words and pictures", () => {
  assert.equal(wordsOfHtml("<style>p {}</style><p>One<br>two</p>\n\n<p>th&#114;ee&nbsp;&lt;</p><script>four</script>"), "One\ntwo\nthree\u00a0<");
  assert.equal(wordsOfHtml("<table><tr><td>a</td> <td>1</td></tr><tr><td>b</td><td>2</td></tr></table>"), "a\t1\nb\t2");
  assert.equal(wordsOfHtml("&#99999999; &#x110000; &#0; &bogus;"), "&#99999999; \ufffd \ufffd &bogus;");
  assert.equal(wordsOfHtml("a<!-- never ends <p>b</p>"), "a");
  assert.equal(pictureOfHtml('<img alt="x" src="a&amp;b">'), "a&b");
  assert.equal(pictureOfHtml("<img src='a'>"), "a");
  assert.equal(pictureOfHtml("<img src='a'> words"), null);
  assert.equal(pictureOfHtml("words"), null);
});

// report: lost | HTML in the clipboard hangs the page | Megabytes of <, <style, <li, <img and </td> that never end
// | It is read in one go
test("html: nothing makes it slow", () => {
  for (const part of ["<", "<style", "<li", "<li ", "<img", "<img src=", "</td><td", "<!--", "&#", " \n", "</p", '<div data-tldraw="']) {
    const html = part.repeat(4_000_000 / part.length);
    wordsOfHtml(html);
    pictureOfHtml(html);
    take({ html });
  }
});

// report: reading | An SVG or a data URL that is pasted is a wall of code | <svg …>…</svg>; data:image/png;base64,… | It is the
// picture; "Keep it as a text" makes it words
test("drawings: pictures written as text", async () => {
  const svg = '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><circle r="9"/></svg>';
  assert.equal(drawingIn(svg)?.type, "image/svg+xml");
  assert.equal(await drawingIn(svg)?.text(), svg);
  assert.equal(drawingIn("<svg> is how a drawing begins"), null);
  const picture = drawingIn("data:image/png;base64,iVBORw0KGgo=");
  assert.deepEqual([picture?.type, picture?.size], ["image/png", 8]);
  assert.equal(await drawingIn("data:image/svg+xml,%3Csvg/%3E")?.text(), "<svg/>");
  assert.equal(drawingIn("data:image/png;base64,%%%"), null);
  assert.equal(drawingIn("data:text/plain,hello"), null);
});
