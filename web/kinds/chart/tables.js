/** Reader of tables by Papa Parse, which is loaded when the first table comes. */

import { chartOfTable } from "./csv.js";

/** @import {Parse, TableChart} from "./csv.js" */

const ADDRESS = "/vendor/papaparse/papaparse.min.js";

/** @type {Promise<Parse> | null} */
let parser = null;

/** @returns {Promise<Parse>} */
function loadParser() {
  // It is no module: it hangs itself on the window.
  parser ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = ADDRESS;
    script.addEventListener("load", () => {
      resolve(/** @type {{Papa: {parse: Parse}}} */ (/** @type {unknown} */ (window)).Papa.parse);
    });
    script.addEventListener("error", () => {
      parser = null; // the next table tries again
      script.remove();
      reject(new Error("the table reader could not be loaded"));
    });
    document.head.append(script);
  });
  return parser;
}

/**
 * @param {string} table
 * @returns {Promise<TableChart | null>} `null`: it is no table, or it cannot be read now
 */
export async function readTable(table) {
  try {
    return chartOfTable(table, await loadParser());
  } catch {
    return null;
  }
}
