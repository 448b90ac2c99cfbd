/** Samples as a table for other programs (RFC 4180). Pure. */

/** @import {Sample} from "./sample.js" */

/** Names for programs, the same in every language. @type {[string, (sample: Sample) => string | number | null | undefined][]} */
const COLUMNS = [
  ["time", ({ time }) => new Date(time).toISOString()],
  ["bitrate_in_bps", ({ bitrateIn }) => rounded(bitrateIn, 0)],
  ["bitrate_out_bps", ({ bitrateOut }) => rounded(bitrateOut, 0)],
  ["frames_in_per_second", ({ framesIn }) => rounded(framesIn, 1)],
  ["frames_out_per_second", ({ framesOut }) => rounded(framesOut, 1)],
  ["width_in", ({ sizeIn }) => sizeIn?.width],
  ["height_in", ({ sizeIn }) => sizeIn?.height],
  ["width_out", ({ sizeOut }) => sizeOut?.width],
  ["height_out", ({ sizeOut }) => sizeOut?.height],
  ["loss_in", ({ lossIn }) => rounded(lossIn, 4)],
  ["loss_out", ({ lossOut }) => rounded(lossOut, 4)],
  ["jitter_ms", ({ jitter }) => rounded(jitter, 1)],
  ["round_trip_ms", ({ roundTrip }) => rounded(roundTrip, 1)],
  ["frozen_seconds", ({ frozen }) => rounded(frozen, 3)],
  ["codec_in", ({ codecIn }) => codecIn],
  ["codec_out", ({ codecOut }) => codecOut],
  ["limited_by", ({ limitation }) => limitation],
  ["path_local", ({ path }) => path?.local],
  ["path_remote", ({ path }) => path?.remote],
  ["path_protocol", ({ path }) => path?.protocol],
  ["interrupted", ({ interrupted }) => String(interrupted)],
];

/**
 * @param {Sample[]} samples
 * @returns {string} a row with the names, then one for each sample; what is not known is empty
 */
export function csvOf(samples) {
  const rows = samples.map((sample) => COLUMNS.map(([, pick]) => field(pick(sample))));
  return [COLUMNS.map(([name]) => name), ...rows].map((row) => `${row.join(",")}\r\n`).join("");
}

/**
 * @param {number | null} value
 * @param {number} digits after the point
 */
function rounded(value, digits) {
  return value === null ? null : Number(value.toFixed(digits));
}

/** @param {string | number | null | undefined} value */
function field(value) {
  const words = String(value ?? "");
  return /[",\r\n]/.test(words) ? `"${words.replaceAll('"', '""')}"` : words;
}
