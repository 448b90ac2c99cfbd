/** A 3D model in words. Pure. */

import { text } from "../../text/kinds/model.js";
import { fileName } from "../parts/filename.js";

/** @import {Model3D} from "../../types/messages.js" */

/**
 * @param {Model3D} kind
 * @returns {string} with the name of its file
 */
export function describeModel({ src }) {
  return text.model(fileName(src));
}
