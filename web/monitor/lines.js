/** Data series of a call's plots. Pure. */

/** @import {Sample} from "./sample.js" */

/** @typedef {"bitrate" | "frames" | "delay" | "loss"} PlotName */
/** @typedef {"in" | "out" | "roundTrip" | "jitter"} LineName */
/** @typedef {[times: number[], ...values: (number | null)[][]]} Columns times in seconds since 1970 */

/**
 * `least`: so far up the plot goes in any case, so that little things do not look great.
 *
 * @typedef {object} PlotKind
 * @property {number} least
 * @property {{name: LineName, pick: (sample: Sample) => number | null}[]} lines
 */

/** @type {Record<PlotName, PlotKind>} */
export const PLOTS = {
  bitrate: {
    least: 200_000,
    lines: [
      { name: "in", pick: ({ bitrateIn }) => bitrateIn },
      { name: "out", pick: ({ bitrateOut }) => bitrateOut },
    ],
  },
  frames: {
    least: 40,
    lines: [
      { name: "in", pick: ({ framesIn }) => framesIn },
      { name: "out", pick: ({ framesOut }) => framesOut },
    ],
  },
  delay: {
    least: 100,
    lines: [
      { name: "roundTrip", pick: ({ roundTrip }) => roundTrip },
      { name: "jitter", pick: ({ jitter }) => jitter },
    ],
  },
  loss: {
    least: 0.1,
    lines: [
      // What comes late is taken back by the browser: that is no loss below zero.
      { name: "in", pick: ({ lossIn }) => lossIn && Math.max(0, lossIn) },
      { name: "out", pick: ({ lossOut }) => lossOut },
    ],
  },
};

/** After so long without a sample the line is broken. */
const GAP_S = 3.5;
const LEAST_SPAN_S = 60;
const SPLITS_S = [15, 60, 120];
const MOST_SPLITS = 5;
const ROUND = [1, 2, 4, 5, 10];

/**
 * @param {Sample[]} samples oldest first
 * @param {PlotKind} kind
 * @returns {Columns}
 */
export function columnsOf(samples, { lines }) {
  /** @type {number[]} */
  const times = [];
  const values = lines.map(() => /** @type {(number | null)[]} */ ([]));
  for (const sample of samples) {
    const time = sample.time / 1000;
    const last = times.at(-1);
    if (last !== undefined && time - last > GAP_S) {
      times.push((last + time) / 2);
      for (const column of values) column.push(null);
    }
    times.push(time);
    for (const [at, { pick }] of lines.entries()) values[at]?.push(pick(sample));
  }
  return [times, ...values];
}

/**
 * @param {number[]} times
 * @returns {[from: number, to: number]} what a plot shows of them: at least a minute
 */
export function spanOf(times) {
  const to = times.at(-1) ?? 0;
  return [Math.min(times[0] ?? to, to - LEAST_SPAN_S), to];
}

/**
 * Where the time is written below a plot: whole minutes, or quarters of one, before its end.
 *
 * @param {[from: number, to: number]} span
 * @returns {number[]} ascending
 */
export function splitsOf([from, to]) {
  const step = SPLITS_S.find((step) => (to - from) / step < MOST_SPLITS) ?? SPLITS_S.at(-1) ?? 60;
  const count = Math.floor((to - from) / step);
  return Array.from({ length: count + 1 }, (_, at) => to - (count - at) * step);
}

/**
 * @param {number} most the greatest value
 * @param {number} least
 * @returns {number} where a plot ends at the top, so that half of it is a round number
 */
export function topOf(most, least) {
  if (!(most > least)) return least;
  const unit = 10 ** Math.floor(Math.log10(most));
  return unit * (ROUND.find((round) => most <= round * unit) ?? 10);
}

/**
 * @param {(number | null)[]} values
 * @returns {{least: number, most: number} | null} `null`: nothing is known
 */
export function rangeOf(values) {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? { least: Math.min(...known), most: Math.max(...known) } : null;
}
