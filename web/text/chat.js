/** Texts of the chat. */

import { language } from "./language.js";

export const text = {
  log: "Messages",
  you: "You",
  everyone: "Everyone",
  to: "To",
  /** @param {string} name */
  away: (name) => `${name} (has left)`,
  /** @param {string} name */
  toOne: (name) => `only to ${name}`,
  toYou: "only to you",
  field: "Write a message",
  placeholder: "Message to everyone",
  /** @param {string} name */
  placeholderTo: (name) => `Only ${name} will read this`,
  send: "Send",
  attach: "Send a picture",
  detach: "Do not send the picture",
  /** @param {number} over */
  tooLong: (over) => `${over} characters too long`,
  empty: "Nothing has been said here yet. Whoever comes later can read what you write.",
  mayRead: "You can read here; your link does not let you write.",
  loading: "Looking for what was said…",
  older: "Load earlier messages",
  beginning: "Here it begins.",
  newLine: "New",
  /** @param {number} count */
  below: (count) => (count === 1 ? "1 new message" : `${count} new messages`),
  toEnd: "To the latest message",
  sending: "Sending…",
  waiting: "Will be sent when the connection is back",
  again: "Try again",
  discard: "Discard",
  remove: "Remove",
  removeTitle: "Remove this message?",
  removeQuestion: "It goes for everybody, and cannot be brought back.",
  clear: "Remove all messages",
  clearTitle: "Remove all messages of this canvas?",
  clearQuestion: "They go for everybody, also those between two people, and cannot be brought back.",
  picture: "Picture",
  /** @param {string} name of who sent it */
  pictureBy: (name) => `Picture from ${name}`,
  showPicture: "Show the picture large",
  brokenPicture: "A picture that cannot be shown",
  /** @param {string} name of the file */
  pictureRefused: (name) => `${name || "The picture"} cannot be sent: the browser cannot read it, or it cannot be made small enough.`,
  onePicture: "One picture at a time: the first one is taken.",
  tooMuch: "Too much waits to be sent. Wait until the connection is back; what you wrote is still in the field.",
  search: "Search in the chat",
  searchEnd: "End the search",
  /** @param {number} searched @param {number} found */
  searching: (searched, found) => `${countText(found)} in ${searched} messages; looking further back…`,
  /** @param {number} searched @param {number} found */
  searched: (searched, found) => (found === 0 ? `Nothing found in ${searched} messages.` : `${countText(found)} in ${searched} messages.`),
  /** A message that was said while the chat is closed. @param {string} name @param {string} words */
  heard: (name, words) => `${name}: ${words || "a picture"}`,
  open: "Open chat",
  notRemoved: "The message could not be removed.",
  notCleared: "The messages could not be removed.",
};

/** @param {number} found */
function countText(found) {
  return found === 1 ? "1 found" : `${found} found`;
}

/** Why a message was not sent, by the code of the error. @type {Readonly<Record<string, string>>} */
export const refusalText = {
  peer_not_found: "Not sent: they are no longer here.",
  forbidden: "Not sent: your link does not let you write.",
  content_refused: "Not sent: the server does not take this picture.",
  too_large: "Not sent: it is too large.",
  invalid_message: "Not sent: the server cannot read it.",
};
export const refused = "Not sent.";

const time = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long" });
const date = new Intl.DateTimeFormat(language, { day: "numeric", month: "long", year: "numeric" });
const moment = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "short" });

/** @param {number} timestamp */
export const timeText = (timestamp) => time.format(timestamp);
/** @param {number} timestamp @returns {string} day and time */
export const momentText = (timestamp) => moment.format(timestamp);

/**
 * @param {number} timestamp
 * @param {number} now
 * @returns {string} the day, as people say it
 */
export function dayText(timestamp, now) {
  const day = new Date(timestamp);
  const today = new Date(now);
  const days = Math.round((startOf(today) - startOf(day)) / 86_400_000);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  return (day.getFullYear() === today.getFullYear() ? weekday : date).format(day);
}

/** @param {Date} day */
function startOf(day) {
  return new Date(day.getFullYear(), day.getMonth(), day.getDate()).getTime();
}
