/** Sending quality: resolution, frame rate and bit rate, by the number of calls. */

import { entryOf } from "../lib/own.js";
import { sameBlur } from "../media/blur.js";

/**
 * In a mesh each picture is encoded and sent once for every other person, so more people means
 * smaller pictures.
 *
 * @typedef {object} SendingQuality
 * @property {number} height of the pictures, in pixels
 * @property {number} framerate pictures per second
 * @property {number} maxBitrate bits per second, to each of the others
 */

/**
 * What the person wants: `auto` follows the number of calls, the others are an upper bound whatever that
 * number is.
 *
 * @typedef {"auto" | "low" | "medium" | "high" | "ultra"} Preset
 */

/** @type {Record<Exclude<Preset, "auto">, SendingQuality>} */
const PRESETS = {
  low: { height: 180, framerate: 15, maxBitrate: 200_000 },
  medium: { height: 360, framerate: 24, maxBitrate: 700_000 },
  high: { height: 720, framerate: 30, maxBitrate: 2_500_000 },
  ultra: { height: 1080, framerate: 30, maxBitrate: 5_000_000 },
};

/** A stream gets this much, however small it is shown. */
const LEAST_BITRATE = 60_000;
/** For a shared screen, whatever the number of calls. */
export const SCREEN_BITRATE = 2_500_000;

/** More calls than this and the page says what it costs. */
export const MANY_CALLS = 5;

/**
 * @param {number} calls
 * @param {Preset} [preset]
 * @returns {SendingQuality}
 */
export function sendingQuality(calls, preset = "auto") {
  if (preset !== "auto") return entryOf(PRESETS, preset) ?? PRESETS.high;
  if (calls <= 2) return { height: 720, framerate: 30, maxBitrate: 2_500_000 };
  if (calls <= MANY_CALLS) return { height: 360, framerate: 24, maxBitrate: 600_000 };
  return { height: 180, framerate: 10, maxBitrate: 150_000 };
}

/**
 * Have a camera take no larger pictures than are sent: scaled once, not once for each receiver
 * (W3C mediacapture-main section 4.3.5). Their proportions stay its own: a width beside the height would cut upright
 * pictures, and foreheads off.
 *
 * @param {MediaStreamTrack} track
 * @param {SendingQuality} quality
 */
export async function applyToCamera(track, { height, framerate }) {
  await track.applyConstraints({
    height: { ideal: height },
    frameRate: { ideal: framerate, max: framerate },
    ...sameBlur(track),
  });
}

/**
 * Send one receiver no more than its bound, and no larger than it is seen there (W3C webrtc-pc section 5.2,
 * RTCRtpEncodingParameters). What is not seen is not sent.
 *
 * @param {RTCRtpSender} sender of a video track
 * @param {ReturnType<typeof encodingFor>} wanted
 * @returns {Promise<boolean>} whether it is so now; before the first agreement some browsers have nothing to be bounded
 */
export async function applyToSender(sender, wanted) {
  const parameters = sender.getParameters();
  const [encoding] = parameters.encodings ?? [];
  if (!encoding) return false;
  const same = /** @type {(keyof typeof wanted)[]} */ (Object.keys(wanted)).every(
    (name) => encoding[name] === wanted[name],
  );
  if (same) return true;
  Object.assign(encoding, wanted);
  await sender.setParameters(parameters);
  return true;
}

/**
 * @param {number} sent height of the pictures
 * @param {number} maxBitrate of pictures of that height, in bits per second
 * @param {number} seen height at which they are shown, in device pixels; 0: not at all
 */
export function encodingFor(sent, maxBitrate, seen) {
  const scale = seen > 0 ? Math.max(1, sent / seen) : 1;
  return {
    active: seen > 0,
    scaleResolutionDownBy: scale,
    // Fewer pixels need fewer bits, though not in proportion.
    maxBitrate: Math.round(Math.max(LEAST_BITRATE, maxBitrate / scale ** 1.5)),
  };
}
