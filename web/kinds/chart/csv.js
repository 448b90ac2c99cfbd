/** Parser of tables in text, as spreadsheets give them, into the data of a chart. Pure. */

/**
 * The part of Papa Parse that is used here.
 *
 * @typedef {(text: string, options: {delimiter: string, skipEmptyLines: "greedy"}) => {data: string[][]}} Parse
 */

/** @typedef {{name: string, values: (number | null)[]}} Series */
/** @typedef {{title: string, labels: string[], series: Series[]}} ChartData */
/** @typedef {{chart_type: string, data: ChartData}} TableChart */

/** In this order: a comma may stand in a number, the others hardly. */
const DELIMITERS = ["\t", ";", ",", "|"];
const MOST_ROWS = 2_000;
const MOST_SERIES = 24;
/** So many rows and more are a line, fewer are bars. */
const LINE_ROWS = 13;
/** Also in groups of two, as in India: 1,23,456. */
const NUMBER = /^[-+]?(\d{1,3}(['\u2019 .,]\d{3})+|\d{1,2}(,\d\d)+,\d{3}|\d+)?([.,]\d+)?(e[-+]?\d+)?$/i;
/** What stands for no number, besides an empty cell: a dash, and what spreadsheets and programs write. */
const GAP = /^(?:[-\u2212\u2013\u2014]|n\/?a|nan|null|#n\/a|#div\/0!|#(?:num|ref|value|wert)!|#name\?)$/i;

/**
 * What can be drawn of a table: its columns of numbers, with the names in the first row, if there is
 * a row of names, and the labels in the first column that is not of numbers.
 *
 * @param {string} text
 * @param {Parse} parse
 * @returns {TableChart | null} `null`: this is no table, or has no column of numbers
 */
export function chartOfTable(text, parse) {
  for (const delimiter of DELIMITERS) {
    if (!text.includes(delimiter)) continue;
    const rows = cellsOf(text, delimiter, parse);
    const chart = rows && chartOfRows(rows, delimiter);
    if (chart) return chart;
    if (rows && delimiter === "\t") return null;  // commas are within its cells
  }
  return null;
}

/**
 * @param {TableChart} chart
 * @returns {boolean} its numbers only count the lines: it was a numbered list
 */
export function isListing({ data: { series } }) {
  const [only, ...more] = series;
  return more.length === 0 && only?.name === "" && only.values.every((value, place) => Math.abs(value ?? 0) === place + 1);
}

/**
 * @param {string} text
 * @param {string} delimiter
 * @param {Parse} parse
 * @returns {string[][] | null} all rows of the same length, two or more of each
 */
function cellsOf(text, delimiter, parse) {
  const { data } = parse(text.replace(/^\uFEFF/, ""), { delimiter, skipEmptyLines: "greedy" });
  const rows = data.map((row) => row.map((cell) => cell.trim()));
  // Spreadsheets like to end each row with empty cells.
  while (rows.length > 0 && rows.every((row) => row.length > 1 && row.at(-1) === "")) {
    for (const row of rows) row.pop();
  }
  const width = rows[0]?.length ?? 0;
  if (width < 2 || rows.length < 2 || rows.length > MOST_ROWS) return null;
  return rows.every((row) => row.length === width) ? rows : null;
}

/**
 * @param {string[][]} rows
 * @param {string} delimiter
 * @returns {TableChart | null}
 */
function chartOfRows(rows, delimiter) {
  const comma = hasDecimalComma(rows, delimiter);
  const numbers = rows.map((row) => row.map((cell) => numberOf(cell, comma)));
  const [head = [], ...body] = rows;
  const numeric = head.map((_, column) =>
    body.some((_row, row) => numbers[row + 1]?.[column] != null) &&
    body.every((row, place) => isGap(row[column] ?? "") || numbers[place + 1]?.[column] != null));
  if (!numeric.includes(true)) return null;
  const named = numeric.some((yes, column) => yes && numbers[0]?.[column] == null && !GAP.test(head[column] ?? ""));
  const table = named ? body : rows;
  const values = named ? numbers.slice(1) : numbers;
  const labelled = labelColumn(numeric, values, head, named);
  const columns = head.flatMap((_, column) => (numeric[column] && column !== labelled ? [column] : []));
  if (columns.length === 0 || columns.length > MOST_SERIES) return null;
  if (named && table.length === 1 && labelled === -1) return chartOfOneRow(head, values[0] ?? []);
  const labels = table.map((row, place) => (labelled === -1 ? String(place + 1) : row[labelled] ?? ""));
  const series = columns.map((column) => ({
    name: named ? head[column] ?? "" : "",
    values: values.map((row) => row[column] ?? null),
  }));
  const title = named && series.length === 1 ? series[0]?.name ?? "" : "";
  return { chart_type: isCourse(labels) ? "line" : "bar", data: { title, labels, series } };
}

/**
 * @param {string[]} head
 * @param {(number | null)[]} values
 * @returns {TableChart}
 */
function chartOfOneRow(head, values) {
  return { chart_type: "bar", data: { title: "", labels: head, series: [{ name: "", values }] } };
}

/**
 * @param {boolean[]} numeric
 * @param {(number | null)[][]} values
 * @param {string[]} head
 * @param {boolean} named
 * @returns {number} the column of the labels; -1 where there is none
 */
function labelColumn(numeric, values, head, named) {
  const words = numeric.indexOf(false);
  if (words !== -1) return words;
  if (numeric.length < 2) return -1;
  // Numbers that count up, such as years, under no name or that of a time, are labels too.
  const first = values.map((row) => row[0] ?? NaN);
  const counts = first.every((value, place) =>
    Number.isInteger(value) && (place === 0 || value > (first[place - 1] ?? NaN)));
  const years = first.every((value) => value >= 1500 && value < 2200);
  return first.length > 1 && counts && (years || (named && head[0] === "")) ? 0 : -1;
}

/**
 * @param {string[]} labels
 * @returns {boolean} whether they are a course of time rather than kinds of things
 */
function isCourse(labels) {
  if (labels.length >= LINE_ROWS) return true;
  return labels.length > 2 && labels.every((label) => /^(1[5-9]|20|21)\d\d([-/.]\d\d?){0,2}$/.test(label));
}

/**
 * @param {string[][]} rows
 * @param {string} delimiter
 * @returns {boolean}
 */
function hasDecimalComma(rows, delimiter) {
  let commas = 0;
  let points = 0;
  let unsure = 0;
  for (const cell of rows.flat()) {
    const bare = bareNumber(cell);
    if (!NUMBER.test(bare)) continue;
    const last = Math.max(bare.lastIndexOf(","), bare.lastIndexOf("."));
    if (last === -1) continue;
    const mark = bare[last];
    const marks = bare.match(/[.,]/g) ?? [];
    if (marks.length > 1 && new Set(marks).size === 1) {
      mark === "," ? points++ : commas++;  // a mark that is there twice is none of decimals
      continue;
    }
    const grouped = /^[-+]?\d{1,3}([.,]\d{3})+$/.test(bare);
    if (grouped && mark === ",") unsure++;
    else if (!grouped || marks.length > 1) mark === "," ? commas++ : points++;
  }
  if (commas !== points) return commas > points;
  // "1,234" by itself: who writes semicolons between cells does so because of the commas in numbers.
  return unsure > 0 && delimiter === ";";
}

/**
 * @param {string} cell
 * @returns {boolean} there is no number, and no word either
 */
function isGap(cell) {
  return cell === "" || GAP.test(cell);
}

/**
 * @param {string} cell
 * @returns {string} without signs of money, per cent and spaces around, in Latin digits; what is in brackets is below zero
 */
function bareNumber(cell) {
  return cell
    .replace(/[\uFF01-\uFF5E]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .replace(/[\u0660-\u0669\u06F0-\u06F9]/g, (digit) => String(digit.charCodeAt(0) & 15))
    .replace(/[\u066A-\u066C]/g, (mark) => "%.,"[mark.charCodeAt(0) - 0x66a] ?? "")
    .replace(/[\u00A0\u202F]/g, " ")
    .replace(/^\(([^()-]+)\)$/, "-$1")
    .replace(/^([-+\u2212\u2013]?)\s*\p{Sc}\s*/u, "$1")
    .replace(/\s*[%\p{Sc}]$/u, "")
    .replace(/^\u2013/, "-")
    .replace("\u2212", "-")
    .trim();
}

/**
 * @param {string} cell
 * @param {boolean} comma it stands before the decimals
 * @returns {number | null}
 */
function numberOf(cell, comma) {
  const bare = bareNumber(cell);
  if (!/\d/.test(bare) || !NUMBER.test(bare)) return null;
  const plain = comma ? bare.replace(/[.'\u2019 ]/g, "").replace(",", ".") : bare.replace(/[,'\u2019 ]/g, "");
  const value = Number(plain);
  return Number.isFinite(value) ? value : null;
}
