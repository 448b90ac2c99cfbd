/** Texts about people, calls and the connection. */

import { text as inviteText } from "./invite.js";
import { language } from "./language.js";

/** @import {CallChange} from "../signaling.js" */
/** @import {CallState} from "../calls/call.js" */
/** @import {MediaKind} from "../media/local.js" */
/** @import {MediaFault} from "../media/faults.js" */
/** @import {ConnectionState} from "../protocol.js" */

/** @type {Record<ConnectionState, string>} */
export const connectionText = {
  connecting: "Connecting…",
  open: "Connected",
  resuming: "Reconnecting…",
  closed: "Disconnected",
};

export const text = {
  close: "Close",
  copyLink: "Copy link",
  linkCopied: "Link copied. Send it to whoever should join.",
  /** @param {string} link */
  linkNotCopied: (link) => `Your browser did not allow copying. The link is ${link}`,
  /** @param {string} name */
  youNamed: (name) => `${name} (you)`,
  /**
   * @param {string} name
   * @param {string | null} server
   */
  named: (name, server) => (server === null ? name : `${name} · ${server}`),
  /** @param {string} server */
  atServer: (server) => `at ${server}`,
  unnamed: "Guest",
  unnamedServer: "another server",
  call: "Call",
  /** @param {string} name */
  callPeer: (name) => `Call ${name}`,
  join: "Join",
  /** @param {string} name */
  joinPeer: (name) => `Join ${name} in a call`,
  hangUp: "Hang up",
  /** @param {string} name */
  hangUpPeer: (name) => `Hang up the call with ${name}`,
  cancel: "Cancel",
  /** @param {string} name */
  cancelPeer: (name) => `Cancel the call to ${name}`,
  accept: "Accept",
  decline: "Decline",
  /** @param {string} name */
  isCalling: (name) => `${name} is calling`,
  /** @param {MediaKind[]} kinds that the person left on */
  acceptHint: (kinds) =>
    kinds.length === 0
      ? "Your camera and microphone stay off when you accept, as you left them."
      : `Your ${listed(kinds.map(deviceName))} ${kinds.length > 1 ? "turn" : "turns"} on when you accept.`,
  /** @param {string[]} names of those who are in it beside the caller */
  acceptJoins: (names) => `You join the call of this canvas, with ${listed(names)} as well.`,
  acceptHintOn: "Accepting adds this call to the one you are in.",
  waitingForOthers: "You are in the call. Waiting for others…",
  /**
   * @param {number} calls
   * @param {number} megabits
   */
  manyCalls: (calls, megabits) =>
    `Your picture goes to ${calls} people separately: up to ${megabits} Mbit/s from here, and as many pictures to encode. Pictures are sent smaller from now on.`,
  away: "reconnecting…",
  /**
   * @param {MediaKind} kind
   * @param {string} label its name
   */
  found: (kind, label) => `Your ${deviceName(kind)} is back${label ? `: ${label}` : ""}.`,
  unblurred: "Your system has turned the blur of your background off. The others see it.",
  overflow: "You were away for long, and more changed here than can wait. The latest changes were not kept: look at the canvas and make them again.",
  leaveCall: "Leave call",
  cancelCall: "Cancel call",
  waiting: "Waiting to be let in",
  unreachable: "The server cannot be reached. Check your network; this page goes on trying.",
  /** Why the server does not let anybody in at the moment. @type {Record<string, string>} */
  putOff: {
    server_full: "The server has no place for another canvas at the moment; this page goes on trying.",
    storage_failed: "The server cannot read this canvas at the moment; this page goes on trying.",
  },
  soundBlocked: "Your browser holds back the sound. Click anywhere to hear the others.",
  muted: "muted",
  /** @param {string} name */
  tile: (name) => `${name}, camera picture. Move it with the arrow keys.`,
  /** @param {string} name whose it is */
  screenNamed: (name) => `${name}: screen`,
  /** @param {string} name */
  screenTile: (name) => `${name}, shared picture. Move it with the arrow keys.`,
  shareScreen: "Share your screen",
  stopSharing: "Stop sharing your screen",
  shareEmbedded: "The page around this one does not pass on the right to share your screen. Open this canvas in a window of its own.",
  echo: "The sound of your whole computer is shared, this call with it: the others may hear themselves. Share a tab or a window instead.",
  shareFailed: "Your screen cannot be shared: the browser or the system does not allow it. Look for screen recording in the privacy settings of your system.",
  takenOver: "You opened this canvas as the same person in another window. Continue there, or join again here.",
  sessionFull: "This canvas is full: it has no place for another person. Try again when somebody has left.",
  linkFull: "As many people as this link is for are here. Try again when somebody has left, or ask for another link.",
  sessionLocked: "This canvas is locked: nobody new comes in at the moment. Ask somebody who is in it to unlock it, then join again.",
  waitedInVain: "Nobody let you in for a long time. Ask somebody of the room to be there, then join again.",
  turnedAway: "You were not let in. If that was a mistake, ask somebody of the room, then join again.",
  gaveWay: "This canvas is full, and somebody who looks after it needed your place. Try again when somebody has left.",
  /** @param {string} reason */
  refused: (reason) => `The server does not let you join${reason ? `: ${reason}` : ""}. Check the link, or ask whoever sent it.`,
  /** @param {string} reason */
  closed: (reason) => `The connection has ended${reason ? `: ${reason}` : ""}. Join again to go on.`,
  sceneFull: "The canvas is full, so your picture cannot be placed on it. Others still hear you. Remove something and call again.",
  /** @param {string} reason */
  serverRefused: (reason) => `The server refused that: ${reason}`,
};

/**
 * Why the server ended the connection or would not have us, by close code or error code.
 *
 * @type {Partial<Record<string, string>>}
 */
export const endText = {
  4100: text.takenOver,
  4101: inviteText.expired,
  4102: inviteText.removed,
  4103: inviteText.needsLink,
  4104: text.gaveWay,
  4105: text.sessionLocked,
  4106: text.turnedAway,
  4107: text.waitedInVain,
  session_full: text.sessionFull,
  link_full: text.linkFull,
  session_locked: text.sessionLocked,
  unauthorized: inviteText.needsLink,
  token_expired: inviteText.expired,
};

/**
 * What stands beside a person's name.
 *
 * @param {{callState: CallState, outgoing: boolean, connected: boolean, inCall: boolean}} peer
 * @returns {string}
 */
export function peerStateText({ callState, outgoing, connected, inCall }) {
  if (!connected) return "reconnecting";
  switch (callState) {
    case "ringing":
      return outgoing ? "Calling…" : "is calling you";
    case "connecting":
      return "Connecting the call…";
    case "connected":
      return "in your call";
    case "reconnecting":
      return "Call interrupted, reconnecting…";
    case "idle":
    case "ended":
      return inCall ? "in a call" : "here";
  }
}

/**
 * The line above the buttons of a call.
 *
 * @param {{name: string, state: CallState}[]} calls
 * @returns {string}
 */
export function callStatusText(calls) {
  const talking = calls.filter(({ state }) => state !== "ringing").map(({ name }) => name);
  const [first] = calls;
  if (talking.length > 0 && calls.some(({ state }) => state === "reconnecting")) {
    return "The call is interrupted. Reconnecting…";
  }
  if (calls.length === 1 && first?.state === "connecting") return `Connecting to ${first.name}…`;
  if (talking.length > 0) return `In a call with ${listed(talking)}`;
  return `Calling ${listed(calls.map(({ name }) => name))}…`;
}

/**
 * What to say when a call has ended; empty when the person knows: it was their own doing.
 *
 * @param {CallChange} change
 * @param {string} name of the other
 * @returns {string}
 */
export function callEndText({ reason, outgoing, answered, byUs }, name) {
  switch (reason) {
    case "declined":
      return byUs ? "" : `${name} declined the call.`;
    case "busy":
      return `${name} is busy. Try again later.`;
    case "timeout":
      return outgoing ? `${name} did not answer. Try again later.` : `You missed a call from ${name}.`;
    case "left":
      return `${name} has left.`;
    case "failed":
      return `The call with ${name} could not be connected. Call again; if that fails too, one of you is on a network that blocks calls: try another network, or ask whoever runs this server about TURN.`;
    case "lost":
      return !answered && !outgoing
        ? `You missed a call from ${name}.`
        : `The connection to the server broke, which ended the call with ${name}. Call again.`;
    case "hangup":
      if (byUs) return "";
      return !answered && !outgoing
        ? `You missed a call from ${name}.`
        : `${name} ended the call.`;
    case null:
      return "";
  }
}

/**
 * @param {MediaKind[]} kinds
 * @param {MediaFault} fault
 * @returns {string}
 */
export function mediaFaultText(kinds, fault) {
  const what = listed(kinds.map(deviceName));
  const press = kinds.length > 1 ? "press their buttons" : "press its button";
  const are = kinds.length > 1 ? "are" : "is";
  const stay = "You still see and hear the others.";
  switch (fault) {
    case "refused":
      return `Your ${what} ${are} blocked. ${stay} To be ${heard(kinds)}, allow the ${what} beside the address of this page, then ${press}.`;
    case "dismissed":
      return `Your ${what} ${are} not allowed yet. ${stay} To be ${heard(kinds)}, ${press} and say yes.`;
    case "system":
      return `Your system does not let the browser use your ${what}. ${stay} Allow it in the privacy settings of your system, then ${press}.`;
    case "embedded":
      return `The page around this one does not pass on the right to use your ${what}. ${stay} Open this canvas in a window of its own.`;
    case "disabled":
      return `Your ${what} ${are} turned off in this browser, for all pages. ${stay} Look into its settings, or ask who manages it.`;
    case "missing":
      return `No ${what} was found. ${stay} To be ${heard(kinds)}, plug one in, then ${press}.`;
    case "busy":
      return `Your ${what} cannot be used, perhaps because another program has ${kinds.length > 1 ? "them" : "it"}. ${stay} Close that program: it comes back by itself, or ${press}.`;
    case "insecure":
      return `Browsers give the ${what} only to secure pages. ${stay} Open this page with https, then call again.`;
    case "lost":
      return `Your ${what} ${are} gone. ${stay} Plug it in again, and the call goes on with it.`;
    case "sharp":
      return "Your camera cannot blur your background, so it stays off. Press its button to be seen without blur, or choose another camera.";
  }
}

/** @param {MediaKind} kind */
function deviceName(kind) {
  return kind === "video" ? "camera" : "microphone";
}

/** @param {MediaKind[]} kinds */
function heard(kinds) {
  if (kinds.length > 1) return "seen and heard";
  return kinds[0] === "video" ? "seen" : "heard";
}

/**
 * @param {string[]} names
 * @returns {string}
 */
function listed(names) {
  return new Intl.ListFormat(language).format(names);
}
