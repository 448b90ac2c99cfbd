/** Links in texts are pressed with Ctrl, or once their text is selected: else a press is for the text. */

/** @import {EditContext} from "./tools.js" */

/**
 * @param {EditContext} context
 * @returns {HTMLAnchorElement | null} the link in the one text that is selected; `null`: there is none
 */
export function selectedLink({ selection, view }) {
  const [id, ...more] = selection.ids;
  const link = id && more.length === 0 ? view.nodeOf(id)?.querySelector("p a[href]") : null;
  return link instanceof HTMLAnchorElement ? link : null;
}

/** @param {HTMLElement} frame of the stage */
export function showLinksWithCtrl(frame) {
  const show = (/** @type {KeyboardEvent} */ { ctrlKey, metaKey }) => void frame.toggleAttribute("data-links", ctrlKey || metaKey);
  addEventListener("keydown", show);
  addEventListener("keyup", show);
  addEventListener("blur", () => frame.toggleAttribute("data-links", false));
}
