/** Files that the browser keeps. */

import { make } from "./dom.js";

/**
 * Let the browser keep something as a file.
 *
 * @param {Blob} content
 * @param {string} name
 */
export function save(content, name) {
  const address = URL.createObjectURL(content);
  make("a", { href: address, download: name }).click();
  // The browser has it by then.
  setTimeout(() => URL.revokeObjectURL(address));
}
