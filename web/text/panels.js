/** What the panels beside the canvas say: the list of elements, the history, what can be saved, help. */

import { language, stamp } from "./language.js";

/** @import {Deed} from "../panels/historysteps.js" */
/** @import {Order} from "../panels/order.js" */

const numbers = new Intl.NumberFormat(language);
const time = new Intl.DateTimeFormat(language, { timeStyle: "short" });
const exactTime = new Intl.DateTimeFormat(language, { timeStyle: "medium" });
const day = new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long" });

/** @type {Record<Order, string>} */
export const orderText = {
  reading: "As it is read",
  stacking: "Front to back",
};

/** @type {Record<Deed, (what: string, revision: string) => string>} */
const deeds = {
  added: (what) => `added ${what}`,
  edited: (what) => `wrote ${what}`,
  moved: (what) => `moved ${what}`,
  resized: (what) => `resized ${what}`,
  turned: (what) => `turned ${what}`,
  restacked: (what) => `put ${what} in front or behind`,
  changed: (what) => `changed ${what}`,
  removed: (what) => `removed ${what}`,
  cleared: () => "cleared the canvas",
  restored: (_, revision) => `restored the canvas to change ${revision}`,
  replaced: () => "replaced the whole canvas",
};

export const text = {
  close: "Close",
  closePanel: "Close this panel",
  cancel: "Cancel",
  panel: "Side panel",
  /** The name of each part of the panel. */
  tabs: { elements: "Elements", history: "History", save: "Save", calls: "Calls" },

  // --- the list of elements
  elementList: "Elements on the canvas",
  order: "Order",
  /** @param {number} count */
  count: (count) => (count === 1 ? "1 element" : `${numbers.format(count)} elements`),
  noElements: "There is nothing on the canvas yet.",
  listHint: "Choosing an element selects it on the canvas. Enter edits a text, Delete removes what is selected.",
  /**
   * @param {number} count of those that were removed
   * @param {number} tiles that stay
   */
  removed: (count, tiles) =>
    [
      ...(count > 0 ? [count === 1 ? "Removed. Undo brings it back." : `${numbers.format(count)} elements removed. Undo brings them back.`] : []),
      ...(tiles > 0 ? ["Cameras go when their call ends."] : []),
    ].join(" "),

  remove: "Remove",
  clearCanvas: "Clear the canvas",
  clearTitle: "Clear the canvas?",
  /** @param {number} count of elements that go */
  clearQuestion: (count) =>
    `${count === 1 ? "1 element goes" : `${numbers.format(count)} elements go`} for everybody; cameras stay. The history keeps what was there.`,
  clearNow: "Clear it",
  cleared: "The canvas is empty.",

  // --- the history
  historyList: "What was changed, the latest first",
  noHistory: "Nothing has been changed on this canvas yet.",
  readEarlier: "Show earlier changes",
  reading: "Reading the history…",
  moment: "Moment",
  play: "Play",
  pause: "Pause",
  speed: "Speed",
  /** @param {number} factor */
  times: (factor) => `${numbers.format(factor)}×`,
  /** Who changed something without being here. */
  program: "A program",
  /**
   * Somebody who took part at another server.
   *
   * @param {string} who
   * @param {string} server
   */
  atServer: (who, server) => `${who} (${server})`,
  /**
   * @param {string} who
   * @param {Deed} deed
   * @param {string} what it was done to
   * @param {number | null} restored revision
   */
  happened: (who, deed, what, restored) => `${who} ${deeds[deed](what, numbers.format(restored ?? 0))}`,
  /** @param {number} count */
  several: (count) => `${numbers.format(count)} elements`,
  something: "an element",
  /** @param {number} timestamp */
  time: (timestamp) => time.format(timestamp),
  /** @param {number} timestamp */
  exactTime: (timestamp) => exactTime.format(timestamp),
  /** @param {number} timestamp */
  day: (timestamp) => day.format(timestamp),
  /**
   * @param {number} revision
   * @param {number} latest
   */
  changeOf: (revision, latest) => `change ${numbers.format(revision)} of ${numbers.format(latest)}`,
  atNow: "now",
  beginning: "the beginning",
  past: "You look at the past",
  /** @param {string} moment */
  pastAt: (moment) => `You look at the past: ${moment}. Nothing can be edited; the call goes on.`,
  pastIsFixed: "The past cannot be edited. Go back to now, or restore this moment.",
  backToNow: "Back to now",
  isNow: "You are back at now.",
  restore: "Restore this",
  restoreTitle: "Restore the canvas?",
  /**
   * @param {string} moment
   * @param {number} count of changes since
   */
  restoreQuestion: (moment, count) =>
    `For everybody here the canvas becomes what it was at ${moment}. ${count === 1 ? "One later change goes" : `${numbers.format(count)} later changes go`} from the canvas and ${count === 1 ? "stays" : "stay"} in the history, so this can be taken back in the same way. Cameras stay where they are.`,
  restoreNow: "Restore",
  restored: "The canvas was restored.",
  restoreWaits: "The canvas is restored as soon as the server answers.",

  // --- what can be saved
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

  // --- help
  helpTitle: "What the keys do",
};

/**
 * Why the history could not be read, or the canvas not be restored.
 *
 * @param {string} code
 * @returns {string}
 */
export function historyFaultText(code) {
  switch (code) {
    case "revision_not_found":
      return "The history does not reach back to this moment any more. Choose a later one.";
    case "revision_changed":
      return "Somebody has changed the canvas meanwhile, so it was not restored. Look at it and try again.";
    case "scene_full":
      return "The canvas was not restored: with what it was then it would be too large.";
    case "rate_limited":
      return "The canvas is being restored already, or very much is being changed. Try again in a moment.";
    case "storage_failed":
      return "The server cannot read or store the canvas now, so nothing was changed. Try again in a moment.";
    case "unreachable":
      return "The server cannot be reached, so the history cannot be read. Check your network and try again.";
    default:
      return `The server refused that (${code}). Load the page again if it stays so.`;
  }
}
