/** Texts about the people of the room: marks beside their names, hands, reactions, and what moderators do. */

import { language } from "./language.js";

/** @import {MutePeer, React} from "../types/messages.js" */

const lists = new Intl.ListFormat(language);

export const text = {
  muted: "Microphone off",
  speaking: "Speaks",
  cameraOff: "Camera off",
  sharing: "Shares the screen",
  /** @param {number} place in the order of the hands */
  hand: (place) => `Hand up: ${place}${["th", "st", "nd", "rd"][place % 10 <= 3 && Math.trunc(place / 10) !== 1 ? place % 10 : 0]} to speak`,
  raise: "Raise your hand",
  lower: "Lower your hand",
  /** @param {string} name */
  manage: (name) => `Manage ${name}`,
  /** @param {string} name */
  find: (name) => `Show ${name} on the canvas`,
  mute: "Mute microphone",
  cameraStop: "Turn camera off",
  screenStop: "Stop sharing the screen",
  lowerTheirs: "Lower hand",
  remove: "Remove…",

  react: "React",
  reactions: "Reactions",
  /** @param {string[]} names @param {string} reaction */
  reacted: (names, reaction) => `${lists.format(names)}: ${reaction}`,

  // --- who waits, and who may come in
  /** @param {number} count */
  waiting: (count) => (count === 1 ? "1 person waits to be let in" : `${count} people wait to be let in`),
  /** @param {string} name */
  waits: (name) => `${name} waits to be let in`,
  admit: "Admit",
  /** @param {string} name */
  admitNamed: (name) => `Admit ${name}`,
  admitAll: "Admit all",
  turnAway: "Turn away",
  /** @param {string} name */
  turnAwayNamed: (name) => `Turn ${name} away`,
  access: "Who may come in",
  lock: "Lock this canvas: nobody new comes in",
  lobby: "Waiting room: you let people in",
};

/**
 * A moderator has had this page stop something.
 *
 * @param {string} name
 * @param {MutePeer["kind"]} kind
 */
export function mutedText(name, kind) {
  if (kind === "audio") return `${name} muted your microphone. Press its button when you want to speak.`;
  if (kind === "video") return `${name} turned your camera off. Press its button to be seen again.`;
  return `${name} stopped the sharing of your screen.`;
}

/** Of the reactions that are offered, and of others that a client may send. @type {Record<React["emoji"], string>} */
export const reactionText = {
  "👍": "thumbs up",
  "👎": "thumbs down",
  "👏": "applause",
  "❤️": "heart",
  "🎉": "celebration",
  "😂": "laughter",
  "😮": "surprise",
  "😢": "sadness",
  "🤔": "thinking",
  "🙏": "thanks",
  "🔥": "fire",
  "👀": "looking",
};
