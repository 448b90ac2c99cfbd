/** What the page says of how good calls are. */

import { language, stamp } from "./language.js";

/** @import {LineName, PlotName} from "../monitor/lines.js" */
/** @import {Level, Present, Rating, Reason} from "../monitor/rating.js" */
/** @import {Limitation, Sample} from "../monitor/sample.js" */

const numbers = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
const exactShares = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 });
const shares = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 });
const wholeMilliseconds = new Intl.NumberFormat(language, { maximumFractionDigits: 0, style: "unit", unit: "millisecond" });

/** @param {number} milliseconds */
function duration(milliseconds) {
  const short = milliseconds > 0 && milliseconds < 1;
  return `${short ? "below " : ""}${wholeMilliseconds.format(short ? 1 : milliseconds)}`;
}

/** @type {Record<Level, string>} */
export const levelText = { good: "Good", fair: "Fair", poor: "Poor" };

/** @type {Record<Reason, (present: Present) => string>} */
const reasons = {
  interrupted: () => "the connection is interrupted",
  loss: ({ lossIn, lossOut }) => `${shares.format(Math.max(lossIn ?? 0, lossOut ?? 0))} of the packets get lost`,
  frozen: () => "the picture stands still again and again",
  roundTrip: ({ roundTrip }) => `there and back takes ${duration(roundTrip ?? 0)}`,
  bandwidth: () => "the network takes no larger pictures from here",
  cpu: () => "this computer is too busy for larger pictures",
  tcp: () => "it goes through a relay over TCP",
};

export const text = {
  /**
   * @param {Rating} rating
   * @param {Present} present
   */
  rating: ({ level, reason }, present) => {
    const why = reason ? [reasons[reason](present)] : figures(present);
    return why.length > 0 ? `${levelText[level]}: ${why.join(", ")}` : levelText[level];
  },
  /**
   * @param {string} name of a person
   * @param {string} rating
   */
  badge: (name, rating) => `Call with ${name}. ${rating}`,

  // --- the panel
  peer: "Call with",
  /** @param {string} name */
  ended: (name) => `${name} (over)`,
  over: "This call is over. These are its last figures.",
  noCalls: "Nobody has been called yet. During a call you see here how good it is, and why.",
  figures: "Figures of the call",
  save: "Download as CSV",
  /**
   * @param {string} name
   * @param {Date} now
   */
  fileName: (name, now) => `call ${name} ${stamp(now)}.csv`.replace(/[^\p{L}\p{N}.]+/gu, "-"),
  /**
   * A plot for those who cannot see it.
   *
   * @param {string} title
   * @param {string[]} ranges of its lines
   */
  plot: (title, ranges) => (ranges.length > 0 ? `${title}, the last minutes: ${ranges.join("; ")}` : `${title}: nothing is known`),
  /** Below a plot. @param {number} seconds */
  ago: (seconds) => {
    if (seconds < 1) return "now";
    return seconds % 60 === 0 ? `−${numbers.format(seconds / 60)} min` : `−${numbers.format(seconds)} s`;
  },
};

const inAndOut = { in: "in", out: "out" };

/**
 * @param {string} title
 * @param {Partial<Record<LineName, string>>} lines
 * @param {(value: number) => string} value
 * @param {(value: number) => string} [tick] beside a plot, where there is little space
 */
const plot = (title, lines, value, tick = value) => ({
  title,
  lines,
  value,
  tick,
  /**
   * @param {LineName} name
   * @param {number} least
   * @param {number} most
   */
  range: (name, least, most) => `${lines[name]} from ${value(least)} to ${value(most)}`,
});

/** @type {Record<PlotName, ReturnType<typeof plot>>} */
export const plotText = {
  bitrate: plot("Bitrate", inAndOut, bits, (value) =>
    value >= 1e6 ? `${tenths.format(value / 1e6)} M` : value > 0 ? `${numbers.format(value / 1e3)} k` : "0",
  ),
  frames: plot("Pictures a second", inAndOut, (value) => numbers.format(value)),
  delay: plot("Delay", { roundTrip: "there and back", jitter: "jitter" }, duration, (value) => wholeMilliseconds.format(value)),
  loss: plot("Lost packets", inAndOut, (value) => exactShares.format(value), (value) => shares.format(value)),
};

/** @type {Record<string, string>} */
const candidates = { host: "host", srflx: "through NAT (srflx)", prflx: "through NAT (prflx)", relay: "relay" };

/** @type {Record<Limitation, string>} */
const limitations = { none: "nothing", cpu: "this computer", bandwidth: "the network", other: "something else" };

/** @typedef {"sizeIn" | "sizeOut" | "bitrateIn" | "bitrateOut" | "lossIn" | "lossOut" | "roundTrip" | "jitter" | "codec" | "path" | "limitation"} Figure */

/** The figures of the list, in its order. @type {Record<Figure, {label: string, value: (present: Present) => string}>} */
export const figureText = {
  sizeIn: { label: "Pictures received", value: ({ sizeIn, framesIn }) => pictures(sizeIn, framesIn) },
  sizeOut: { label: "Pictures sent", value: ({ sizeOut, framesOut }) => pictures(sizeOut, framesOut) },
  bitrateIn: { label: "Bitrate received", value: ({ bitrateIn }) => (bitrateIn === null ? "" : bits(bitrateIn)) },
  bitrateOut: { label: "Bitrate sent", value: ({ bitrateOut }) => (bitrateOut === null ? "" : bits(bitrateOut)) },
  lossIn: { label: "Lost on the way here", value: ({ lossIn }) => (lossIn === null ? "" : exactShares.format(Math.max(0, lossIn))) },
  lossOut: { label: "Lost on the way there", value: ({ lossOut }) => (lossOut === null ? "" : exactShares.format(lossOut)) },
  roundTrip: { label: "There and back", value: ({ roundTrip }) => (roundTrip === null ? "" : duration(roundTrip)) },
  jitter: { label: "Jitter", value: ({ jitter }) => (jitter === null ? "" : duration(jitter)) },
  codec: { label: "Codec", value: ({ codecIn, codecOut }) => [...new Set([codecIn, codecOut])].filter((codec) => codec).join(" / ") },
  path: { label: "Path", value: ({ path }) => pathText(path) },
  limitation: { label: "Pictures are limited by", value: ({ limitation }) => (limitation ? limitations[limitation] : "") },
};

/** @param {number} value bits per second */
function bits(value) {
  return value >= 1e6 ? `${tenths.format(value / 1e6)} Mbit/s` : `${numbers.format(value / 1e3)} kbit/s`;
}

/**
 * @param {Sample["sizeIn"]} size
 * @param {number | null} rate
 */
function pictures(size, rate) {
  return [...(size ? [`${size.width} × ${size.height}`] : []), ...(rate === null ? [] : [`${numbers.format(rate)} a second`])].join(", ");
}

/** @param {Sample["path"]} path */
function pathText(path) {
  if (!path) return "";
  const ends = [path.local, path.remote].map((type) => candidates[type] ?? type);
  return `${[...new Set(ends)].join(" to ")}, ${path.protocol.toUpperCase()}`;
}

/** @param {Present} present */
function figures({ framesIn, roundTrip }) {
  return [
    ...(framesIn ? [`${numbers.format(framesIn)} pictures a second`] : []),
    ...(roundTrip === null ? [] : [duration(roundTrip)]),
  ];
}
