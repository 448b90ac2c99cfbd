/** Texts about charts, and of the tables they are made from. */

import { language } from "../language.js";

export const text = {
  label: "Chart",
  create: "Chart from a table",
  /**
   * @param {string} type
   * @param {string} title may be empty
   */
  chart: (type, title) => {
    const kind = `${type.charAt(0).toUpperCase()}${type.slice(1)} chart`;
    return title ? `${kind}: ${title}` : kind;
  },
  /** @param {string} type */
  empty: (type) => `This ${type} chart has no data that can be drawn`,
  failed: "Charts cannot be shown: a part of this page is missing. Load it again.",
  /**
   * @param {number} places
   * @param {number} series
   */
  shortened: (places, series) =>
    `Too much to draw all of it (${places.toLocaleString(language)} places in ${series.toLocaleString(language)} series): a part is shown.`,
  type: "Type",
  title: "Title",
  /** @param {string} name */
  tableRefused: (name) => `“${name}” has no columns of numbers that could be drawn.`,
  becameChart: "The table became a chart.",
  offerChart: "Make it a chart",

  // --- the dialog
  dialog: "Chart from a table",
  tableHint: "Paste a table from a spreadsheet, or choose a CSV file.",
  table: "Table",
  tableExample: "Quarter\tNorth\tSouth\nQ1\t120\t80\nQ2\t150\t95",
  chooseFile: "Choose a file",
  preview: "Preview",
  fileUnreadable: "The file could not be read. It may have been moved or changed since you chose it.",
  noTable: "These are no columns of numbers yet.",
  add: "Add to the canvas",
  cancel: "Cancel",
};

/** @type {[string, string][]} */
export const chartTypeText = [
  ["bar", "Bars"],
  ["line", "Line"],
  ["area", "Area"],
  ["pie", "Pie"],
  ["donut", "Donut"],
  ["scatter", "Points"],
];
