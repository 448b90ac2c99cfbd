/**
 * Where this server's site begins: at the root of its host, or below a path such as `/canvas` (CANVAS_BASE_PATH). All
 * addresses of this server that the page uses are made here. A module knows it from where it was loaded: this one lies
 * one folder below the site's beginning, as written (`lib/`) and as bundled (`bundle/`); documents do too (`../`), and so
 * does a script that was bundled into one.
 */

const HERE = new URL("../", import.meta.url ?? document.baseURI);

/** Path of the site's beginning, with slashes at both ends; `/` outside of browsers. */
export const BASE = /^https?:$/.test(HERE.protocol) ? HERE.pathname : "/";

/**
 * @param {string} [path] within the site, without a leading slash
 * @returns {string} the path on this host
 */
export function sitePath(path = "") {
  return BASE + path;
}

/**
 * @param {string} pathname of an address on this host
 * @returns {string | null} within the site, without a leading slash; `null`: it is not of the site
 */
export function pathInSite(pathname) {
  return pathname.startsWith(BASE) ? pathname.slice(BASE.length) : null;
}

/**
 * Key for the storage of this origin, which sites below other paths of the host share.
 *
 * @param {string} name
 * @returns {string}
 */
export function storageKey(name) {
  return `canvas-server${BASE.slice(0, -1)}.${name}`;
}
