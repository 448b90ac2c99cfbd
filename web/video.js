/** What a program outside this page imports: the players of streams. `window.videoManager` is one of these. */

export { VideoManager } from "./media/videomanager.js";

/** @typedef {import("./media/videomanager.js").VideoEvents} VideoEvents */
