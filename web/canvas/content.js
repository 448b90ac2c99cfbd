/** What fills the node of an element, by its kind. */

import { ChartContent, chartPixels } from "../kinds/chart/content.js";
import { describeKind } from "./describe.js";
import { isWanted, sameOrigin } from "../kinds/image/elsewhere.js";
import { ModelContent } from "../kinds/model/content.js";
import { PictureContent } from "../kinds/image/content.js";
import { inspect } from "../kinds/image/rasters.js";
import { standIn } from "./standin.js";
import { text } from "../text/canvas.js";
import { TextContent } from "../kinds/text/content.js";

/** @import {Element as SceneElement} from "../types/messages.js" */

/** @typedef {SceneElement["kind"]} Kind */

/** What a picture that lies elsewhere is thought to have. */
const UNKNOWN_PIXELS = 4_000_000;

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

/**
 * A card in the place of what is not drawn for now, since so much is in sight.
 *
 * @param {HTMLElement} node
 * @param {Kind} kind
 * @returns {Content}
 */
export function cardFor(node, kind) {
  const symbol = kind.type === "Image" ? "picture" : kind.type === "Chart" ? "chart" : "model";
  return { show: (shown) => standIn(node, symbol, text.tooMany(describeKind(shown))) };
}

/** Whether so many of them as a scene can have are too much for a browser. @param {Kind} kind */
export function isCostly(kind) {
  return kind.type === "Chart" || kind.type === "Image" || kind.type === "Model3D";
}

/**
 * What drawing an element keeps in memory, in pixels, roughly.
 *
 * @param {import("./contentvirtualizer.js").Shown} shown
 * @param {number} scale pixels for a scene unit
 * @returns {number}
 */
export function pixelsOf(shown, scale) {
  const { kind, at } = shown;
  if (kind.type === "Chart" && at) return chartPixels(at.width, at.height, scale);
  if (kind.type !== "Image") return 0;
  if (!kind.src.startsWith("data:")) return isWanted(kind.src) || sameOrigin(kind.src) ? UNKNOWN_PIXELS : 0;
  if (shown.cost?.src !== kind.src) shown.cost = { src: kind.src, pixels: inspect(kind.src).pixels };
  return shown.cost.pixels;
}

/** Whether it is dear enough to wait until it can be seen. @param {Kind} kind */
export function isExpensive(kind) {
  return kind.type === "Model3D";
}

/** @param {Kind} kind */
function symbolOf(kind) {
  return kind.type === "Video" ? "camera" : "picture";
}
