/** A chart on the canvas, drawn by Chart.js. */

import { make } from "../../ui/dom.js";
import { extent, MOST_SERIES, normalChart } from "./data.js";
import { chartConfig } from "./look.js";
import { describeChart } from "./describe.js";
import { sitePath } from "../../lib/site.js";
import { errorName, log } from "../../lib/log.js";
import { standIn } from "../../ui/standin.js";
import { takeTurn } from "../../ui/turns.js";
import { theme } from "../../ui/theme.js";
import { text } from "../../text/kinds/chart.js";

/** @import {NormalChart} from "./data.js" */
/** @import {Chart as Kind} from "../../types/messages.js" */

/**
 * The part of Chart.js that is used here.
 *
 * @typedef {object} Drawn
 * @property {{devicePixelRatio: number}} options
 * @property {(width: number, height: number) => void} resize
 * @property {() => void} destroy
 */
/** @typedef {new (canvas: HTMLCanvasElement, config: object) => Drawn} ChartClass */

const LIBRARY = sitePath("vendor/chart.js/chart.umd.min.js");
/** Between the edge of the card and the chart, in scene units. */
const PADDING = 14;
const LEAST_SIDE = 24;
/** A canvas has at most so many pixels on a side, and in all. */
const MOST_SIDE = 4096;
const MOST_PIXELS = 6_000_000;

/** @type {Promise<ChartClass> | null} */
let library = null;

/** @returns {Promise<ChartClass>} Chart.js, loaded when the first chart is shown */
function loadLibrary() {
  library ??= import(LIBRARY).then(
    () => /** @type {{Chart: ChartClass}} */ (/** @type {unknown} */ (globalThis)).Chart,
    (error) => {
      library = null; // the next chart tries again
      throw error;
    },
  );
  return library;
}

/**
 * Pixels of a canvas for one scene unit of a chart.
 *
 * @param {number} width in scene units
 * @param {number} height
 * @param {number} wished
 * @returns {number}
 */
function sharpness(width, height, wished) {
  const most = Math.min(MOST_SIDE / Math.max(width, height, 1), Math.sqrt(MOST_PIXELS / Math.max(width * height, 1)));
  return Math.min(most, Math.max(0.25, wished));
}

/**
 * @param {number} width of the element, in scene units
 * @param {number} height
 * @param {number} scale pixels for a scene unit
 * @returns {number} pixels its canvas keeps
 */
export function chartPixels(width, height, scale) {
  return width * height * sharpness(width, height, scale) ** 2;
}

export class ChartContent {
  #node;
  /** @type {NormalChart | null} */
  #data = null;
  /** @type {Drawn | null} */
  #drawn = null;
  #width = 0;
  #height = 0;
  #pixels = 1;
  #label = "";
  /** What is left out. */
  #note = "";
  #closed = false;
  /** It waits for its turn to be drawn. */
  #due = false;
  #off;

  /** @param {HTMLElement} node */
  constructor(node) {
    this.#node = node;
    this.#off = theme.on("changed", () => this.#draw());
  }

  /** @param {Kind} kind */
  show(kind) {
    this.#data = normalChart(kind.chart_type, kind.data);
    this.#label = describeChart(kind);
    const { series, places, most } = extent(kind.data);
    this.#note = places > most || series > MOST_SERIES ? text.shortened(places, series) : "";
    if (this.#data) {
      this.#draw();
      return;
    }
    this.#drop();
    standIn(this.#node, "chart", text.empty(kind.chart_type));
  }

  /**
   * @param {number} width
   * @param {number} height
   */
  resize(width, height) {
    this.#width = Math.max(LEAST_SIDE, width - 2 * PADDING);
    this.#height = Math.max(LEAST_SIDE, height - 2 * PADDING);
    this.#fit();
  }

  /** @param {number} pixels for a scene unit */
  sharpen(pixels) {
    this.#pixels = pixels;
    this.#fit();
  }

  close() {
    this.#closed = true;
    this.#off();
    this.#drop();
  }

  async #draw() {
    if (this.#due) return;
    this.#due = true;
    let Chart;
    try {
      Chart = await loadLibrary();
      await takeTurn();
      this.#due = false;
    } catch (error) {
      this.#due = false;
      log("chart", errorName(error));
      if (!this.#closed) standIn(this.#node, "chart", text.failed);
      return;
    }
    if (this.#closed || !this.#data) return; // taken away while the library came
    this.#drop();
    const canvas = make("canvas", { role: "img", "aria-label": this.#label });
    canvas.width = Math.min(this.#width, MOST_SIDE); // Chart.js gives it another size below
    canvas.height = Math.min(this.#height, MOST_SIDE);
    const note = this.#note ? [make("p", { class: "chart-note" }, this.#note)] : [];
    this.#node.replaceChildren(make("div", { class: "chart-card" }, canvas, ...note));
    const config = chartConfig(this.#data, Math.min(this.#width, this.#height), this.#ratio());
    this.#drawn = new Chart(canvas, config);
    this.#drawn.resize(this.#width, this.#height);
  }

  #fit() {
    if (!this.#drawn) return;
    this.#drawn.options.devicePixelRatio = this.#ratio();
    this.#drawn.resize(this.#width, this.#height);
  }

  #ratio() {
    return sharpness(this.#width, this.#height, this.#pixels);
  }

  #drop() {
    this.#drawn?.destroy();
    this.#drawn = null;
  }
}
