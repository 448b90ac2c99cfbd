/** Makes elements of files: every one ends as an element or in words. */

import { formatOf, HEAD_BYTES } from "../lib/fileformats.js";
import { charactersOf } from "../lib/decodetext.js";
import { shownWords } from "../lib/foreign.js";
import { byDemand, makings } from "../kinds/makings.js";
import { fileText, text } from "../text/tools.js";

/** @import {CreationTools, Made, Refused} from "../kinds/definition.js" */

/** @import {Unusable} from "../lib/fileformats.js" */

/** So many at once. */
export const MOST_FILES = 100;
const LONGEST_NAME = 120;
/** Pictures that some systems can read. @type {Partial<Record<Unusable, string>>} */
const PERHAPS = { heic: "image/heic", tiff: "image/tiff", jxl: "image/jxl" };

/**
 * @param {File} file
 * @param {CreationTools} tools
 * @returns {Promise<Made<any> | Refused>}
 */
export async function madeOfFile(file, tools) {
  const name = shownWords(file.name, LONGEST_NAME);
  if (file.size === 0) return { refused: fileText.empty(name) };
  try {
    const format = formatOf(file, await charactersOf(file.slice(0, HEAD_BYTES)));
    if (format.unusable) return (await perhapsPicture(file, format.unusable, tools)) ?? { refused: fileText.unusable(format.unusable, name) };
    // Renamed, or from where types are not known: it is what it begins as.
    const typed = format.type === file.type ? file : new File([file], file.name, { type: format.type });
    for (const { fromFile } of byDemand) {
      const making = fromFile?.(typed, tools);
      if (making) return await making;
    }
    return { refused: text.fileRefused(name) };
  } catch {
    // A folder, a file that was moved meanwhile, or one that this person may not read.
    return { refused: fileText.unreadable(name) };
  }
}

/**
 * @param {File} file
 * @param {Unusable} what
 * @param {CreationTools} tools
 * @returns {Promise<Made<any> | null>} `null`: this browser cannot read it; some can
 */
async function perhapsPicture(file, what, tools) {
  const type = PERHAPS[what];
  if (!type) return null;
  try {
    const made = await makings.Image.fromFile?.(new File([file], file.name, { type }), tools);
    return made && !("refused" in made) ? made : null;
  } catch {
    return null;
  }
}

/**
 * What is said of several files, in a few sentences.
 *
 * @param {readonly {name: string, words: string}[]} told about some of them
 * @param {(count: number) => string} title
 * @returns {string}
 */
export function told(told, title) {
  const [only, ...others] = told;
  if (!only) return "";
  if (others.length === 0) return only.words;
  const whole = told.slice(0, 3).map(({ words }) => words);
  const rest = told.slice(3).map(({ name }) => shownWords(name, 40));
  return [title(told.length), ...whole, ...(rest.length > 0 ? [fileText.rest(rest)] : [])].join(" ");
}
