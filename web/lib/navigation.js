/** Navigation timing of this page (W3C navigation-timing). */

/** @returns {boolean} whether this window showed this page just before */
export function isReloaded() {
  const [navigation] = performance.getEntriesByType("navigation");
  return /** @type {{type?: string} | undefined} */ (navigation)?.type === "reload";
}
