/** Loads uPlot with its style sheet, when the first plot is to be drawn. */

const FOLDER = "/vendor/uplot";

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
  library ??= Promise.all([loadStyle(), loadScript()]).then(
    // It is no module: it hangs itself on the window.
    () => /** @type {{uPlot: PlotClass}} */ (/** @type {unknown} */ (window)).uPlot,
    (error) => {
      library = null; // the next time tries again
      throw error;
    },
  );
  return library;
}

function loadScript() {
  const script = document.createElement("script");
  script.src = `${FOLDER}/uPlot.iife.min.js`;
  return loaded(script);
}

function loadStyle() {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = `${FOLDER}/uPlot.min.css`;
  return loaded(link);
}

/**
 * @param {HTMLElement} node
 * @returns {Promise<void>}
 */
function loaded(node) {
  return new Promise((resolve, reject) => {
    node.addEventListener("load", () => resolve());
    node.addEventListener("error", () => {
      node.remove();
      reject(new Error("the plots could not be loaded"));
    });
    document.head.append(node);
  });
}
