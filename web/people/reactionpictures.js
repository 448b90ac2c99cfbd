/** Pictures of the reactions, drawn: machines exist that have no letters for emoji. */

import { make } from "../ui/dom.js";

/** @import {React} from "../types/messages.js" */

const SVG = "http://www.w3.org/2000/svg";
const SKIN = "#f4b942";
const INK = "#5b3b0c";

/** A part: name of the SVG element and its attributes. @typedef {[string, Record<string, string>]} Part */

/** @type {Part} */
const FACE = ["circle", { cx: "12", cy: "12", r: "9.500", fill: SKIN }];
/** @type {(d: string, more?: Record<string, string>) => Part} */
const line = (d, more = {}) => ["path", { d, fill: "none", stroke: INK, "stroke-width": "1.6", "stroke-linecap": "round", ...more }];
/** @type {(cx: string, cy: string, r?: string) => Part} */
const dot = (cx, cy, r = "1.3") => ["circle", { cx, cy, r, fill: INK }];
const THUMB = "M3 11.500h3.500v9H4a1 1 0 0 1-1-1zM8 20V11.300l3.700-7.900c1.700.1 2.700 1.300 2.400 3L13.600 9.500h5.500c1.300 0 2.200 1.200 1.900 2.400l-1.600 6.800c-.3 1.100-1.200 1.800-2.300 1.800H9.500c-.8 0-1.500-.2-1.500-.5z";

/** @type {Partial<Record<React["emoji"], Part[]>>} */
const DRAWN = {
  "👍": [["path", { d: THUMB, fill: SKIN }]],
  "👎": [["path", { d: THUMB, fill: SKIN, transform: "rotate(180 12 12)" }]],
  "❤️": [["path", { d: "M12 20.500C5 15.500 2.800 12.300 2.800 8.900a4.900 4.900 0 0 1 9.200-2.300 4.900 4.900 0 0 1 9.200 2.300c0 3.400-2.200 6.600-9.200 11.600Z", fill: "#e0455a" }]],
  "👏": [
    ["path", { d: "m7.500 21 9.200-3.600c2.300-1 3-3.400 2-5.600L16.300 6.300c-.4-.9-1.900-.5-1.600.6l.9 2.800-4.700-4.500c-.8-.7-1.900.3-1.200 1.100L8.200 5.200c-.8-.7-1.900.3-1.200 1.100l4 4-5.200-3.500c-.9-.6-1.800.6-1 1.300l8 6.300z", fill: SKIN, transform: "rotate(8 12 12) translate(0 .8)" }],
    line("M18.500 2.500v2.300M21.800 5l-1.700 1.200M14.800 2.200l.7 1.700", { stroke: "#e0455a" }),
  ],
  "🎉": [
    ["path", { d: "m3 21 4.800-12.500 7.700 7.700Z", fill: SKIN }],
    line("M12 9.500c0-2.500.8-4.500 2.700-6M14.800 12.500c2-1.600 4-2 6.200-1.600M13.500 10.800 19 5", { stroke: "#4450c8" }),
    ["circle", { cx: "10", cy: "4.500", r: "1.3", fill: "#e0455a" }], ["circle", { cx: "20.300", cy: "15.500", r: "1.3", fill: "#1c9a58" }], ["circle", { cx: "20.500", cy: "3.500", r: "1.200", fill: "#e0455a" }],
  ],
  "😂": [
    FACE, line("M6.500 10.200c.7-1.200 2.500-1.200 3.200 0M14.300 10.200c.7-1.200 2.500-1.200 3.200 0"),
    ["path", { d: "M7 13h10c0 3-2.200 5-5 5s-5-2-5-5Z", fill: INK }],
    ["path", { d: "M4.700 12.200c1.200 1.300 1.400 3.800-.2 4.500-1.700.6-2.700-1.100-1.900-2.600zM19.300 12.200c-1.200 1.300-1.400 3.800.2 4.500 1.700.6 2.700-1.100 1.900-2.600z", fill: "#4aa3f0" }],
  ],
  "😮": [FACE, dot("8.700", "9.500"), dot("15.300", "9.500"), ["ellipse", { cx: "12", cy: "15.600", rx: "2.300", ry: "2.900", fill: INK }]],
  "🤔": [
    FACE, dot("8.700", "10"), dot("15.300", "10"), line("M6.800 7c.9-.7 2.200-.8 3.200-.2M13.800 6.200c1.100-.5 2.300-.3 3.200.5M9.800 14.800c1.300-.7 3-.8 4.500-.3"),
    ["path", { d: "M5.500 22.500c-1.300-1.700-1-4 .6-5.300l3.400-1.400c1-.4 1.700.9.8 1.500l-1.600 1 2.700.3c1.500.2 2 1.800 1 2.900l-.9 1Z", fill: "#e09a2b" }],
  ],
};

/** Those that are offered, in their order. */
export const OFFERED = /** @type {React["emoji"][]} */ (Object.keys(DRAWN));

/**
 * @param {string} emoji
 * @returns {Element} the drawing; a letter for one that has none here
 */
export function pictureOf(emoji) {
  const parts = Object.hasOwn(DRAWN, emoji) ? DRAWN[/** @type {React["emoji"]} */ (emoji)] : undefined;
  if (!parts) return make("span", { class: "reaction-letter", "aria-hidden": "true" }, [...emoji].slice(0, 2).join(""));
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  for (const [name, attributes] of parts) {
    const node = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    svg.append(node);
  }
  return svg;
}
