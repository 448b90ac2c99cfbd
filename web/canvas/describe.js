/** What elements are, in words, for those who do not see them. */

import { text } from "../text/canvas.js";
import { firstOf } from "../lib/unicode.js";

/** @import {Element as SceneElement} from "../types/messages.js" */

/**
 * What an element of a kind is.
 *
 * @param {SceneElement["kind"]} kind not of a camera; that is called by the name of its person
 * @returns {string}
 */
export function describeKind(kind) {
  switch (kind.type) {
    case "Text":
      return firstOf(firstOf(kind.content, 200).replaceAll(/\s+/g, " ").trim(), 120) || text.emptyText;
    case "Image":
      return kind.alt?.trim() || text.picture(fileName(kind.src));
    case "Chart":
      return text.chart(kind.chart_type, titleOf(kind.data));
    case "Model3D":
      return text.model(fileName(kind.src));
    case "Video":
      return text.video;
    default:
      return text.unknownKind(String(/** @type {{type: unknown}} */ (kind).type));
  }
}

/** @param {unknown} data of a chart */
function titleOf(data) {
  const title = typeof data === "object" && data !== null && "title" in data ? data.title : "";
  return typeof title === "string" ? firstOf(title, 120) : "";
}

/**
 * The name of the file an address ends with; none for what is no file.
 *
 * @param {string} address
 * @returns {string}
 */
function fileName(address) {
  if (!/^https?:/i.test(address)) return "";
  const path = address.replace(/[?#].*$/s, "").replace(/^https?:\/\/[^/]*/i, "");
  const name = path.slice(path.lastIndexOf("/") + 1);
  try {
    return firstOf(decodeURIComponent(name), 80);
  } catch {
    return firstOf(name, 80); // no escape after all, but a per cent sign
  }
}
