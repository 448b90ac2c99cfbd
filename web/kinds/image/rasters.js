/**
 * Reader of the headers of raster pictures: format and size, without decoding. Pure.
 *
 * The server reads the same with `core/rasters.py`; both are held against tests/samples/pictures.json.
 */

/**
 * @typedef {object} Raster
 * @property {"png" | "jpeg" | "gif" | "webp" | "avif" | "bmp"} form
 * @property {number} width in pixels
 * @property {number} height
 * @property {number} passes frames of an animation, or scans of a progressive JPEG
 */

/** A picture may have so many pixels, so many on a side, and so many in all its frames. */
const MOST_PIXELS = 24_000_000;
const MOST_SIDE = 16_384;
const MOST_ANIMATED_PIXELS = 240_000_000;

/** The data end before what was to be read. */
class CutOff extends Error {}

/**
 * Why a picture cannot be drawn: `vector`, it is no raster picture; `large`; `broken`, it is none at all.
 *
 * @typedef {"vector" | "large" | "broken"} Flaw
 */

/**
 * What can be said of a picture before it is drawn.
 *
 * @param {string} src a data URL
 * @returns {{flaw: Flaw, pixels: 0} | {flaw: null, pixels: number}}
 */
export function inspect(src) {
  const data = contentOf(src);
  if (data === null) return { flaw: "vector", pixels: 0 };
  const raster = measure(data);
  if (!raster) return { flaw: isMarkup(data) ? "vector" : "broken", pixels: 0 };
  return isLarge(raster) ? { flaw: "large", pixels: 0 } : { flaw: null, pixels: raster.width * raster.height };
}

/**
 * @param {string} src a data URL
 * @returns {Raster | null} `null`: it is no picture that can be drawn
 */
export function drawableOf(src) {
  const data = contentOf(src);
  const raster = data === null ? null : measure(data);
  return raster && !isLarge(raster) ? raster : null;
}

/** @param {Raster} raster */
export function isLarge({ width, height, passes }) {
  const pixels = width * height;
  return pixels > MOST_PIXELS || Math.max(width, height) > MOST_SIDE || pixels * passes > MOST_ANIMATED_PIXELS;
}

/**
 * The content of a data URL of a raster picture; a character of it is a byte.
 *
 * @param {string} src
 * @returns {string | null} `null`: it says that it is something else
 */
function contentOf(src) {
  const comma = src.indexOf(",");
  // As browsers read it: line breaks in a URL do not count.
  const head = src.slice(0, comma < 0 ? undefined : comma).replace(/[\t\n\f\r ]/g, "").toLowerCase();
  const [essence = "", ...parameters] = head.split(";");
  if (!/^data:image\/(png|apng|p?jpe?g|gif|webp|avif|bmp|x-ms-bmp)$/.test(essence)) return null;
  if (parameters.at(-1) !== "base64") return null;
  try {
    return atob(decodeURIComponent((src.slice(comma + 1).split("#")[0] ?? "")));
  } catch {
    return "";
  }
}

/**
 * @param {string} data a character is a byte
 * @returns {Raster | null} `null`: it is none of the forms, or is cut off
 */
export function measure(data) {
  try {
    if (data.startsWith("\x89PNG\r\n\x1a\n")) return png(data);
    if (data.startsWith("\xff\xd8")) return jpeg(data);
    if (data.startsWith("GIF8")) return gif(data);
    if (data.startsWith("RIFF")) return webp(data);
    if (data.startsWith("BM")) return bmp(data);
    return data.slice(4, 8) === "ftyp" ? avif(data) : null;
  } catch (error) {
    if (error instanceof CutOff) return null;
    throw error;
  }
}

/**
 * @param {string} data a character is a byte
 * @returns {boolean} it has several frames, one after the other
 */
export function isAnimated(data) {
  if (data.slice(4, 8) === "ftyp") return data.slice(8, 64).includes("avis");
  const raster = measure(data);
  return raster !== null && raster.passes > 1 && raster.form !== "jpeg";
}

/**
 * Whether data are markup, as SVG is, in any encoding, or packed.
 *
 * @param {string} data
 */
export function isMarkup(data) {
  const plain = data.slice(0, 4096).replaceAll("\0", "").replace(/^[\xef\xbb\xbf\xfe\xff \t\r\n\f]+/, "");
  return data.startsWith("\x1f\x8b") || plain.startsWith("<") || plain.toLowerCase().includes("<svg");
}

/**
 * @param {string} data
 * @param {number} at
 * @param {number} length in bytes
 */
function big(data, at, length) {
  if (at + length > data.length) throw new CutOff();
  let number = 0;
  for (let place = at; place < at + length; place++) number = number * 256 + data.charCodeAt(place);
  return number;
}

/**
 * @param {string} data
 * @param {number} at
 * @param {number} length
 */
function little(data, at, length) {
  if (at + length > data.length) throw new CutOff();
  let number = 0;
  for (let place = at + length - 1; place >= at; place--) number = number * 256 + data.charCodeAt(place);
  return number;
}

/** @param {string} data @returns {Raster} */
function png(data) {
  const [width, height] = [big(data, 16, 4), big(data, 20, 4)];
  let frames = 0;
  for (let at = 8; at + 8 <= data.length; at += 12 + big(data, at, 4)) {
    if (data.slice(at + 4, at + 8) === "fcTL") frames++;
  }
  return { form: "png", width, height, passes: Math.max(1, frames) };
}

/** @param {string} data @returns {Raster | null} */
function jpeg(data) {
  for (let at = data.indexOf("\xff", 2); at >= 0; at = data.indexOf("\xff", at)) {
    const marker = big(data, at + 1, 1);
    if (marker === 0xff) at++; // a fill byte
    else if (marker <= 1 || (marker >= 0xd0 && marker <= 0xd8)) at += 2; // these have no length
    else if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      const scans = data.split("\xff\xda").length - 1;
      return { form: "jpeg", width: big(data, at + 7, 2), height: big(data, at + 5, 2), passes: Math.max(1, scans) };
    } else if (marker === 0xd9 || marker === 0xda) return null;
    else at += 2 + Math.max(2, big(data, at + 2, 2));
  }
  return null;
}

/** @param {string} data @returns {Raster} */
function gif(data) {
  let [width, height] = [little(data, 6, 2), little(data, 8, 2)];
  let at = 13 + palette(big(data, 10, 1));
  let frames = 0;
  while (at < data.length) {
    const block = data[at];
    if (block === "," && at + 10 <= data.length) {
      frames++;
      width = Math.max(width, little(data, at + 1, 2) + little(data, at + 5, 2));
      height = Math.max(height, little(data, at + 3, 2) + little(data, at + 7, 2));
      at = afterBlocks(data, at + 11 + palette(big(data, at + 9, 1)));
    } else if (block === "!") at = afterBlocks(data, at + 2);
    else break;
  }
  return { form: "gif", width, height, passes: Math.max(1, frames) };
}

/** @param {number} packed flags of a screen or a picture @returns {number} bytes of its colours */
function palette(packed) {
  return packed & 0x80 ? 3 << ((packed & 7) + 1) : 0;
}

/**
 * @param {string} data
 * @param {number} at where the first of a row of blocks begins
 * @returns {number} what follows the last one
 */
function afterBlocks(data, at) {
  while (at < data.length && data[at] !== "\0") at += 1 + data.charCodeAt(at);
  return at + 1;
}

/** @param {string} data @returns {Raster | null} */
function webp(data) {
  if (data.slice(8, 12) !== "WEBP") return null;
  switch (data.slice(12, 16)) {
    case "VP8X": {
      const [width, height] = [1 + little(data, 24, 3), 1 + little(data, 27, 3)];
      let frames = 0;
      for (let at = 12; at + 8 <= data.length; ) {
        if (data.slice(at, at + 4) === "ANMF") frames++;
        const length = little(data, at + 4, 4);
        at += 8 + length + (length % 2);
      }
      return { form: "webp", width, height, passes: Math.max(1, frames) };
    }
    case "VP8 ":
      return { form: "webp", width: little(data, 26, 2) & 0x3fff, height: little(data, 28, 2) & 0x3fff, passes: 1 };
    case "VP8L": {
      const bits = little(data, 21, 4);
      return { form: "webp", width: 1 + (bits & 0x3fff), height: 1 + ((bits >> 14) & 0x3fff), passes: 1 };
    }
    default:
      return null;
  }
}

/**
 * The largest of its `ispe` properties; a sequence of pictures is none of the forms.
 *
 * @param {string} data
 * @returns {Raster | null}
 */
function avif(data) {
  const brands = data.slice(8, Math.min(big(data, 0, 4), 256));
  if (!brands.includes("avif") || brands.includes("avis")) return null;
  /** @type {Raster | null} */
  let largest = null;
  for (let at = data.indexOf("ispe"); at >= 0 && at <= data.length - 16; at = data.indexOf("ispe", at + 4)) {
    const [width, height] = [big(data, at + 8, 4), big(data, at + 12, 4)];
    if (!largest || width * height > largest.width * largest.height) largest = { form: "avif", width, height, passes: 1 };
  }
  return largest;
}

/** @param {string} data @returns {Raster} */
function bmp(data) {
  if (little(data, 14, 4) === 12) {
    return { form: "bmp", width: little(data, 18, 2), height: little(data, 20, 2), passes: 1 };
  }
  const height = little(data, 22, 4);
  return { form: "bmp", width: little(data, 18, 4), height: Math.min(height, 2 ** 32 - height), passes: 1 };
}
