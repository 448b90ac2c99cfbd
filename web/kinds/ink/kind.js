/** Definition of the kind: ink, a stroke of a pen or a marker. */

import { text } from "../../text/kinds/ink.js";
import { StrokeContent } from "./content.js";
import { describeInk } from "./describe.js";

/** @import {Ink} from "../../types/messages.js" */
/** @import {KindDefinition} from "../definition.js" */

/** @type {KindDefinition<Ink>} */
export const inkKind = {
  icon: "pen",
  label: text.label,
  describe: describeInk,
  content: (node) => new StrokeContent(node),
  cost: {
    bounds: { count: 5_000, pixels: Infinity, side: 0, marks: 300_000 },
    marks: ({ points }) => points.length,
    light: true,
  },
  isClear: true,
  isStroke: true,
  opensProperties: false,
};
