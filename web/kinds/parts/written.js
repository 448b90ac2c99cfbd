/** Nodes of written text: lines, items of lists, and links that can be pressed. Nothing in it is markup. */

import { linksIn } from "../../lib/links.js";
import { make } from "../../ui/dom.js";
import { text } from "../../text/kinds/text.js";
import { hasList, listLineOf } from "./lists.js";

/** Room for what stands before an item, in letters of its size; as in `export/lists.py`. */
export const MARKER_EM = 1.5;

/** What each paragraph holds. @type {WeakMap<HTMLElement, string>} */
const shown = new WeakMap();

/**
 * Fill a paragraph; one without lists and links stays one text.
 *
 * @param {HTMLElement} paragraph
 * @param {string} content
 */
export function showWritten(paragraph, content) {
  if (shown.get(paragraph) === content) return;
  shown.set(paragraph, content);
  if (!hasList(content)) return void paragraph.replaceChildren(...withLinks(content));
  paragraph.replaceChildren(...content.split("\n").map(lineNode));
}

/** @param {string} line */
function lineNode(line) {
  const item = listLineOf(line);
  if (!item) return make("span", { class: "written-line", dir: "auto" }, ...withLinks(line || "\u200b"));
  const node = make("span", { class: "written-line item", dir: "auto" });
  node.style.paddingInlineStart = `${(item.level + 1) * MARKER_EM}em`;
  const sign = make("span", { class: "item-sign" }, item.shown);
  sign.style.marginInlineStart = `-${MARKER_EM}em`;
  sign.style.width = `${MARKER_EM}em`;
  node.append(sign, ...withLinks(line.slice(item.marker) || "\u200b"));
  return node;
}

/** @param {string} words @returns {(Node | string)[]} */
function withLinks(words) {
  return linksIn(words).map((part) => {
    if (part.type !== "link") return part.text;
    const { address, host } = part;
    return make("a", { href: address, target: "_blank", rel: "noopener", tabindex: "-1", title: text.linkTo(host || address) }, part.text);
  });
}
