/**
 * How elements of each kind are made and changed by people. Only the tools ask here, and so it is loaded with them; the type
 * checker refuses a kind of the protocol that is missing.
 */

import { chartMaking } from "./chart/making.js";
import { imageMaking } from "./image/making.js";
import { PLAIN_TEXT } from "./kinds.js";
import { noteMaking } from "./note/making.js";
import { textMaking } from "./text/making.js";

/** @import {Kind, Making} from "./definition.js" */

/** In the order in which they are offered. @type {{[K in Kind as K["type"]]: Making<K>}} */
export const makings = {
  Text: textMaking,
  Note: noteMaking,
  Image: imageMaking,
  Chart: chartMaking,
  Model3D: {},
  Video: {}, // by calls
  Ink: {},
  Shape: {},
  Arrow: {},
  Frame: {},
  Group: {},
};

/** All of them; those that take only certain files and words come first. @type {Making<any>[]} */
export const byDemand = [...Object.values(makings).filter((one) => one !== makings[PLAIN_TEXT]), makings[PLAIN_TEXT]];

/**
 * @param {{type: string}} kind
 * @returns {Making<any>}
 */
export function makingOf({ type }) {
  return Object.hasOwn(makings, type) ? makings[/** @type {keyof typeof makings} */ (type)] : {};
}
