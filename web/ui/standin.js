/** The card in the place of what cannot be shown: a symbol and words. */

import { icon, make } from "./dom.js";

/**
 * @param {HTMLElement} node filled with the card
 * @param {string} symbol of icons.svg
 * @param {string} words
 * @param {...Node} more what can be done about it
 */
export function standIn(node, symbol, words, ...more) {
  node.replaceChildren(make("div", { class: "stand-in" }, icon(symbol), make("span", {}, words), ...more));
}
