/**
 * Check that an SVG drawing costs a bounded time to draw: what it repeats is counted before the
 * browser sees it. Pure but for the parser, which draws nothing.
 */

import { parseSvg } from "../../lib/trusted.js";

const MOST_CHARACTERS = 4_000_000;
/** Nodes, each as often as it is drawn. */
const MOST_NODES = 30_000;
const DEEPEST = 200;
const MOST_FILTERS = 40;
/** What runs, moves, comes from elsewhere, or costs any amount by a number. */
const FORBIDDEN = new Set([
  "script", "foreignobject", "image", "feimage", "animate", "animatemotion", "animatetransform", "set", "iframe",
  "feturbulence", "feconvolvematrix", "femorphology", "fediffuselighting", "fespecularlighting",
]);
const REFERENCE = /url\(\s*["']?#([^"')]+)/g;

/**
 * @param {string} source
 * @returns {boolean} it may be drawn
 */
export function isBounded(source) {
  // Entities would be unfolded by the parser.
  if (source.length > MOST_CHARACTERS || /<!(DOCTYPE|ENTITY)/i.test(source)) return false;
  const root = parseSvg(source).documentElement;
  if (root.localName !== "svg") return false;
  const nodes = [root, ...root.querySelectorAll("*")];
  if (nodes.length > MOST_NODES || nodes.some(isForbidden)) return false;
  if (nodes.filter(({ localName }) => localName.toLowerCase().startsWith("fe")).length > MOST_FILTERS) return false;
  return unfolded(root, new Map(), byId(nodes), 0) <= MOST_NODES;
}

/** @param {Element} node */
function isForbidden(node) {
  const name = node.localName.toLowerCase();
  // A style sheet can refer to anything from anywhere.
  if (name === "style" && /url\(|\\|@import|animation/i.test(node.textContent ?? "")) return true;
  // A backslash can hide what an attribute refers to (CSS Syntax section 4.3.7).
  return FORBIDDEN.has(name) || [...node.attributes].some(({ namespaceURI, value }) => !namespaceURI && value.includes("\\"));
}

/** @param {Element[]} nodes */
function byId(nodes) {
  /** @type {Map<string, Element>} */
  const found = new Map();
  for (const node of nodes) if (node.id && !found.has(node.id)) found.set(node.id, node);
  return found;
}

/**
 * How many nodes are drawn for one, with all it refers to.
 *
 * @param {Element} node
 * @param {Map<Element, number>} known what was counted; infinite while it is being counted
 * @param {Map<string, Element>} names
 * @param {number} depth
 * @returns {number}
 */
function unfolded(node, known, names, depth) {
  if (depth > DEEPEST) return Infinity;
  const before = known.get(node);
  if (before !== undefined) return before;
  known.set(node, Infinity); // what refers to itself never ends
  let count = 1;
  for (const { localName, value } of node.attributes) {
    const ids = [...value.matchAll(REFERENCE)].map(([, id]) => id ?? "");
    if (localName === "href" && value.startsWith("#")) ids.push(value.slice(1));
    for (const id of ids) {
      const target = names.get(id);
      if (target) count += unfolded(target, known, names, depth + 1);
    }
  }
  for (const child of node.children) count += unfolded(child, known, names, depth + 1);
  known.set(node, count);
  return count;
}
