/** The configuration of Chart.js for a chart, in the colours of the page. */

import { firstOf } from "../../lib/unicode.js";
import { theme } from "../../ui/theme.js";

/** @import {LabelledChart, NormalChart, ScatterChart} from "./data.js" */

const COLORS = 8;
/** Points are drawn on a line as long as they can be told apart. */
const MOST_DOTS = 60;
/** Of a series or a place: what is longer is measured and drawn for long. */
const LONGEST_NAME = 40;

/**
 * @param {NormalChart} chart
 * @param {number} side the shorter one of the chart, in scene units
 * @param {number} pixels for one scene unit
 * @returns {object} configuration of Chart.js
 */
export function chartConfig(chart, side, pixels) {
  const size = Math.min(18, Math.max(9, side / 22));
  const round = chart.form === "pie" || chart.form === "donut";
  const font = { family: getComputedStyle(document.body).fontFamily, size };
  return {
    type: { bar: "bar", line: "line", area: "line", pie: "pie", donut: "doughnut", scatter: "scatter" }[chart.form],
    data: chart.form === "scatter" ? scatterData(chart) : labelledData(chart, side),
    options: {
      animation: false,
      responsive: false, // the canvas follows the element, not the window
      maintainAspectRatio: false,
      devicePixelRatio: pixels,
      font,
      color: theme.color("--ink-soft"),
      ...(chart.form === "donut" && { cutout: "58%" }),
      ...(!round && { scales: scales(chart, font) }),
      plugins: {
        title: {
          display: chart.title !== "",
          text: shortened(chart.title, 80),
          align: "start",
          color: theme.color("--ink"),
          font: { ...font, size: size * 1.25, weight: 650 },
          padding: { top: 2, bottom: size },
        },
        legend: {
          display: round || chart.series.length > 1,
          position: round ? "right" : "bottom",
          labels: { color: theme.color("--ink-soft"), font, boxWidth: size, boxHeight: size, padding: size, usePointStyle: true, pointStyle: "rectRounded" },
        },
        tooltip: {
          backgroundColor: theme.color("--card"),
          titleColor: theme.color("--page"),
          bodyColor: theme.color("--page"),
          titleFont: font,
          bodyFont: font,
          cornerRadius: 8,
          padding: 10,
        },
      },
    },
  };
}

/**
 * @param {LabelledChart} chart
 * @param {number} side
 */
function labelledData({ form, labels, series }, side) {
  const slices = labels.map((_, place) => color(place));
  const datasets = series.map(({ name, values }, place) => {
    const shared = { label: shortened(name, LONGEST_NAME), data: values };
    switch (form) {
      case "bar":
        return { ...shared, backgroundColor: color(place), borderRadius: 4, maxBarThickness: side / 4 };
      case "pie":
      case "donut":
        return { ...shared, backgroundColor: slices, borderColor: theme.color("--surface"), borderWidth: 2 };
      case "line":
      case "area":
        return {
          ...shared,
          borderColor: color(place),
          backgroundColor: form === "area" ? seeThrough(color(place)) : color(place),
          fill: form === "area" ? "origin" : false,
          borderWidth: 2.5,
          borderJoinStyle: "round",
          pointRadius: values.length > MOST_DOTS ? 0 : 3,
          pointBackgroundColor: color(place),
        };
    }
  });
  return { labels: labels.map((label) => shortened(label, LONGEST_NAME)), datasets };
}

/** @param {ScatterChart} chart */
function scatterData({ series }) {
  return {
    datasets: series.map(({ name, points }, place) => ({
      label: shortened(name, LONGEST_NAME),
      data: points.map(([x, y]) => ({ x, y })),
      backgroundColor: color(place),
      pointRadius: 4,
    })),
  };
}

/**
 * @param {NormalChart} chart
 * @param {object} font
 */
function scales(chart, font) {
  const ticks = { color: theme.color("--ink-soft"), font, maxRotation: 50 };
  const grid = { color: theme.color("--line") };
  const plain = { border: { display: false }, ticks, grid };
  const bare = { border: { color: theme.color("--line") }, ticks, grid: { display: false } };
  return chart.form === "scatter"
    ? { x: plain, y: plain }
    : { x: bare, y: { ...plain, beginAtZero: chart.form !== "line" } };
}

/** @param {number} place */
function color(place) {
  return theme.color(`--chart-${(place % COLORS) + 1}`);
}

/** @param {string} hex `#rrggbb` */
function seeThrough(hex) {
  return `${hex}40`;
}

/**
 * @param {string} words
 * @param {number} most
 */
function shortened(words, most) {
  return words.length > most ? `${firstOf(words, most - 1)}…` : words;
}
