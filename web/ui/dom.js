/** Makes and finds nodes. Text only: nothing here reads markup. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/**
 * @param {string} name of a symbol in icons.svg
 * @returns {SVGSVGElement}
 */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.append(document.createElementNS(SVG, "use"));
  setIcon(svg, name);
  return svg;
}

/**
 * @param {SVGSVGElement} svg
 * @param {string} name
 */
export function setIcon(svg, name) {
  const address = `#icon-${name}`; // in the document: there without a server
  const use = svg.firstElementChild;
  if (use?.getAttribute("href") !== address) use?.setAttribute("href", address);
}

/** What takes text by itself; sliders, switches and such do not. */
const FIELDS = "textarea, [contenteditable], input:not([type=range], [type=checkbox], [type=radio], [type=color], [type=button], [type=file])";

/**
 * @param {EventTarget | null} target
 * @returns {boolean} words are written there, or in what is around it
 */
export function takesWords(target) {
  return target instanceof Element && target.closest(FIELDS) !== null;
}

/**
 * @param {Node} node
 * @param {string} text
 */
export function setText(node, text) {
  // Writing the same text again would make a screen reader say it again.
  if (node.textContent !== text) node.textContent = text;
}

/**
 * @template {HTMLElement} Kind
 * @param {string} id
 * @param {new () => Kind} kind
 * @returns {Kind}
 */
export function byId(id, kind) {
  const node = document.getElementById(id);
  if (!(node instanceof kind)) throw new TypeError(`the page has no #${id}`);
  return node;
}
