/** Quality rating of a call, with its reasons. Pure. */

/** @import {Sample} from "./sample.js" */

/** @typedef {"good" | "fair" | "poor"} Level */
/** @typedef {"interrupted" | "loss" | "frozen" | "roundTrip" | "bandwidth" | "cpu" | "tcp"} Reason */
/** @typedef {{level: Level, reason: Reason | null}} Rating `null`: nothing is wrong */

/**
 * The present of a call: the latest sample, with what goes up and down averaged over a few seconds.
 *
 * @typedef {Sample & {limitedBy: {cpu: boolean, bandwidth: boolean}}} Present `frozen` is a share here, 0 to 1;
 *   `limitedBy`: all the time
 */

/** So many samples are the present. */
export const PRESENT_SAMPLES = 5;

/**
 * Tried from top to bottom. Round trips: ITU-T G.114 finds 150 ms one way good, 400 ms the most for talking.
 *
 * @type {{reason: Reason, measure: (present: Present) => number, fair: number, poor: number}[]}
 */
const RULES = [
  { reason: "interrupted", measure: ({ interrupted }) => Number(interrupted), fair: 1, poor: 1 },
  { reason: "loss", measure: ({ lossIn, lossOut }) => Math.max(lossIn ?? 0, lossOut ?? 0), fair: 0.03, poor: 0.12 },
  { reason: "frozen", measure: ({ frozen }) => frozen ?? 0, fair: 0.1, poor: 0.4 },
  { reason: "roundTrip", measure: ({ roundTrip }) => roundTrip ?? 0, fair: 300, poor: 800 },
  { reason: "bandwidth", measure: ({ limitedBy }) => Number(limitedBy.bandwidth), fair: 1, poor: Infinity },
  { reason: "cpu", measure: ({ limitedBy }) => Number(limitedBy.cpu), fair: 1, poor: Infinity },
  { reason: "tcp", measure: ({ path }) => Number(isRelayedOverTcp(path)), fair: 1, poor: Infinity },
];

/**
 * @param {Present} present
 * @returns {Rating}
 */
export function rate(present) {
  for (const level of /** @type {const} */ (["poor", "fair"])) {
    const broken = RULES.find((rule) => rule.measure(present) >= rule[level]);
    if (broken) return { level, reason: broken.reason };
  }
  return { level: "good", reason: null };
}

/**
 * @param {Sample[]} samples the latest ones, oldest first
 * @returns {Present | null} `null`: there are none
 */
export function presentOf(samples) {
  const latest = samples.at(-1);
  if (!latest) return null;
  const mean = (/** @type {(sample: Sample) => number | null} */ pick) => average(samples.map(pick));
  const [frozen, seconds] = [sum(samples, "frozen"), sum(samples, "seconds")];
  return {
    ...latest,
    bitrateIn: mean(({ bitrateIn }) => bitrateIn),
    bitrateOut: mean(({ bitrateOut }) => bitrateOut),
    framesIn: mean(({ framesIn }) => framesIn),
    framesOut: mean(({ framesOut }) => framesOut),
    lossIn: average(samples.map(({ lossIn }) => lossIn), samples.map(({ packetsIn }) => packetsIn)),
    lossOut: mean(({ lossOut }) => lossOut),
    jitter: mean(({ jitter }) => jitter),
    frozen: seconds > 0 ? frozen / seconds : null,
    limitedBy: {
      cpu: samples.every(({ limitation }) => limitation === "cpu"),
      bandwidth: samples.every(({ limitation }) => limitation === "bandwidth"),
    },
  };
}

/**
 * @param {(number | null)[]} values
 * @param {number[]} [weights]
 * @returns {number | null} of those that are known
 */
function average(values, weights = values.map(() => 1)) {
  let [total, weight] = [0, 0];
  for (const [at, value] of values.entries()) {
    const by = weights[at] ?? 0;
    if (value === null) continue;
    total += value * by;
    weight += by;
  }
  return weight > 0 ? total / weight : null;
}

/**
 * @param {Sample[]} samples
 * @param {"frozen" | "seconds"} member
 */
function sum(samples, member) {
  return samples.reduce((total, sample) => total + (sample[member] ?? 0), 0);
}

/** @param {Sample["path"]} path */
function isRelayedOverTcp(path) {
  return path?.local === "relay" && (path.protocol === "tcp" || path.protocol === "tls");
}
