/** Making of the kind: a picture. */

import { shownWords } from "../../lib/foreign.js";
import { make } from "../../ui/dom.js";
import { wordsField } from "../../ui/fields.js";
import { firstOf } from "../../lib/unicode.js";
import { longest } from "../../scene/limits.js";
import { text } from "../../text/kinds/image.js";
import { MOST_BYTES, pictureOf } from "./pictures.js";

/** @import {Image} from "../../types/messages.js" */
/** @import {CreationTools, Made, Making} from "../definition.js" */
/** @import {Picture} from "./pictures.js" */

/** How large a picture by address is put down: only who looks at it loads it, so its own size is not known. */
const LINKED = { width: 480, height: 320 };
const LONGEST_NAME = 200;
const ADDRESS = /^https?:\/\/\S{1,2000}$/i;
const PICTURE_NAME = /\.(png|jpe?g|gif|webp|avif)([?#].*)?$/i;

/** @type {Making<Image>} */
export const imageMaking = {
  properties: (set) => [
    {
      field: wordsField(text.alt, { most: longest("Image", "alt"), hint: text.altHint, lines: true }, (alt, before) => set({ alt }, { alt: before })),
      read: ({ alt = "" }) => alt,
    },
  ],
  create: { command: "picture", label: text.create, keys: ["Shift+P", "9"], prepare: pictureChooser },
  fromFile: (file, tools) => (file.type.startsWith("image/") ? fromFile(file, tools) : null),
  async fromWords(words, tools) {
    const src = words.trim();
    return ADDRESS.test(src) && PICTURE_NAME.test(src) ? made({ src, ...LINKED }, "", tools) : null;
  },
};

/**
 * @param {CreationTools} tools
 * @returns {() => void} opens the browser's own dialog
 */
function pictureChooser({ addFiles }) {
  const field = make("input", { type: "file", accept: "image/*", multiple: "" });
  field.addEventListener("change", () => {
    addFiles([...(field.files ?? [])]);
    field.value = "";
  });
  return () => field.click();
}

/**
 * @param {File} file
 * @param {CreationTools} tools
 */
async function fromFile(file, tools) {
  const picture = await pictureOf(file);
  const shown = shownWords(file.name, 120);
  if (!picture) {
    const words = file.type === "image/svg+xml" ? text.vectorRefused : text.refused;
    return { refused: words(shown) };
  }
  // A camera's "IMG_0815" says nothing; a name with words in it does.
  const name = file.name.replace(/\.[^.]*$/, "").replace(/[-_]+/g, " ");
  const one = made(picture, /[a-z]{3,} [a-z]{2,}/i.test(name) ? firstOf(name, LONGEST_NAME) : "", tools);
  const lost = lossOf(picture, shown);
  return lost ? { ...one, lost } : one;
}

/**
 * @param {Picture} picture
 * @param {string} name of its file
 * @returns {string} what was lost, in words; empty where nothing was
 */
function lossOf({ wasAnimated, width, height, kept }, name) {
  if (wasAnimated) return text.stillNow(name, MOST_BYTES);
  return kept && kept.width < width ? text.smallerNow(name, { width, height }, kept) : "";
}

/**
 * @param {Picture} picture
 * @param {string} alt
 * @param {CreationTools} tools
 * @returns {Made<Image>}
 */
function made({ src, width, height }, alt, { fittingSize }) {
  return { kind: { type: "Image", src, ...(alt && { alt }) }, size: fittingSize({ width, height }) };
}
