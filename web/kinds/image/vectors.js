/**
 * Check that an SVG drawing costs a bounded time to draw: what it repeats is counted before the
 * browser sees it. Pure but for the parser, which draws nothing.
 *
 * References and functions are read as browsers read them: names of functions in any case (CSS Syntax), addresses
 * without the spaces that the URL Standard leaves out, fragments with what is percent-encoded.
 */

import { parseSvg } from "../../lib/trusted.js";

const MOST_CHARACTERS = 4_000_000;
/** Nodes, each as often as it is drawn. */
const MOST_NODES = 30_000;
const DEEPEST = 200;
/** Effects of filters, each as often as it is drawn. */
const MOST_FILTERS = 40;
const NODES_FOR_FILTER = MOST_NODES / MOST_FILTERS;
/** What runs, moves, comes from elsewhere, or costs any amount by a number. */
const FORBIDDEN = new Set([
  "script", "foreignobject", "image", "feimage", "animate", "animatemotion", "animatetransform", "set", "iframe",
  "feturbulence", "feconvolvematrix", "femorphology", "fediffuselighting", "fespecularlighting",
]);
const REFERENCE = /(?:url|src)\(\s*(?:"([^"]*)|'([^']*)|([^"')]*))/gi;
const FILTER_FUNCTION = /(blur|drop-shadow|brightness|contrast|grayscale|hue-rotate|invert|saturate|sepia)\(/gi;
/** It is drawn at every point of a line; the markers of its ends are not so many. */
const MARKER_AT_POINTS = /marker(-mid)?\s*(\/\*.*?)?:/i;

/**
 * @param {string} source
 * @returns {boolean} it may be drawn
 */
export function isBounded(source) {
  // Entities would be unfolded by the parser.
  if (source.length > MOST_CHARACTERS || /<!(DOCTYPE|ENTITY)/i.test(source)) return false;
  return isBoundedTree(parseSvg(source).documentElement);
}

/**
 * @param {Element} root
 * @returns {boolean} it is a drawing that may be drawn
 */
export function isBoundedTree(root) {
  if (root.localName !== "svg") return false;
  const nodes = [root];
  for (const node of nodes) {
    for (const child of node.children) nodes.push(child);
    if (nodes.length > MOST_NODES || isForbidden(node)) return false;
  }
  return unfolded(root, new Map(), byId(nodes), 0) <= MOST_NODES;
}

/** @param {Element} node */
function isForbidden(node) {
  const name = node.localName.toLowerCase();
  // A style sheet can refer to anything from anywhere.
  if (name === "style" && isForbiddenSheet(node.textContent ?? "")) return true;
  // A backslash can hide what an attribute refers to (CSS Syntax section 4.3.7).
  return FORBIDDEN.has(name) || [...node.attributes].some(isForbiddenAttribute);
}

/** @param {string} sheet its rules are for any number of nodes */
function isForbiddenSheet(sheet) {
  return /(url|src)\(|\\|@import|animation/i.test(sheet) || sheet.search(FILTER_FUNCTION) >= 0;
}

/** @param {Attr} attribute */
function isForbiddenAttribute({ namespaceURI, localName, value }) {
  if (!namespaceURI && value.includes("\\")) return true;
  const name = localName.toLowerCase();
  if (name === "marker" || name === "marker-mid" || (name === "style" && MARKER_AT_POINTS.test(value))) return true;
  return addresses(name, value).some((address) => /^data:/i.test(address));
}

/**
 * @param {string} name of an attribute
 * @param {string} value
 * @returns {string[]} the addresses in it, as the URL Standard reads them
 */
function addresses(name, value) {
  const found = [...value.matchAll(REFERENCE)].map(([, double, single, bare]) => double ?? single ?? bare ?? "");
  if (name === "href") found.push(value);
  return found.map((address) => address.replace(/[\t\n\r]/g, "").replace(/^[\0- ]+|[\0- ]+$/g, ""));
}

/**
 * @param {string} address
 * @returns {string[]} the ids that it may stand for in the same document
 */
function idsOf(address) {
  if (!address.startsWith("#")) return [];
  const id = address.slice(1);
  try {
    return [...new Set([id, decodeURIComponent(id)])];
  } catch {
    return [id];
  }
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
  let count = node.localName.toLowerCase().startsWith("fe") ? NODES_FOR_FILTER : 1;
  for (const { localName, value } of node.attributes) {
    if (localName === "filter" || localName === "style") {
      count += NODES_FOR_FILTER * [...value.matchAll(FILTER_FUNCTION)].length;
    }
    for (const id of addresses(localName, value).flatMap(idsOf)) {
      const target = names.get(id);
      if (target) count += unfolded(target, known, names, depth + 1);
    }
  }
  for (const child of node.children) {
    // A filter is drawn where it is referred to.
    if (child.localName !== "filter") count += unfolded(child, known, names, depth + 1);
  }
  known.set(node, count);
  return count;
}
