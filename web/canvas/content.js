/** What fills the node of an element, by its kind. */

import { ChartContent } from "./chart.js";
import { describeKind } from "./describe.js";
import { ModelContent } from "./model.js";
import { PictureContent } from "./picture.js";
import { standIn } from "./standin.js";
import { TextContent } from "./text.js";

/** @import {Element as SceneElement} from "../types/messages.js" */

/** @typedef {SceneElement["kind"]} Kind */

/**
 * Each method is told what changed and draws it. `resize` gets scene units, `sharpen` the pixels
 * there are for one of them; the content's own pictures are to have as many.
 *
 * @typedef {object} Content
 * @property {(kind: any) => void} show first of all, and again when the kind changes
 * @property {(width: number, height: number) => void} [resize]
 * @property {(pixels: number) => void} [sharpen]
 * @property {() => void} [close] lets go of what it holds
 */

/**
 * @param {HTMLElement} node filled by the content; empty
 * @param {Kind} kind
 * @returns {Content}
 */
export function contentFor(node, kind) {
  switch (kind.type) {
    case "Text":
      return new TextContent(node);
    case "Image":
      return new PictureContent(node);
    case "Chart":
      return new ChartContent(node);
    case "Model3D":
      return new ModelContent(node);
    default: // a stream that is no camera, and what a later server may know
      return { show: (shown) => standIn(node, symbolOf(shown), describeKind(shown)) };
  }
}

/** Whether it is dear enough to wait until it can be seen. @param {Kind} kind */
export function isDear(kind) {
  return kind.type === "Model3D";
}

/** @param {Kind} kind */
function symbolOf(kind) {
  return kind.type === "Video" ? "camera" : "picture";
}
