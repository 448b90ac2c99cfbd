/** Members of each layout: who is shown large, and who in the strip, always in the same order. Pure. */

/** @typedef {"canvas" | "strip" | "speaker" | "grid"} Layout */

/** @type {readonly Layout[]} in the order in which they are offered */
export const LAYOUTS = ["canvas", "strip", "speaker", "grid"];

/**
 * @typedef {object} Shown
 * @property {string | null} main stream that has the stage; `null`: none, the canvas has it
 * @property {string[]} cells streams of the grid
 * @property {string[]} strip streams of the strip
 */

/**
 * @param {object} room
 * @param {Layout} room.layout
 * @param {readonly string[]} room.streams cameras of who is in the call, in a steady order
 * @param {readonly string[]} room.screens that are shared, oldest first
 * @param {(streamId: string) => boolean} room.isSeen its tile on the canvas shows it
 * @param {string | null} room.staged what has the stage: a pinned stream, or a shared screen that nobody put away
 * @param {string | null} room.speaker stream of who talks
 * @returns {Shown}
 */
export function membersOf({ layout, streams, screens, isSeen, staged, speaker }) {
  const all = [...screens, ...streams];
  const but = (/** @type {string | null} */ main) => all.filter((streamId) => streamId !== main);
  switch (layout) {
    case "canvas":
      return { main: staged, cells: [], strip: but(staged).filter((streamId) => !isSeen(streamId)) };
    case "strip":
      return { main: staged, cells: [], strip: but(staged) };
    case "speaker": {
      const main = staged ?? speaker ?? streams[0] ?? null;
      return { main, cells: [], strip: but(main) };
    }
    case "grid":
      return staged ? { main: staged, cells: [], strip: but(staged) } : { main: null, cells: all, strip: [] };
  }
}

/**
 * What has the stage: what the person pinned, else the screen that was shared last and not put away here.
 *
 * @param {string | null} pinned
 * @param {readonly string[]} screens oldest first
 * @param {ReadonlySet<string>} putAway screens whose stage the person gave back
 * @param {readonly string[]} streams
 * @returns {string | null}
 */
export function stagedOf(pinned, screens, putAway, streams) {
  if (pinned !== null && (streams.includes(pinned) || screens.includes(pinned))) return pinned;
  return screens.filter((streamId) => !putAway.has(streamId)).at(-1) ?? null;
}
