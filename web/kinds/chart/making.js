/** Making of the kind: a chart. */

import { textOfFile } from "../../lib/decodetext.js";
import { shownWords } from "../../lib/foreign.js";
import { Unsaved } from "../../ui/unsaved.js";
import { choiceField, wordsField } from "../../ui/fields.js";
import { chartTypeText, text } from "../../text/kinds/chart.js";
import { isListing } from "./csv.js";
import { titleOf } from "./describe.js";
import { ChartDialog } from "./dialog.js";
import { readTable } from "./tables.js";

/** @import {Chart} from "../../types/messages.js" */
/** @import {Made, Making} from "../definition.js" */
/** @import {TableChart} from "./csv.js" */

const SIZE = { width: 480, height: 320 };
const MOST_TABLE_BYTES = 2_000_000;
const TABLE_NAME = /\.(csv|tsv|tab)$/i;

/** @type {Making<Chart>} */
export const chartMaking = {
  properties: (set) => [
    {
      field: choiceField(text.type, chartTypeText, (chart_type) => set({ chart_type })),
      read: ({ chart_type }) => chart_type.toLowerCase(),
    },
    {
      field: wordsField(text.title, { most: 200 }, (title, before) => set({ data: { title } }, { data: { title: before } })),
      read: ({ data }) => titleOf(data),
    },
  ],
  create: {
    command: "chart",
    label: text.create,
    keys: ["C"],
    prepare({ add, sessionId }) {
      const dialog = new ChartDialog((chart) => {
        const { kind, size } = made(chart);
        return add(kind, size);
      }, new Unsaved(sessionId, "chart"));
      document.body.append(dialog.node);
      return () => dialog.open();
    },
  },
  fromFile: (file) => (TABLE_NAME.test(file.name) || file.type === "text/csv" ? fromFile(file) : null),
  async fromWords(words) {
    const chart = words.length > MOST_TABLE_BYTES ? null : await readTable(words);
    if (!chart || isListing(chart)) return null;
    // Tabs are what spreadsheets put between cells; commas are in every other list.
    const onRequest = !words.trim().split("\n").every((line) => line.includes("\t"));
    return { ...made(chart), said: { onRequest, became: text.becameChart, offer: text.offerChart } };
  },
};

/** @param {File} file */
async function fromFile(file) {
  const chart = file.size > MOST_TABLE_BYTES ? null : await readTable(await textOfFile(file));
  return chart ? made(chart) : { refused: text.tableRefused(shownWords(file.name, 120)) };
}

/**
 * @param {TableChart} chart
 * @returns {Made<Chart>}
 */
function made({ chart_type, data }) {
  return { kind: { type: "Chart", chart_type, data }, size: SIZE };
}
