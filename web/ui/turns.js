/** Turns of what takes long to draw: one at a time, and between two of them the page draws and listens. */

/** The turn that was given last. @type {Promise<void>} */
let latest = Promise.resolve();

/** @returns {Promise<void>} it is one's turn: the page has drawn since the one before */
export function takeTurn() {
  latest = latest.then(nextFrame);
  return latest;
}

/** @returns {Promise<void>} after the next frame; at once in a hidden page, which has none */
function nextFrame() {
  if (document.hidden) return new Promise((resolve) => setTimeout(resolve));
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}
