/**
 * What a chart's data say, whichever of the usual ways they say it in. Pure.
 *
 * Nobody fixed one: people's tools and agents send what their charting library takes. The samples
 * in tests/samples/charts.json are the ways this reads; the export on the server reads the same.
 */

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

/**
 * @param {string} chartType as it was sent, in any case
 * @param {unknown} data
 * @returns {NormalChart | null} `null`: there is nothing to draw
 */
export function normalChart(chartType, data) {
  const form = FORMS[chartType.trim().toLowerCase()] ?? "bar";
  const source = Array.isArray(data) ? { values: data } : record(data);
  if (!source) return null;
  const labels = listOf(source["labels"]) ?? listOf(source["x_labels"]) ?? [];
  const raw = rawSeries(source);
  const title = words(source["title"]);
  return form === "scatter" ? scatter(title, labels, raw) : labelled(form, title, labels, raw);
}

/**
 * @param {Record<string, unknown>} source
 * @returns {RawSeries[]}
 */
function rawSeries(source) {
  const several = listOf(source["series"]) ?? listOf(source["datasets"]);
  return (several ?? [source]).flatMap((one) => {
    const fields = Array.isArray(one) ? { values: one } : record(one);
    if (!fields) return [];
    const list = listOf(fields["values"]) ?? listOf(fields["points"]) ?? listOf(fields["data"]);
    if (!list) return [];
    const name = several ? words(fields["name"] ?? fields["label"]) : "";
    return [{ name, data: list.map(datum) }];
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
 * @returns {LabelledChart | null}
 */
function labelled(form, title, labels, raw) {
  const length = raw.reduce((most, { data }) => Math.max(most, data.length), labels.length);
  const series = raw.map(({ name, data }) => ({
    name,
    values: Array.from({ length }, (_, place) => number(data[place]?.y)),
  }));
  if (!series.some(({ values }) => values.some((value) => value !== null))) return null;
  const named = Array.from({ length }, (_, place) => {
    const given = labels[place] ?? firstGiven(raw, place, "label") ?? firstGiven(raw, place, "x");
    return words(given ?? place + 1);
  });
  return { form, title, labels: named, series };
}

/**
 * @param {string} title
 * @param {unknown[]} labels where the points stand that do not say it themselves
 * @param {RawSeries[]} raw
 * @returns {ScatterChart | null}
 */
function scatter(title, labels, raw) {
  const series = raw.map(({ name, data }) => ({
    name,
    points: data.flatMap(({ x, y }, place) => {
      const across = number(x ?? labels[place] ?? place + 1);
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
