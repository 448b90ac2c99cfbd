/** SVG files that would hang the page of who opens them are told by counting, however they write it. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { isBoundedTree } from "../../web/kinds/image/vectors.js";

/**
 * A part of a document, as far as it is looked at.
 *
 * @typedef {{localName: string, id: string, attributes: object[], children: Node[], textContent: string}} Node
 */

/**
 * @param {string} name
 * @param {Record<string, string>} [attributes]
 * @param {...(Node | string)} inner
 * @returns {Node}
 */
function node(name, attributes = {}, ...inner) {
  return {
    localName: name,
    id: attributes["id"] ?? "",
    attributes: Object.entries(attributes).map(([localName, value]) => ({ localName, value, namespaceURI: null })),
    children: /** @type {Node[]} */ (inner.filter((one) => typeof one !== "string")),
    textContent: inner.filter((one) => typeof one === "string").join(""),
  };
}

/** @param {...Node} inner */
function isTaken(...inner) {
  return isBoundedTree(/** @type {Element} */ (/** @type {unknown} */ (node("svg", {}, ...inner))));
}

/**
 * Each of them uses the next one twice.
 *
 * @param {(name: string) => Record<string, string>} use
 */
function nest(use) {
  const levels = Array.from({ length: 24 }, (_, level) => {
    const next = `m${level + 1}`;
    return node("mask", { id: `m${level}` }, node("g", use(next)), node("g", use(next)));
  });
  return [...levels, node("mask", { id: "m24" }), node("rect", use("m0"))];
}

/** @type {Record<string, (name: string) => Record<string, string>>} */
const WAYS = {
  plain: (name) => ({ mask: `url(#${name})` }),
  "in capitals": (name) => ({ mask: `URL(#${name})` }),
  mixed: (name) => ({ style: `mask: uRl( "#${name}" )` }),
  "without an end": (name) => ({ mask: `url('#${name}` }),
  "with a space": (name) => ({ mask: `url(" #${name}")` }),
  "with a tab within": (name) => ({ mask: `url("#${name[0]}\t${name.slice(1)}")` }),
  encoded: (name) => ({ mask: `url(#%6D${name.slice(1)})` }),
  "as a link": (name) => ({ href: `#${name}` }),
  "as a link with a space": (name) => ({ href: `\n #${name} ` }),
  "as an encoded link": (name) => ({ href: `#%6d${name.slice(1)}` }),
};

for (const [way, use] of Object.entries(WAYS)) {
  test(`vectors: a nest that is told ${way} is not drawn`, () => assert.equal(isTaken(...nest(use)), false));
}

test("vectors: an id may have any marks", () => {
  /** @param {string} name */
  const named = (name) => `${name})'`;
  const parts = nest((name) => ({ mask: `url("#${named(name)}")` }));
  for (const part of parts) part.id = named(part.id);
  assert.equal(isTaken(...parts), false);
});

test("vectors: effects are counted as often as they are drawn, in whichever way they are told", () => {
  /** @param {number} count @param {Record<string, string>} attributes */
  const many = (count, attributes) => isTaken(...Array.from({ length: count }, () => node("rect", attributes)));
  for (const attributes of /** @type {Record<string, string>[]} */ ([
    { style: "filter: blur(500px)" },
    { filter: "Blur(9px)" },
    { style: "FILTER:drop-shadow(0 0 900px red)" },
  ])) {
    assert.equal(many(30, attributes), true);
    assert.equal(many(50, attributes), false, JSON.stringify(attributes));
  }
  assert.equal(isTaken(node("rect", { filter: "blur(1px) ".repeat(50) })), false);
  const blur = node("filter", { id: "f" }, node("feGaussianBlur"));
  const uses = Array.from({ length: 50 }, () => node("rect", { filter: "url(#f)" }));
  assert.equal(isTaken(blur, ...uses), false);
  assert.equal(isTaken(blur, ...uses.slice(20)), true);
  assert.equal(isTaken(blur, node("rect", { filter: "url(#f) ".repeat(50) })), false);
  assert.equal(isTaken(node("style", {}, "rect { filter: BLUR(9px) }")), false);
});

test("vectors: what is drawn at every point of a line, or brings a document of its own, is not drawn", () => {
  for (const attributes of /** @type {Record<string, string>[]} */ ([
    { "marker-mid": "url(#a)" },
    { style: "stroke: red; marker : url(#a)" },
    { style: "marker-mid/**/: url(#a)" },
    { href: " data:image/svg+xml,<svg/>#a" },
    { mask: "url(DATA:image/svg+xml,<svg/>#a)" },
  ])) assert.equal(isTaken(node("path", attributes)), false, JSON.stringify(attributes));
});

test("vectors: usual drawings are drawn", () => {
  const shadow = node("filter", { id: "s" }, node("feGaussianBlur"), node("feOffset"), node("feMerge", {}, node("feMergeNode")));
  assert.equal(
    isTaken(
      node("style", {}, ".a { fill: red; opacity: .5; mask-mode: alpha }"),
      node("defs", {}, shadow, node("linearGradient", { id: "g" }), node("marker", { id: "a" }, node("path"))),
      node("a", { href: "https://example.org/" }, node("rect", { fill: "url(#g)", filter: "url(#s)" })),
      node("path", { "marker-end": "url(#a)", style: "marker-start: url('#a')", d: "M0 0" }),
      node("use", { href: "#100%" }),
    ),
    true,
  );
});
