/** Texts of the layouts: the strip, the stage, the menu. */

/** @import {Layout} from "../layouts/members.js" */

/** @type {Record<Layout, string>} */
export const layoutLabel = {
  canvas: "Canvas",
  strip: "Canvas and everybody",
  speaker: "Speaker",
  grid: "Grid",
};

/** What each shows. @type {Record<Layout, string>} */
export const layoutHint = {
  canvas: "People where they lie on the canvas; who is out of sight is at the edge",
  strip: "All people at the edge, whatever the canvas shows",
  speaker: "Who talks, large",
  grid: "Everybody, equally large",
};

export const text = {
  layout: "Layout",
  strip: "People beside the canvas",
  surface: "People",
  muted: "muted",
  speaking: "speaking",
  cameraOff: "camera off",
  hand: "hand raised",
  /** @param {string} name */
  open: (name) => `Show ${name}`,
  /** @param {string} name */
  pin: (name) => `Pin ${name}`,
  /** @param {string} name */
  unpin: (name) => `Unpin ${name}`,
  /** @param {string} name */
  fill: (name) => `${name} in full screen`,
  leaveFull: "Leave full screen",
  pip: "Picture in picture",
  pipFailed: "Your browser did not open the picture. Try it again.",
  /** @param {string} name */
  pinned: (name) => `${name}, pinned`,
  giveBack: "Back to the canvas",
  giveBackPeople: "Back to the people",
  earlier: "Earlier people",
  later: "More people",
  /**
   * @param {number} page from 1
   * @param {number} pages
   */
  page: (page, pages) => `${page} of ${pages}`,
};
