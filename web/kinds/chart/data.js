/**
 * Normal form of a chart's data, whichever of the usual forms they come in. Pure.
 *
 * Nobody fixed one: people's tools and agents send what their charting library takes. The samples
 * in tests/samples/charts.json are the ways this reads; the export on the server reads the same.
 */

import { entryOf } from "../../lib/own.js";

/** @typedef {"bar" | "line" | "area" | "pie" | "donut" | "scatter"} ChartForm */
/** @typedef {{name: string, values: (number | null)[]}} ValueSeries */
/** @typedef {{name: string, points: [number, number][]}} PointSeries */
/** @typedef {{form: Exclude<ChartForm, "scatter">, title: string, labels: string[], series: ValueSeries[]}} LabelledChart */
/** @typedef {{form: "scatter", title: string, labels: string[], series: PointSeries[]}} ScatterChart */
/** @typedef {LabelledChart | ScatterChart} NormalChart */

/** A number, where it stands, and what it is called. @typedef {{x: unknown, y: unknown, label: unknown}} Datum */
/** @typedef {{name: string, data: Datum[]}} RawSeries */

/** @type {Record<string, ChartForm | undefined>} */
const FORMS = {
  bar: "bar",
  column: "bar",
  line: "line",
  area: "area",
  pie: "pie",
  donut: "donut",
  doughnut: "donut",
  scatter: "scatter",
};

/** More series are not drawn. */
export const MOST_SERIES = 50;
/** More places cannot be told apart in a picture: of more, every second, third and so on is drawn. */
const MOST_PLACES = 2_000;
/** Bars, points or slices of one chart: places by series. */
export const MOST_MARKS = 20_000;

/**
 * @param {string} chartType as it was sent, in any case
 * @param {unknown} data
 * @returns {NormalChart | null} of a long chart every second, third and so on place; `null`: there is nothing to draw
 */
export function normalChart(chartType, data) {
  const form = entryOf(FORMS, chartType.trim().toLowerCase()) ?? "bar";
  const source = Array.isArray(data) ? { values: data } : record(data);
  if (!source) return null;
  const labels = listOf(source["labels"]) ?? listOf(source["x_labels"]) ?? [];
  const { places, most } = extent(data);
  const step = Math.max(1, Math.ceil(places / most));
  const raw = rawSeries(source, step);
  const title = words(source["title"]);
  return form === "scatter" ? scatter(title, labels, raw, step) : labelled(form, title, labels, raw, step);
}

/**
 * How many series data have, and places of the longest one; looks at no value. `most`: places that are drawn; `marks`:
 * with their series.
 *
 * @param {unknown} data
 * @returns {{series: number, places: number, most: number, marks: number}}
 */
export function extent(data) {
  const source = Array.isArray(data) ? { values: data } : record(data);
  if (!source) return { series: 0, places: 0, most: MOST_PLACES, marks: 0 };
  const several = listOf(source["series"]) ?? listOf(source["datasets"]) ?? [source];
  const lists = several.slice(0, MOST_SERIES).map((one) => listOf(one) ?? valuesOf(record(one)));
  const lengths = [listOf(source["labels"]) ?? listOf(source["x_labels"]), ...lists].map((list) => list?.length ?? 0);
  const [drawn, places] = [Math.min(several.length, MOST_SERIES), Math.max(...lengths)];
  const most = Math.min(MOST_PLACES, Math.floor(MOST_MARKS / Math.max(drawn, 1)));
  return { series: several.length, places, most, marks: drawn * Math.min(places, most) };
}

/**
 * @param {NormalChart | null} chart
 * @returns {string} a table of it, as spreadsheets take it: cells parted by tabs, a line for each row
 */
export function tableOf(chart) {
  if (!chart) return "";
  /** @param {unknown} value */
  const cell = (value) => String(value ?? "").replace(/\s+/g, " ");
  if (chart.form === "scatter") {
    return chart.series.flatMap(({ name, points }) => points.map((point) => [name, ...point].map(cell).join("\t"))).join("\n");
  }
  const { labels, series } = chart;
  const head = ["", ...series.map(({ name }) => name)];
  const rows = labels.map((label, place) => [label, ...series.map(({ values }) => values[place])]);
  return [head, ...rows].map((row) => row.map(cell).join("\t")).join("\n");
}

/** @param {Record<string, unknown> | undefined} fields */
function valuesOf(fields) {
  return fields && (listOf(fields["values"]) ?? listOf(fields["points"]) ?? listOf(fields["data"]));
}

/**
 * @param {Record<string, unknown>} source
 * @param {number} step from one place that is taken to the next
 * @returns {RawSeries[]}
 */
function rawSeries(source, step) {
  const several = listOf(source["series"]) ?? listOf(source["datasets"]);
  return (several ?? [source]).slice(0, MOST_SERIES).flatMap((one) => {
    const fields = Array.isArray(one) ? { values: one } : record(one);
    const list = valuesOf(fields);
    if (!fields || !list) return [];
    const name = several ? words(fields["name"] ?? fields["label"]) : "";
    const taken = step > 1 ? list.filter((_, place) => place % step === 0) : list;
    return [{ name, data: taken.map(datum) }];
  });
}

/**
 * @param {unknown} item a number, or a point as `{x, y, label}` or `[x, y]`
 * @returns {Datum}
 */
function datum(item) {
  if (Array.isArray(item)) return { x: item[0], y: item[1], label: undefined };
  const point = record(item);
  if (!point) return { x: undefined, y: item, label: undefined };
  return { x: point["x"], y: point["y"] ?? point["value"], label: point["label"] ?? point["name"] };
}

/**
 * @param {LabelledChart["form"]} form
 * @param {string} title
 * @param {unknown[]} labels
 * @param {RawSeries[]} raw
 * @param {number} step
 * @returns {LabelledChart | null}
 */
function labelled(form, title, labels, raw, step) {
  const length = raw.reduce((most, { data }) => Math.max(most, data.length), Math.ceil(labels.length / step));
  const series = raw.map(({ name, data }) => ({
    name,
    values: Array.from({ length }, (_, place) => number(data[place]?.y)),
  }));
  if (!series.some(({ values }) => values.some((value) => value !== null))) return null;
  const named = Array.from({ length }, (_, place) => {
    const given = labels[place * step] ?? firstGiven(raw, place, "label") ?? firstGiven(raw, place, "x");
    return words(given ?? place * step + 1);
  });
  return { form, title, labels: named, series };
}

/**
 * @param {string} title
 * @param {unknown[]} labels where the points stand that do not say it themselves
 * @param {RawSeries[]} raw
 * @param {number} step
 * @returns {ScatterChart | null}
 */
function scatter(title, labels, raw, step) {
  const series = raw.map(({ name, data }) => ({
    name,
    points: data.flatMap(({ x, y }, place) => {
      const across = number(x ?? labels[place * step] ?? place * step + 1);
      const up = number(y);
      return across === null || up === null ? [] : [/** @type {[number, number]} */ ([across, up])];
    }),
  }));
  if (!series.some(({ points }) => points.length > 0)) return null;
  return { form: "scatter", title, labels: [], series };
}

/**
 * @param {RawSeries[]} raw
 * @param {number} place
 * @param {"label" | "x"} field
 */
function firstGiven(raw, place, field) {
  for (const { data } of raw) {
    const given = data[place]?.[field];
    if (given !== undefined && given !== null) return given;
  }
  return undefined;
}

/**
 * @param {unknown} value
 * @returns {number | null} also of a number in words; `null` for what is none
 */
function number(value) {
  const asked = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof asked === "number" && Number.isFinite(asked) ? asked : null;
}

/**
 * @param {unknown} value
 * @returns {string}
 */
function words(value) {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/**
 * @param {unknown} value
 * @returns {unknown[] | undefined}
 */
function listOf(value) {
  return Array.isArray(value) ? value : undefined;
}

/**
 * @param {unknown} value
 * @returns {Record<string, unknown> | undefined}
 */
function record(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? /** @type {Record<string, unknown>} */ (value)
    : undefined;
}
