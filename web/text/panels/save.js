/** Texts of the panel that saves the canvas as a file. */

import { language, stamp } from "../language.js";

const scripts = new Intl.DisplayNames(language, { type: "script", fallback: "code" });
/** Codes of ISO 15924 that are no script. @type {Record<string, string>} */
const NO_SCRIPTS = { Zsye: "emoji", Zyyy: "symbols" };

/**
 * @param {string} code of ISO 15924
 * @returns {string}
 */
export const scriptName = (code) => NO_SCRIPTS[code] ?? (/^[A-Za-z]{4}$/.test(code) ? (scripts.of(code) ?? code) : code);

export const text = {
  saveTitle: "The canvas as a file",
  saveNow: "The canvas as it is now, without the pictures of cameras.",
  /** @param {string} moment */
  savePast: (moment) => `The canvas as it was: ${moment}.`,
  size: "Size of the picture",
  /** @param {number} width */
  pixels: (width) => `${width} pixels wide`,
  /** A name and what it is good for. @type {Record<"png" | "svg" | "json", [string, string]>} */
  formats: {
    png: ["Picture (PNG)", "For mails, slides and chats"],
    svg: ["Drawing (SVG)", "Sharp at every size, and can be edited"],
    json: ["Data (JSON)", "Everything, to be read by programs"],
  },
  chat: "Chat (text)",
  chatAbout: "What was said, as far as you can read it",
  chatNotWhole: "Only the latest part of the chat could be saved: the server is away, or it is longer than this page can hold.",
  copyPicture: "Copy link of the picture",
  /**
   * @param {string} format
   * @param {Date} now
   */
  fileName: (format, now) => `canvas-${stamp(now)}.${format}`,
  notSaved: "The file could not be made. Try again in a moment.",
  /** What a picture has not got, by what the server calls it. */
  lacks: {
    animation: "moving pictures (they stand still)",
    camera: "pictures of cameras and screens",
    chart: "some charts",
    color: "some colours",
    font: "letters for which the server has no font",
    model: "3D models",
    picture: "some pictures",
    "remote-picture": "pictures of other servers",
    text: "the end of long texts",
  },
  /** @param {string} phrase @param {string[]} names of scripts */
  lackOf: (phrase, names) => `${phrase} (${names.join(", ")})`,
  /** @param {string[]} words */
  missing: (words) => `Saved. Not in the picture: ${words.join("; ")}.`,
  pictureCopied: "Link copied. It always shows the canvas as it is then.",
  pastPictureCopied: "Link copied. It shows the canvas as it was at this moment.",
  /** @param {string} link */
  pictureNotCopied: (link) => `Your browser did not allow copying. The link is ${link}`,
};
