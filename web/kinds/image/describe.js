/** A picture in words. Pure. */

import { shownWords } from "../../lib/foreign.js";
import { text } from "../../text/kinds/image.js";
import { fileName } from "../parts/filename.js";

/** @import {Image} from "../../types/messages.js" */

/**
 * @param {Image} kind
 * @returns {string} what it shows, else the name of its file
 */
export function describeImage({ alt, src }) {
  return shownWords(alt) || text.picture(fileName(src));
}
