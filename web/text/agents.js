/** Texts about agents: what they may, what they propose and ask, and what people do about them. */

import { language } from "./language.js";

/** @import {AgentState} from "../types/messages.js" */

const lists = new Intl.ListFormat(language);

export const text = {
  title: "Agents",
  cards: "What agents propose and ask",
  pause: "Pause",
  /** @param {string} name */
  pauseNamed: (name) => `Pause ${name}`,
  goOn: "Go on",
  /** @param {string} name */
  goOnNamed: (name) => `Let ${name} go on`,
  /** @param {number} count of changes */
  undo: (count) => `Undo all (${count})`,
  /** @param {string} name @param {number} count */
  undoNamed: (name, count) => `Take back all ${count} changes of ${name}`,
  /** @param {string} name @param {number} undone @param {number} kept */
  undone: (name, undone, kept) =>
    `${undone} changes of ${name} are taken back.${kept > 0 ? ` ${kept} stay, since others have worked on them.` : ""}`,
  notUndone: "It could not be taken back.",
  remove: "Remove",
  /** @param {string} name */
  removeNamed: (name) => `Remove ${name}`,
  paused: "paused",
  /** @param {string} maker */
  invitedBy: (maker) => `invited by ${maker}`,

  /** @param {string} name */
  proposes: (name) => `${name} proposes`,
  /** @param {number} added @param {number} changed @param {number} removed */
  changes: (added, changed, removed) => lists.format([
    ...(added > 0 ? [`adds ${added}`] : []),
    ...(changed > 0 ? [`changes ${changed}`] : []),
    ...(removed > 0 ? [`removes ${removed}`] : []),
  ]),
  accept: "Accept",
  refuse: "Refuse",
  /** @param {string} name */
  acceptNamed: (name) => `Accept what ${name} proposes`,
  /** @param {string} name */
  refuseNamed: (name) => `Refuse what ${name} proposes`,
  withdraw: "Withdraw",

  /** @param {string} name @param {boolean} alone */
  asks: (name, alone) => (alone ? `${name} asks you` : `${name} asks`),
  /** @param {string} choice @param {number} count */
  choice: (choice, count) => `${choice}, ${count === 1 ? "1 answer" : `${count} answers`}`,
};

/**
 * @param {AgentState} state
 * @param {string} thinking what it is at; empty: at nothing
 * @param {string} maker who invited it; empty: not known
 * @returns {string} what people should know of it
 */
export function agentText({ bounds = {}, paused = false }, thinking, maker) {
  const { mode, kinds, area, sees } = bounds;
  return [
    ...(paused ? [text.paused] : []),
    ...(thinking ? [thinking] : []),
    ...(mode === "propose" ? ["may only propose"] : []),
    ...(kinds ? [`only ${lists.format(kinds)}`] : []),
    ...(area ? ["within an area"] : []),
    ...(sees && sees.length < 4 ? [`sees ${sees.length > 0 ? lists.format(sees) : "nothing"}`] : []),
    ...(maker ? [text.invitedBy(maker)] : []),
  ].join(" · ");
}
