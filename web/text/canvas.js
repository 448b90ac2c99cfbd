/** Texts of the canvas, about the elements on it. */

export const text = {
  /**
   * @param {string} what a stroke
   * @param {string} ground what it was drawn on
   */
  on: (what, ground) => `${what}, on: ${ground}`,
  /** @param {string} what */
  element: (what) => `${what}. Move it with the arrow keys.`,
  /**
   * @param {string} what
   * @param {string} around what it is in
   */
  inside: (what, around) => `${what}, in ${around}`,
  /** @param {string} what the element is */
  tooMany: (what) => `${what}. Zoom in to see it.`,
  /** @param {string} name */
  typing: (name) => `${name} is typing…`,
  /** @param {string} name */
  madeBy: (name) => `by ${name}`,
  /** @param {string} name */
  selectedBy: (name) => `selected by ${name}`,
  // --- a canvas that is not drawn
  notDrawn: "The canvas is not drawn",
  notDrawnAsked: "You opened it without drawing. People and calls work as always.",
  notDrawnUnfinished:
    "Drawing it did not end the last time, in this browser. Something on it may be too much for it. People and calls work as always.",
  drawNow: "Draw it",
  listElements: "List of elements",
  // --- what is out of sight
  outOfSight: "Out of sight",
  /**
   * @param {"left" | "right" | "up" | "down"} side
   * @param {number} count
   */
  beyond: (side, count) => {
    const way = { left: "further left", right: "further right", up: "further up", down: "further down" }[side];
    return `${count === 1 ? "1 element" : `${count} elements`} ${way}. Show the nearest one`;
  },
  nothingInSight: "Nothing that is on the canvas is in sight.",
  backToContent: "Back to what is on the canvas",
  /** @param {string} type */
  unknownKind: (type) => `${type}: this page is too old to show it. Load it again.`,
  /**
   * Why an edit was taken back.
   *
   * @param {string} code
   * @param {string} reason
   */
  editRefused: (code, reason) => {
    switch (code) {
      case "element_not_found":
        return "Somebody removed that meanwhile, so your change could not be made.";
      case "element_changed":
        return "Somebody else has changed that meanwhile, so theirs was kept and yours was not made.";
      case "element_locked":
        return "That is locked, so it was left as it is. Unlock it first (Ctrl+Shift+L).";
      case "scene_full":
        return "The canvas is full, so your change was taken back. Remove something first.";
      case "content_refused":
        return `Your change was taken back, since others could not be shown it safely: ${reason}.`;
      case "too_large":
        return "That is too large for the canvas: one element may have 1 MB. It was not added. Make it smaller, or add it in parts.";
      case "not_allowed":
        return "The canvas cannot hold that, so your change was not made.";
      case "too_much_waiting":
        return "Too many changes are waiting for the connection, so this one was not made.";
      default:
        return `Your change was taken back. The server refused it: ${reason}`;
    }
  },
  /**
   * Words became an element of their own.
   *
   * @param {string} code
   */
  wordsKept: (code) =>
    code === "element_changed"
      ? "Somebody else changed that text while you wrote in it. Theirs is where it was; yours stands below it."
      : "Somebody removed what you wrote in. Your words are there again, by themselves.",
  /**
   * What somebody wrote and the canvas does not have.
   *
   * @param {string} words
   */
  yourWords: (words) => `These were your words: “${words}”`,
  copyWords: "Copy them",
  /**
   * What became of changes made offline.
   *
   * @param {number} made
   * @param {number} refused
   */
  synced: (made, refused) => {
    const kept = made === 1 ? "1 change you made offline is kept." : `${made} changes you made offline are kept.`;
    if (refused === 0) return kept;
    const lost = refused === 1 ? "1 was" : `${refused} were`;
    return `${made > 0 ? `${kept} ` : ""}${lost} taken back: others had removed or changed it, or it was refused.`;
  },
  /** @param {number} count of changes that were not sent when the connection ended for good */
  unsent: (count) =>
    `${count === 1 ? "1 change of yours is" : `${count} changes of yours are`} not sent. This window keeps ${count === 1 ? "it" : "them"}, and sends ${count === 1 ? "it" : "them"} when you are let in here again.`,
  held: "The server cannot store changes at the moment. Yours are kept in this window and tried again; do not close it.",
};
