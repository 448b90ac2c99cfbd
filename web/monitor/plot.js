/** Lines of figures over the last minutes, drawn by uPlot in the colours of the page. */

import { theme } from "../ui/theme.js";
import { make, setText } from "../ui/dom.js";
import { plotText, text } from "../text/monitor.js";
import { columnsOf, PLOTS, rangeOf, spanOf, splitsOf, topOf } from "./lines.js";

/** @import {Columns, PlotName} from "./lines.js" */
/** @import {Sample} from "./sample.js" */
/** @import {Drawn, PlotClass} from "./uplot.js" */

const HEIGHT = 104;
const AXIS_WIDTH = 46;
const AXIS_HEIGHT = 24;
const FONT = "11px system-ui, sans-serif";
/** Told apart without colours too. */
const LOOKS = [
  { color: "--chart-1", dash: [] },
  { color: "--chart-2", dash: [5, 3] },
];

export class Plot {
  #name;
  #kind;
  /** @type {PlotClass | null} */
  #library = null;
  /** @type {Drawn | null} */
  #drawn = null;
  /** @type {Columns} */
  #columns = [[]];
  #frame = make("div", { class: "plot-frame", role: "img" });
  /** What each line is worth, at the end or where the pointer is. */
  #values;
  node;

  /** @param {PlotName} name */
  constructor(name) {
    this.#name = name;
    this.#kind = PLOTS[name];
    this.#values = this.#kind.lines.map(() => make("span", { class: "plot-value" }));
    const keys = this.#kind.lines.map((line, at) =>
      make("span", { class: "plot-key", "data-line": String(at + 1) }, plotText[name].lines[line.name] ?? "", this.#values[at] ?? ""),
    );
    this.node = make(
      "figure",
      { class: "plot", "data-plot": name },
      make("figcaption", {}, make("strong", {}, plotText[name].title), ...keys),
      this.#frame,
    );
    theme.on("changed", () => this.#drawAnew());
    new ResizeObserver(() => this.#fit()).observe(this.#frame);
  }

  /** @param {PlotClass} library */
  setLibrary(library) {
    this.#library = library;
    this.#drawAnew();
  }

  /** @param {Sample[]} samples oldest first */
  show(samples) {
    this.#columns = columnsOf(samples, this.#kind);
    if (this.#drawn) this.#drawn.setData(this.#columns);
    else this.#drawAnew();
    this.#showValues();
    const ranges = this.#kind.lines.map(({ name }, at) => {
      const range = rangeOf(this.#columns[at + 1] ?? []);
      return range && plotText[this.#name].range(name, range.least, range.most);
    });
    const words = text.plot(plotText[this.#name].title, ranges.filter((range) => range !== null));
    if (this.#frame.getAttribute("aria-label") !== words) this.#frame.setAttribute("aria-label", words);
  }

  #showValues() {
    const at = this.#drawn?.cursor.idx ?? this.#columns[0].length - 1;
    for (const [line, node] of this.#values.entries()) {
      const value = this.#columns[line + 1]?.[at] ?? null;
      setText(node, value === null ? "–" : plotText[this.#name].value(value));
    }
  }

  #fit() {
    const width = this.#frame.clientWidth;
    if (width === 0) return;
    if (this.#drawn) this.#drawn.setSize({ width, height: HEIGHT });
    else this.#drawAnew();
  }

  #drawAnew() {
    this.#drawn?.destroy();
    this.#drawn = null;
    const width = this.#frame.clientWidth;
    if (!this.#library || width === 0) return;
    this.#drawn = new this.#library(this.#options(width), this.#columns, this.#frame);
  }

  /** @param {number} width */
  #options(width) {
    const { least, lines } = this.#kind;
    const axis = {
      stroke: theme.color("--ink-soft"),
      font: FONT,
      grid: { stroke: theme.color("--line"), width: 1 },
      ticks: { show: false },
    };
    return {
      width,
      height: HEIGHT,
      padding: [6, 14, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 }, sync: { key: "calls" } },
      hooks: { setCursor: [() => this.#showValues()] },
      scales: {
        x: { time: false, range: () => spanOf(this.#columns[0]) },
        y: { range: (/** @type {unknown} */ _, /** @type {number} */ __, /** @type {number} */ most) => [0, topOf(most, least)] },
      },
      axes: [
        {
          ...axis,
          size: AXIS_HEIGHT,
          gap: 6,
          splits: () => splitsOf(spanOf(this.#columns[0])),
          values: (/** @type {unknown} */ _, /** @type {number[]} */ splits) => splits.map((time) => text.ago((splits.at(-1) ?? time) - time)),
        },
        {
          ...axis,
          size: AXIS_WIDTH,
          gap: 6,
          space: 28,
          values: (/** @type {unknown} */ _, /** @type {number[]} */ splits) => splits.map(plotText[this.#name].tick),
        },
      ],
      series: [
        {},
        ...lines.map((_, at) => ({
          stroke: theme.color(LOOKS[at]?.color ?? "--ink"),
          dash: LOOKS[at]?.dash ?? [],
          width: 1.75,
          points: { show: false },
        })),
      ],
    };
  }
}
