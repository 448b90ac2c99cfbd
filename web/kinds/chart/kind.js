/** Definition of the kind: a chart. */

import { text } from "../../text/kinds/chart.js";
import { ChartContent, chartPixels } from "./content.js";
import { extent, normalChart, tableOf } from "./data.js";
import { describeChart } from "./describe.js";

/** @import {Chart} from "../../types/messages.js" */
/** @import {KindDefinition} from "../definition.js" */

/** @type {KindDefinition<Chart>} */
export const chartKind = {
  icon: "chart",
  label: text.label,
  describe: describeChart,
  copied: ({ chart_type, data }) => tableOf(normalChart(chart_type, data)),
  content: (node) => new ChartContent(node),
  cost: {
    bounds: { count: 40, pixels: 32_000_000, side: 36, marks: 50_000 },
    pixels: (_, { width, height, scale }) => chartPixels(width, height, scale),
    marks: ({ data }) => extent(data).marks,
  },
};
