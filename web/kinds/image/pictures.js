/** Conversion of picture files to what a scene takes: raster pictures that are small enough. */

import { dataUrl } from "../../lib/dataurl.js";
import { charactersOf } from "../../lib/decodetext.js";
import { hasMetadata } from "./metadata.js";
import { inspect, isAnimated, isLarge, measure } from "./rasters.js";
import { isBounded } from "./vectors.js";

import { longest } from "../../scene/limits.js";

/**
 * `width` and `height` of the file, in pixels; `kept`: those that are left; `wasAnimated`: only its first frame is left.
 *
 * @typedef {{src: string, width: number, height: number, kept?: Size, wasAnimated?: boolean}} Picture
 */
/** @typedef {{width: number, height: number}} Size */

/** The longest source the server takes. */
const MOST_CHARACTERS = longest("Image", "src");
export const MOST_BYTES = (MOST_CHARACTERS * 3) / 4 - 100;
const WIDEST_PX = 2_000;
/** The quality of what is encoded anew without need of being smaller. */
const FINE = 0.92;
/** From good to small; the last ones also make the picture smaller. @type {[number, number][]} */
const TRIES = [[1, 0.86], [1, 0.7], [0.75, 0.7], [0.5, 0.7], [0.35, 0.6], [0.25, 0.6], [0.15, 0.5]];
const PLAIN = /^image\/(png|jpeg|gif|webp|avif)$/;
/** Own files may be larger than what is sent, but not so large that the browser does not come back. */
const MOST_PIXELS = 250_000_000;
const HEAD_BYTES = 1_000_000;
/** The second frame of an animation begins within so many. */
const ANIMATED_BYTES = 16_000_000;

/**
 * @param {Blob} file
 * @param {number} [mostBytes] it may have when it is sent
 * @returns {Promise<Picture | null>} `null`: the browser cannot read it, or it cannot be made small enough
 */
export async function pictureOf(file, mostBytes = MOST_BYTES) {
  const isVector = file.type === "image/svg+xml";
  if (isVector ? !isBounded(await file.text()) : await isVast(file)) return null;
  const address = URL.createObjectURL(file);
  try {
    const image = await loaded(address);
    if (!image) return null;
    const [width, height] = [image.naturalWidth || 300, image.naturalHeight || 200];
    if (PLAIN.test(file.type) && file.size < mostBytes) {
      const src = await sendable(file, image, mostBytes);
      if (src) return { src, width, height };
    }
    // A drawing has as many pixels as it is given: twice its size is sharp on most screens.
    const made = await smaller(image, { width, height }, isVector ? 2 : 1, mostBytes);
    if (!made) return null;
    return { width, height, ...made, wasAnimated: !isVector && isAnimated(await charactersOf(file.slice(0, ANIMATED_BYTES))) };
  } finally {
    URL.revokeObjectURL(address);
  }
}

/**
 * A small file as it is, but for a photo that says where it was taken: that one is encoded anew, as it is seen.
 *
 * @param {Blob} file
 * @param {HTMLImageElement} image the same, which the browser has turned
 * @param {number} mostBytes
 * @returns {Promise<string | null>} `null`: it has to be made smaller, or another format
 */
async function sendable(file, image, mostBytes) {
  const src = await dataUrl(file);
  const data = await charactersOf(file);
  const raster = inspect(src).flaw ? null : measure(data);
  if (!raster) return null;
  if (isAnimated(data) || !hasMetadata(raster.form, data)) return src;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  canvas.getContext("2d")?.drawImage(image, 0, 0);
  const blob = await encoded(canvas, FINE);
  return blob && blob.size < mostBytes ? dataUrl(blob) : null;
}

/** @param {Blob} file of a raster picture @returns {Promise<boolean>} it says that it is larger than can be read */
async function isVast(file) {
  const raster = measure(await charactersOf(file.slice(0, HEAD_BYTES)));
  return raster !== null && isLarge(raster) && raster.width * raster.height > MOST_PIXELS;
}

/**
 * @param {string} src
 * @returns {Promise<HTMLImageElement | null>}
 */
function loaded(src) {
  return new Promise((resolve) => {
    const image = new Image();
    image.addEventListener("load", () => resolve(image));
    image.addEventListener("error", () => resolve(null));
    image.src = src;
  });
}

/**
 * @param {HTMLImageElement} image
 * @param {Size} size
 * @param {number} times how much larger it may become
 * @param {number} mostBytes
 * @returns {Promise<{src: string, kept: Size} | null>}
 */
async function smaller(image, { width, height }, times, mostBytes) {
  const fit = Math.min(times, WIDEST_PX / Math.max(width, height));
  for (const [factor, quality] of TRIES) {
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(width * fit * factor));
    canvas.height = Math.max(1, Math.round(height * fit * factor));
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await encoded(canvas, quality);
    if (blob && blob.size < mostBytes) return { src: await dataUrl(blob), kept: { width: canvas.width, height: canvas.height } };
  }
  return null;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {number} quality
 * @returns {Promise<Blob | null>} WebP keeps what is transparent; browsers that cannot write it give PNG
 */
function encoded(canvas, quality) {
  return new Promise((resolve) => canvas.toBlob(resolve, "image/webp", quality));
}
