/** What is said of the canvas as a file. */

import { stamp } from "../language.js";

export const text = {
  label: "Save",
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
  copyPicture: "Copy link of the picture",
  /**
   * @param {string} format
   * @param {Date} now
   */
  fileName: (format, now) => `canvas-${stamp(now)}.${format}`,
  notSaved: "The file could not be made. Try again in a moment.",
  pictureCopied: "Link copied. It always shows the canvas as it is then.",
  pastPictureCopied: "Link copied. It shows the canvas as it was at this moment.",
  /** @param {string} link */
  pictureNotCopied: (link) => `Your browser did not allow copying. The link is ${link}`,
};
