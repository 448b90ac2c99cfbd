/** Room that the on-screen keyboard takes: the page keeps above it, so that its dock and what is written stay in sight. */

/** Less is no keyboard, but a bar of the browser. */
const LEAST_PX = 80;

/**
 * @param {number} pageHeight in pixels
 * @param {{height: number, offsetTop: number, scale: number}} view the part of the page that is seen
 * @returns {number} pixels at the lower edge of the page that the keyboard covers
 */
export function keyboardHeight(pageHeight, { height, offsetTop, scale }) {
  if (scale > 1.01) return 0; // magnified: what is not seen is beside the view, not under a keyboard
  const covered = Math.round(pageHeight - height - offsetTop);
  return covered >= LEAST_PX ? covered : 0;
}

/** Keep `--keyboard` of the page at the height of the keyboard. */
export function keepAboveKeyboard() {
  const view = globalThis.visualViewport;
  if (!view) return;
  const measure = () => {
    document.documentElement.style.setProperty("--keyboard", `${keyboardHeight(innerHeight, view)}px`);
  };
  view.addEventListener("resize", measure);
  view.addEventListener("scroll", measure);
}
