/** Loads uPlot with its style sheet, when the first plot is to be drawn. */

import { sitePath } from "../lib/site.js";
import { loadScript, loadStyle } from "../lib/trusted.js";

const FOLDER = sitePath("vendor/uplot");

/**
 * The part of uPlot that is used here.
 *
 * @typedef {object} Drawn
 * @property {{idx: number | null | undefined}} cursor
 * @property {(data: unknown, resetScales?: boolean) => void} setData
 * @property {(size: {width: number, height: number}) => void} setSize
 * @property {() => void} destroy
 */
/** @typedef {new (options: object, data: unknown, target: HTMLElement) => Drawn} PlotClass */

/** @type {Promise<PlotClass> | null} */
let library = null;

/** @returns {Promise<PlotClass>} */
export function loadPlots() {
  library ??= Promise.all([loadStyle(`${FOLDER}/uPlot.min.css`), loadScript(`${FOLDER}/uPlot.iife.min.js`)]).then(
    () => /** @type {{uPlot: PlotClass}} */ (/** @type {unknown} */ (window)).uPlot,
    (error) => {
      library = null; // the next time tries again
      throw error;
    },
  );
  return library;
}
