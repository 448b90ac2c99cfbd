/** Drawing of a kind in SVG: a picture in scene units that fills the node of its element. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number>} [attributes]
 * @param {...Node} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  node.append(...children);
  return node;
}

/** @returns {SVGSVGElement} as large as the element; what is drawn may lie outside of it */
export function drawing() {
  return svg("svg", { class: "drawing", "aria-hidden": "true", focusable: "false" });
}
