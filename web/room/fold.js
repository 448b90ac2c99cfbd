/** Folding of the dock: what goes out of it where it has no room for all. Pure. */

/**
 * `none`: all is in the dock; `seldom`: what is seldom wanted is in the panel "More"; `rows`: all is there, and the tools in a
 * row of their own; `rows-seldom`: both; `tools`: the tools are behind a button; `all`: only what must always be there is left.
 *
 * @typedef {"none" | "seldom" | "rows" | "rows-seldom" | "tools" | "all"} Fold
 */

/** Widths in pixels of the parts of the dock. @typedef {{always: number, wide: number, seldom: number, tools: number, more: number, add: number}} Widths */

/** Beside what is in the dock, and between its two halves where they are in one row. */
const BESIDE = 18;
const FRAME = BESIDE + 24;

/**
 * @param {number} room in pixels
 * @param {Widths} widths `more` and `add`: of the buttons that lead to what is folded
 * @returns {Fold} the first that fits
 */
export function foldFor(room, { always, wide, seldom, tools, more, add }) {
  if (always + wide + seldom + tools + FRAME <= room) return "none";
  if (always + wide + more + tools + FRAME <= room && seldom > 0) return "seldom";
  const call = always + wide + (seldom > 0 ? more : 0);
  if (Math.max(always + wide + seldom, tools) + BESIDE <= room) return "rows";
  if (Math.max(call, tools) + BESIDE <= room) return "rows-seldom";
  if (call + add + FRAME <= room) return "tools";
  return "all";
}

/**
 * @param {Fold} fold
 * @param {"always" | "wide" | "seldom"} place
 * @returns {boolean} a control of that place is in the dock
 */
export function isInDock(fold, place) {
  if (place === "always" || fold === "none" || fold === "rows") return true;
  return place === "wide" && fold !== "all";
}
