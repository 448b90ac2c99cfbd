/** Files that are chosen, pasted or dropped: every one becomes something, or it is said why not. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { decodedText } from "../../web/lib/decodetext.js";
import { formatOf } from "../../web/lib/fileformats.js";
import { firstCharacter, firstOf } from "../../web/lib/unicode.js";
import { isAnimated } from "../../web/kinds/image/rasters.js";
import { isListing } from "../../web/kinds/chart/csv.js";
import { makings } from "../../web/kinds/makings.js";
import { madeOfFile, told } from "../../web/tools/files.js";
import { Rows } from "../../web/tools/place.js";

/** @import {CreationTools} from "../../web/kinds/definition.js" */

const tools = /** @type {CreationTools} */ (/** @type {unknown} */ ({ sizeOfText: () => ({ width: 1, height: 1 }) }));
/** @param {string} name @param {string} type @param {...BlobPart} parts */
const outcome = async (name, type, ...parts) => {
  const made = await madeOfFile(new File(parts, name, { type }), tools);
  return "refused" in made ? made.refused : made.kind;
};
/** @param {string} characters */
const bytes = (characters) => Uint8Array.from(characters, (one) => one.charCodeAt(0));

// report: lost | A file that is dropped disappears without a word | HEIC, TIFF, a video, a sound, a PDF, a document, an archive, a
// drawing of another program, an empty file, an unknown one, by their bytes, names or types | It is said what it is, and what to do
test("files: what no canvas takes is named (CAN2)", async () => {
  for (const [name, type, start, words] of /** @type {[string, string, string, RegExp][]} */ ([
    ["IMG_1.HEIC", "", "\0\0\0\x18ftypheic", /HEIC photo.*JPEG/],
    ["IMG_1.jpg", "image/jpeg", "\0\0\0\x18ftypheic", /HEIC photo/],
    ["a.tif", "", "II*\0", /TIFF/],
    ["a", "image/tiff", "??", /TIFF/],
    ["a.jxl", "", "\xff\x0a", /JPEG XL/],
    ["a.psd", "", "8BPS", /Photoshop/],
    ["a.mov", "video/quicktime", "\0\0\0\x14ftypqt  ", /video.*Share your screen/],
    ["a.webm", "", "\x1aE\xdf\xa3", /video/],
    ["a.mp3", "audio/mpeg", "ID3", /sound/],
    ["a.pdf", "application/pdf", "%PDF-1.7", /PDF/],
    ["a.xlsx", "", "PK\x03\x04", /document.*CSV/],
    ["a.zip", "application/zip", "PK\x03\x04", /archive/],
    ["a.excalidraw", "", "{", /another program/],
    ["a.tldraw", "", "PK\x03\x04", /another program/],
    ["a.glb", "model/gltf-binary", "glTF", /3D model/],
    ["a.json", "application/json", "{}", /neither a picture nor a table/],
    ["a.bin", "", "\0\x01\x02", /neither a picture nor a table/],
    ["a.png", "image/png", "", /“a.png” is empty/],
  ])) {
    assert.match(String(await outcome(name, type, bytes(start))), words, name);
  }
});

// report: lost | Files after one that cannot be read are not added | A folder among the files that are dropped | It is said of that
// one, and the others are added
test("files: one that cannot be read, such as a folder, is said to be so (CAN2)", async () => {
  const folder = new File(["x"], "Photos", { type: "" });
  folder.slice = () => {
    throw new DOMException("", "NotReadableError");
  };
  const made = await madeOfFile(folder, tools);
  assert.match("refused" in made ? made.refused : "", /“Photos” is a folder/);
});

// report: reading | A picture without a type, or with the wrong ending, is refused | PNG bytes named photo, photo.txt and scan.csv
// | They are pictures
test("files: pictures by their bytes (CAN2)", () => {
  const png = "\x89PNG\r\n\x1a\n";
  for (const [name, type] of /** @type {[string, string][]} */ ([["photo", ""], ["photo.txt", "text/plain"], ["scan.csv", "text/csv"], ["photo.jpg", "image/jpeg"]])) {
    assert.deepEqual(formatOf({ name, type }, png), { unusable: null, type: "image/png" }, name);
  }
  assert.deepEqual(formatOf({ name: "a", type: "" }, "GIF89a"), { unusable: null, type: "image/gif" });
  assert.deepEqual(formatOf({ name: "a", type: "" }, "\0\0\0\x1cftypavif"), { unusable: null, type: "image/avif" });
  assert.deepEqual(formatOf({ name: "a.svg", type: "" }, "<svg xmlns=''>"), { unusable: null, type: "image/svg+xml" });
  assert.deepEqual(formatOf({ name: "icon.ico", type: "image/x-icon" }, "\0\0\x01\0"), { unusable: null, type: "image/x-icon" });
});

test("files: a text is a text", async () => {
  assert.deepEqual(await outcome("notes.txt", "text/plain", "one\r\ntwo\0\n"), { type: "Text", content: "one\ntwo", font_size: 20 });
  assert.deepEqual(await outcome("README", "", "Read me"), { type: "Text", content: "Read me", font_size: 20 });
  assert.match(String(await outcome("long.txt", "text/plain", "x".repeat(5_000_000))), /too long/);
});

// report: lost | A text of 5 MB that is pasted stops the page | 5 MB of words | It is refused in words
test("files: words that are too long are refused in words", async () => {
  const made = await makings.Text.fromWords?.("word ".repeat(1_000_000), tools);
  assert.match(made && "refused" in made ? made.refused : "", /too long/);
  assert.equal(await makings.Chart.fromWords?.("1\t2\n".repeat(1_000_000), tools), null);
});

// report: reading | Umlauts of a CSV file are boxes | München, written by a spreadsheet in Windows-1252, UTF-16 and UTF-8 with a mark
// | München
test("files: text in the encodings of spreadsheets", () => {
  for (const written of ["M\xfcnchen", "\xff\xfeM\0\xfc\0n\0c\0h\0e\0n\0", "\xfe\xff\0M\0\xfc\0n\0c\0h\0e\0n", "\xef\xbb\xbfM\xc3\xbcnchen", "M\xc3\xbcnchen"]) {
    assert.equal(decodedText(bytes(written)), "München");
  }
});

// report: lost | Of fifty files that are dropped only a few refusals are seen | Fifty videos | One message names them all
test("files: what is said of many is one message with all names", () => {
  const all = Array.from({ length: 34 }, (_, number) => ({ name: `${number}.mov`, words: `“${number}.mov” is a video.` }));
  const words = told(all, (count) => `${count} were not added.`);
  assert.ok(words.startsWith("34 were not added. “0.mov” is a video."), words);
  assert.ok(words.includes("3.mov, 4.mov"), words);
  assert.ok(words.includes("and 1 more"), words);
  assert.equal(told(all.slice(0, 1), String), "“0.mov” is a video.");
  assert.equal(told([], String), "");
});

// report: found | Many files that are dropped lie on each other | Five pictures | They lie in rows beside each other
test("files: several lie in rows", () => {
  const rows = new Rows(5);
  const size = { width: 100, height: 50 };
  const at = [];
  for (let number = 0; number < 5; number++) {
    const { x, y } = rows.next(size) ?? { x: 0, y: -500 };
    at.push([x, y]);
    rows.put({ x: x - 50, y: y - 25, ...size });
  }
  assert.deepEqual(at, [[0, -500], [120, -500], [240, -500], [0, -430], [120, -430]]);
});

test("files: what moves is known, in every format", () => {
  const screen = "\x01\0\x01\0\0\0\0";
  const frame = ",\0\0\0\0\x01\0\x01\0\0\x02\x01\0\0";
  assert.ok(isAnimated(`GIF89a${screen}${frame}${frame};`));
  assert.ok(!isAnimated(`GIF89a${screen}${frame};`));
  const chunk = (/** @type {string} */ name, data = "") => `${String.fromCharCode(0, 0, 0, data.length)}${name}${data}\0\0\0\0`;
  const head = `\x89PNG\r\n\x1a\n${chunk("IHDR", "\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0")}`;
  assert.ok(isAnimated(`${head}${chunk("fcTL", "x")}${chunk("IDAT", "x")}${chunk("fcTL", "x")}`));
  assert.ok(!isAnimated(`${head}${chunk("IDAT", "x")}`));
  assert.ok(isAnimated("\0\0\0\x20ftypavis\0\0\0\0avifavis"));
  assert.ok(!isAnimated("\0\0\0\x1cftypavif\0\0\0\0avifmif1"));
});

// report: reading | A numbered list becomes a chart | 1, 2 and 3 before the items, with tabs | It is a text
test("files: the numbers of a list are no data", () => {
  const chart = (/** @type {number[]} */ values, name = "") => ({ chart_type: "bar", data: { title: "", labels: [], series: [{ name, values }] } });
  assert.ok(isListing(chart([1, 2, 3])));
  assert.ok(!isListing(chart([1, 2, 4])));
  assert.ok(!isListing(chart([1, 2, 3], "Sold")));
});

// report: reading | Names are cut in the middle of a flag or a family | A flag, a family, a skin tone and an accent at the place of the
// cut | The whole character is kept, or left out
test("unicode: texts are cut between what people see as characters", () => {
  assert.equal(firstOf("aa🇩🇪🇫🇷", 3), "aa");
  assert.equal(firstOf("aa🇩🇪🇫🇷", 4), "aa🇩🇪");
  assert.equal(firstOf("aa🇩🇪🇫🇷", 5), "aa🇩🇪");
  assert.equal(firstOf("a👨‍👩‍👧b", 3), "a");
  assert.equal(firstOf("a👍🏽b", 2), "a");
  assert.equal(firstOf("ae\u0301b", 2), "a");
  assert.equal(firstOf("abc", 3), "abc");
  assert.equal(firstOf("e\u0301\u0301\u0301\u0301", 3), "e\u0301\u0301", "one that goes on and on");
  assert.equal(firstOf(`👨‍👩‍👧${"x".repeat(5_000)}`, 4_000).length, 4_003);
  assert.equal(firstCharacter("🇩🇪 Ada"), "🇩🇪");
  assert.equal(firstCharacter(""), "");
});
