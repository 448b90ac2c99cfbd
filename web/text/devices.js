/** Texts about devices, sound and quality. */

/** @import {Preset} from "../calls/quality.js" */
/** @import {MediaKind} from "../media/local.js" */
/** @import {MediaFault} from "../media/faults.js" */
/** @import {ContentHint} from "../media/screen.js" */

export const text = {
  title: "Camera and sound",
  open: "Camera and sound",
  preview: "Your picture, as the others see it",
  noPicture: "No picture",
  level: "How loud your microphone is",
  camera: "Camera",
  microphone: "Microphone",
  speaker: "Speaker",
  test: "Play a tone",
  usual: "The one of the system",
  /** For devices whose name the browser tells only after it may use them. @param {number} number */
  unnamed: (number) => `Device ${number}`,
  none: "None found",
  off: "Off",
  /** A device that was chosen, by its name. @param {string} label */
  away: (label) => `${label || "The chosen one"} (not connected)`,
  blur: "Blur my background",
  blurOn: "Your background is blurred. Press to show it.",
  blurOff: "Blur my background",
  blurBySystem: "Your system blurs your background.",
  turnOn: { audio: "Turn the microphone on", video: "Turn the camera on" },
  askAgain: { audio: "Ask for the microphone again", video: "Ask for the camera again" },
  sharp: "Show my picture without blur",
  quality: "Your picture",
  hint: "Shared screens",
  spatial: "Sound comes from where its tile is; best with headphones",
  done: "Done",
  selfTest: "Will calls work from here?",
  /** @param {string} name of a person */
  volume: (name) => `Volume of ${name}`,
  mute: "Microphone on or off",
  cameraSwitch: "Camera on or off",
};

/** @type {Record<Preset, string>} */
export const presetText = {
  auto: "Automatic: smaller the more people see it",
  low: "Low: 180 lines, for weak networks",
  medium: "Medium: 360 lines",
  high: "High: 720 lines",
  ultra: "Ultra: 1080 lines, up to 5 Mbit/s to each",
};

/** @type {Record<ContentHint, string>} */
export const hintText = {
  detail: "Sharp: for text and drawings",
  motion: "Smooth: for films",
};

/** Why there is nothing to choose, in a word or two. @type {Record<MediaFault, string>} */
export const faultText = {
  refused: "Blocked by the browser",
  dismissed: "Not allowed yet",
  system: "Blocked by the system",
  embedded: "Not passed on by the page around this one",
  disabled: "Turned off in this browser",
  missing: text.none,
  busy: "In use by another program",
  insecure: "Only on secure pages (https)",
  lost: "Unplugged",
  sharp: "Cannot blur your background",
};

/**
 * What the switch of a kind does, and why it could not.
 *
 * @param {MediaKind} kind
 * @param {MediaFault | "opening" | "silenced" | null} state
 * @returns {string}
 */
export function switchText(kind, state) {
  const usual = kind === "video" ? "Turn camera off" : "Mute microphone";
  const what = kind === "video" ? "Camera" : "Microphone";
  if (!state) return usual;
  if (state === "opening") return `${what}: the browser is opening it…`;
  if (state === "silenced") return `${what}: held back by your system just now. ${usual}`;
  if (state === "sharp") return `${what}: cannot blur your background. Press to be seen without blur.`;
  return `${what}: ${faultText[state].toLowerCase()}. Press to ask again.`;
}
