/** Everything people read stands in web/text/ or index.html, so that a language is one folder and one page. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const WEB = new URL("../../web/", import.meta.url);
/** Not ours to translate: foreign code, generated types, the example for programmers. */
const OUTSIDE = /^(bundle|text|vendor|types|example)\//;
/** Attributes that are read out or shown. */
const SPOKEN = /(?:aria-label|aria-valuetext|aria-description|aria-roledescription|title|placeholder|alt)["']?\s*[:=,]\s*$/;
/** What a programmer reads. */
const FOR_PROGRAMMERS = /(?:Error|log|assert)\([^()]*$|\bimport\($/;

/** @returns {string[]} modules of the browser client, but those outside */
function modules() {
  const files = readdirSync(WEB, { recursive: true, encoding: "utf8" });
  return files.filter((name) => name.endsWith(".js") && !OUTSIDE.test(name)).sort();
}

/**
 * The string literals of a module. Knows comments, and regular expressions by what is before them.
 *
 * @param {string} code
 * @returns {{before: string, value: string, line: number}[]} `before`: the code that leads to it
 */
function literalsOf(code) {
  const found = [];
  const token = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|(?<=[(,=:[!&|?{};\n]\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\\n[])+\/|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`/g;
  for (const { 0: text, index } of code.matchAll(token)) {
    if (!/^["'`]/.test(text)) continue;
    const before = code.slice(Math.max(0, index - 60), index);
    found.push({ before, value: text.slice(1, -1), line: code.slice(0, index).split("\n").length });
  }
  return found;
}

/**
 * @param {{before: string, value: string}} literal
 * @returns {boolean} it looks like something that people read
 */
function isForPeople({ before, value }) {
  if (FOR_PROGRAMMERS.test(before.trimEnd())) return false;
  const words = value.replace(/\$\{[^}]*\}/g, " ");
  if (SPOKEN.test(before)) return /\p{L}{2}/u.test(words);
  return /^\p{Lu}\p{L}*[,…]? \p{L}|^\p{Lu}\p{L}*…$|\p{L}[.!?]$/u.test(words.trim()) && /\s|…$/.test(words.trim());
}

test("the check finds what it looks for", () => {
  const code = `
    // "A comment that people do not read."
    button.title = "Close"; make("p", { "aria-label": "Things" }, "Nothing is here.");
    throw new TypeError("the page has no node"); log("connection", "away", /"Not. A text"/);
    node.style.transform = \`translate(\${x}px)\`; show(\`\${name} has left.\`);`;
  const found = literalsOf(code).filter(isForPeople).map(({ value }) => value);
  assert.deepEqual(found, ["Close", "Things", "Nothing is here.", "${name} has left."]);
});

test("no module says anything to people that is not in the catalogue", () => {
  const names = modules();
  assert.ok(names.length > 30, `${names.length} modules`);
  const strays = names.flatMap((name) =>
    literalsOf(readFileSync(new URL(name, WEB), "utf8"))
      .filter(isForPeople)
      .map(({ line, value }) => `web/${name}:${line}: ${value}`),
  );
  assert.deepEqual(strays, []);
});

test("the page and the catalogue are in one language", async () => {
  const page = readFileSync(new URL("index.html", WEB), "utf8");
  const { language } = await import("../../web/text/language.js");
  assert.equal(/<html lang="([^"]*)"/.exec(page)?.[1], language);
  for (const name of readdirSync(new URL("text/", WEB), { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".js")) continue;
    const code = readFileSync(new URL(`text/${name}`, WEB), "utf8");
    assert.ok(!/Intl\.\w+\(["']/.test(code), `web/text/${name} names a language of its own`);
  }
});
