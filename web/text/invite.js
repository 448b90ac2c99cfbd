/** What the page says of links, roles, and of who may not come in. */

import { language } from "./language.js";

/** @import {Role} from "../invite/rights.js" */

const moments = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });

/** `choice`: in the dialog; `beside`: beside a person's name. @type {Record<Role, {choice: string, beside: string}>} */
export const roleText = {
  view: { choice: "Watch and listen", beside: "watches" },
  edit: { choice: "Take part", beside: "" },
  present: { choice: "Be seen and heard, not edit", beside: "presents" },
  moderate: { choice: "Moderate", beside: "moderates" },
  agent: { choice: "Program that draws", beside: "program" },
};

export const text = {
  title: "Invite people",
  invite: "Invite",
  role: "They may",
  opens: "The link opens for",
  /** @param {number} seconds */
  life: (seconds) => {
    const hours = seconds / 3600;
    if (hours < 24) return hours === 1 ? "1 hour" : `${hours} hours`;
    return hours === 24 ? "1 day" : `${hours / 24} days`;
  },
  make: "Make a link",
  link: "The new link",
  copy: "Copy",
  copied: "The link is copied. Whoever has it comes in: send it to nobody else.",
  notCopied: "Your browser did not allow copying. Copy the link from the field.",
  given: "Links that open this canvas",
  none: "None were made here.",
  /**
   * @param {string} role
   * @param {Date} made
   * @param {Date} expires
   */
  entry: (role, made, expires) => `${role}: made ${moments.format(made)}, opens until ${moments.format(expires)}`,
  takeBack: "Take back",
  /** @param {string} link described */
  takeBackNamed: (link) => `Take back the link “${link}”`,
  takeBackTitle: "Take the link back?",
  takeBackQuestion: "It opens nothing any more, and everybody who came by it is removed at once.",
  takenBack: "The link is taken back.",
  /** @param {string} reason */
  failed: (reason) => `That did not work: ${reason}`,
  unreachable: "the server cannot be reached",

  nameOfLink: "Your link gives this name. It cannot be changed here.",

  // --- what not everybody may do
  onlyByLink: "This canvas opens only by a link that was made for it. Ask who moderates it to make one.",
  readOnly: "You may look at this canvas, not change it. Ask who moderates it for another link.",
  remove: "Remove",
  /** @param {string} name */
  removeNamed: (name) => `Remove ${name}`,
  /** @param {string} name */
  removeTitle: (name) => `Remove ${name}?`,
  removeQuestion: "They leave at once, and their calls end. With a link that still opens they can come again: take the link back to keep them out.",
  listenHint: "You will see and hear them. Your camera and microphone stay off.",

  // --- who may not come in
  needsLink: "This canvas is for those with a link that opens it. Yours has no token, a wrong one, or it was taken back. Ask whoever sent it for a new one.",
  expired: "Your link no longer opens this canvas: its time is over. Ask for a new one.",
  removed: "You were removed from this canvas, or the link you came by was taken back.",
};
