/** Texts of the lobby, and of the page of who waits to be let in. */

import { faultText } from "./devices.js";
import { language } from "./language.js";

/** @import {MediaKind} from "../media/local.js" */
/** @import {MediaFault} from "../media/faults.js" */

const lists = new Intl.ListFormat(language);
/** So many are named, the others counted. */
const MOST_NAMES = 3;

export const text = {
  title: "Ready to join?",
  close: "Close: look at the canvas first",
  nobody: "Nobody is in the call yet",
  /** @param {string[]} names who is in the call, at least one */
  members: (names) => `${someOf(names)} ${names.length > 1 ? "are" : "is"} in the call`,
  join: "Join",
  joinWords: "Join the call (Enter)",
  full: "The call is full. You can join when somebody leaves.",
  listen: "You join to watch and listen. Your link does not let you be seen or heard.",
  preview: "Your picture, mirrored; the others see it as it is",
  turnOn: "See and hear yourself",
  cameraOff: "Your camera is off",
  cameraLater: "Your camera turns on when you join",
  opening: "Your browser asks for the camera and the microphone: allow them above, by the address.",

  // --- who waits
  waitTitle: "You are let in when somebody of the room agrees",
  waitHint: "They see your name and that you wait. Have your camera and microphone ready meanwhile.",
};

/**
 * What is wrong with a device, and what to do about it.
 *
 * @param {MediaKind} kind
 * @param {MediaFault} fault
 * @returns {string}
 */
export function deviceFaultText(kind, fault) {
  const what = kind === "video" ? "Camera" : "Microphone";
  const to = kind === "video" ? "camera" : "microphone";
  return `${what}: ${faultText[fault].toLowerCase()}. ${REMEDIES[fault](to)}`;
}

/** @type {Record<MediaFault, (device: string) => string>} */
const REMEDIES = {
  refused: (device) => `Allow the ${device} beside the address of this page, then press its button. You can join without it.`,
  dismissed: () => "Press its button and say yes, or join without it.",
  system: (device) => `Allow the ${device} for the browser in the privacy settings of your system. You can join without it.`,
  embedded: () => "Open this canvas in a window of its own.",
  disabled: () => "Look into the settings of the browser, or ask who manages it. You can join without it.",
  missing: () => "Plug one in, or join without it.",
  busy: () => "Close the program that has it, then press its button.",
  insecure: () => "Open this page with https.",
  lost: () => "Plug it in again.",
  sharp: () => "Press its button to be seen without blur, or choose another camera.",
};

/**
 * @param {string[]} names
 * @returns {string}
 */
function someOf(names) {
  if (names.length <= MOST_NAMES + 1) return lists.format(names);
  const others = names.length - MOST_NAMES;
  return lists.format([...names.slice(0, MOST_NAMES), `${others} others`]);
}
