/** Texts of the history. */

import { language } from "../language.js";

/** @import {Deed} from "../../panels/history/steps.js" */

const numbers = new Intl.NumberFormat(language);
const time = new Intl.DateTimeFormat(language, { timeStyle: "short" });
const exactTime = new Intl.DateTimeFormat(language, { timeStyle: "medium" });
const day = new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long" });

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
    case "closed":
      return "You have left this canvas, so nothing was changed.";
    case "unreachable":
      return "The server cannot be reached, so the history cannot be read. Check your network and try again.";
    default:
      return `The server refused that (${code}). Load the page again if it stays so.`;
  }
}
