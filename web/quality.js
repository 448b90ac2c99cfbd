/** How large and how often pictures are sent, by how many they are sent to. Pure. */

/**
 * In a mesh each picture is encoded and sent once for every other person, so more people means
 * smaller pictures.
 *
 * @typedef {object} SendingQuality
 * @property {number} maxHeight of the pictures, in pixels
 * @property {number} maxFramerate per second
 * @property {number} maxBitrate bits per second, to each of the others
 */

/** More calls than this and the page says what it costs. */
export const MANY_CALLS = 5;

/**
 * @param {number} calls
 * @returns {SendingQuality}
 */
export function sendingQuality(calls) {
  if (calls <= 2) return { maxHeight: 720, maxFramerate: 30, maxBitrate: 2_500_000 };
  if (calls <= MANY_CALLS) return { maxHeight: 360, maxFramerate: 24, maxBitrate: 600_000 };
  return { maxHeight: 180, maxFramerate: 15, maxBitrate: 200_000 };
}

/**
 * Have a sender keep to a quality (W3C webrtc-pc section 5.2, RTCRtpEncodingParameters).
 *
 * @param {RTCRtpSender} sender of a video track
 * @param {SendingQuality} quality
 */
export async function applyQuality(sender, { maxHeight, maxFramerate, maxBitrate }) {
  const parameters = sender.getParameters();
  const [encoding] = parameters.encodings ?? [];
  const height = sender.track?.getSettings().height ?? maxHeight;
  const scaleResolutionDownBy = Math.max(1, height / maxHeight);
  if (!encoding) return;
  const wanted = { maxBitrate, maxFramerate, scaleResolutionDownBy };
  if (Object.entries(wanted).every(([name, value]) => Reflect.get(encoding, name) === value)) return;
  Object.assign(encoding, wanted);
  await sender.setParameters(parameters);
}
