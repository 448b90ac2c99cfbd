/** Names of files in addresses. Pure. */

import { shownWords } from "../../lib/foreign.js";

/**
 * The name of the file an address ends with; none for what is no file.
 *
 * @param {string} address
 * @returns {string}
 */
export function fileName(address) {
  if (!/^https?:/i.test(address)) return "";
  const path = address.replace(/[?#].*$/s, "").replace(/^https?:\/\/[^/]*/i, "");
  const name = path.slice(path.lastIndexOf("/") + 1);
  try {
    return shownWords(decodeURIComponent(name), 80);
  } catch {
    return shownWords(name, 80); // no escape after all, but a per cent sign
  }
}
