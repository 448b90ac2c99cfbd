/** Random unique ids. */

/** @returns {string} 96 random bits; `crypto.randomUUID` is for secure pages only */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
