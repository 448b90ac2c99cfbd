/** Pictures on other servers: which of them the person has chosen to see. */

/** Addresses, for as long as the page lives. @type {Set<string>} */
const wanted = new Set();

/** @param {string} address of a picture that the person here has asked for */
export function want(address) {
  wanted.add(address);
}

/** @param {string} address */
export function isWanted(address) {
  return wanted.has(address);
}

/** Whether it is on the server of this page. @param {string} address */
export function sameOrigin(address) {
  return URL.canParse(address) && new URL(address).origin === location.origin;
}

/** @param {string} address @returns {string} its host, for people */
export function hostOf(address) {
  return URL.canParse(address) ? new URL(address).host.slice(0, 80) : "";
}
