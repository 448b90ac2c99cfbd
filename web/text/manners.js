/** Texts of what a call does beside being a call: rings, notifications, being muted, devices that come and go. */

/** @import {MediaKind} from "../media/local.js" */

/** @param {MediaKind} kind */
const device = (kind) => (kind === "video" ? "camera" : "microphone");

export const text = {
  /** @param {string} name */
  ringingTitle: (name) => `☎ ${name} is calling`,
  /** @param {string} count @param {string} title the usual one */
  unreadTitle: (count, title) => `(${count}) ${title}`,
  /** @param {string} name */
  rings: (name) => `${name} is calling`,
  /** @param {string} canvas its name */
  ringsWhere: (canvas) => `On the canvas ${canvas}`,
  /** @param {string} name */
  mentioned: (name) => `${name} mentioned you`,
  /** @param {string} name */
  writes: (name) => `${name} writes to you alone`,
  offer: "Do you want to be told when somebody rings or mentions you while this window is behind others?",
  offerYes: "Tell me",
  offered: "You will be told by your system. To change that, look at the settings of this page beside its address.",
  refused: "The browser does not let this page tell you. To change that, look at the settings of this page beside its address.",
  speaksMuted: "You are speaking, but you are muted: nobody hears you. (Only this window measures how loud it is; the sound does not leave it.)",
  unmute: "Turn the microphone on",
  /** @param {MediaKind} kind */
  silent: (kind) =>
    `Your ${device(kind)} gives nothing just now: another program or your system holds it back. Nobody ${kind === "video" ? "sees" : "hears"} you until it is back.`,
  /** @param {MediaKind} kind */
  given: (kind) => `Your ${device(kind)} is back.`,
  /** @param {MediaKind} kind */
  permitted: (kind) => `Your ${device(kind)} is allowed now.`,
  /** @param {MediaKind} kind */
  turnOn: (kind) => (kind === "video" ? "Turn the camera on" : "Turn the microphone on"),
  quiet: "Quiet: no ring tone and no chime",
  ringOff: "Silence the ring tone, from now on",
  ringOn: "Let it ring",
  tellMuted: "Tell me when I speak while I am muted (measured in this window alone)",
  holdToTalk: "Talk while held, when muted",
};
