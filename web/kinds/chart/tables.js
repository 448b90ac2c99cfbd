/** Reader of tables by Papa Parse, which is loaded when the first table comes. */

import { sitePath } from "../../lib/site.js";
import { loadScript } from "../../lib/trusted.js";
import { chartOfTable } from "./csv.js";

/** @import {Parse, TableChart} from "./csv.js" */

const ADDRESS = sitePath("vendor/papaparse/papaparse.min.js");

/** @type {Promise<Parse> | null} */
let parser = null;

/** @returns {Promise<Parse>} */
function loadParser() {
  parser ??= loadScript(ADDRESS).then(
    () => /** @type {{Papa: {parse: Parse}}} */ (/** @type {unknown} */ (window)).Papa.parse,
    (error) => {
      parser = null; // the next table tries again
      throw error;
    },
  );
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
