/** What the page says of how good calls are. */

import { language } from "./language.js";

/** @import {Level, Present, Rating, Reason} from "../monitor/rating.js" */

const numbers = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
const shares = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 });
const milliseconds = new Intl.NumberFormat(language, { maximumFractionDigits: 0, style: "unit", unit: "millisecond" });

/** @type {Record<Level, string>} */
export const levelText = { good: "Good", fair: "Fair", poor: "Poor" };

/** @type {Record<Reason, (present: Present) => string>} */
const reasons = {
  interrupted: () => "the connection is interrupted",
  loss: ({ lossIn, lossOut }) => `${shares.format(Math.max(lossIn ?? 0, lossOut ?? 0))} of the packets get lost`,
  frozen: () => "the picture stands still again and again",
  roundTrip: ({ roundTrip }) => `there and back takes ${milliseconds.format(roundTrip ?? 0)}`,
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
};

/** @param {Present} present */
function figures({ framesIn, roundTrip }) {
  return [
    ...(framesIn ? [`${numbers.format(framesIn)} pictures a second`] : []),
    ...(roundTrip === null ? [] : [milliseconds.format(roundTrip)]),
  ];
}
