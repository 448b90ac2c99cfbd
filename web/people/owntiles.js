/** The tiles of this peer: its camera, and the screen it shares. */

import { cameraOf, screenOf } from "../scene/scene.js";
import { OwnTile } from "./owntile.js";

/** @import {Context} from "../app/context.js" */

/** Of a camera that is off. */
const UNKNOWN_ASPECT = 16 / 9;

/**
 * @param {Pick<Context, "connection" | "signaling" | "roster" | "scene" | "media" | "screen" | "videos" | "mayPublish">} context
 * @returns {OwnTile[]}
 */
export function createOwnTiles(context) {
  const { connection, signaling, media, screen, videos, mayPublish } = context;
  const aspectOf = (/** @type {string} */ streamId, /** @type {MediaStreamTrack | null | undefined} */ track) => {
    const { width = 0, height = 0 } = track?.getSettings() ?? {};
    return videos.aspectOf(streamId) ?? (width > 0 && height > 0 ? width / height : UNKNOWN_ASPECT);
  };
  const own = () => connection.peerId ?? "";
  const tiles = [
    new OwnTile(context, {
      streamIdOf: cameraOf,
      isWanted: () => signaling.inCall && mayPublish(),
      isOver: () => false,
      aspect: () => aspectOf(cameraOf(own()), media.track("video")),
    }),
    new OwnTile(context, {
      streamIdOf: screenOf,
      isWanted: () => signaling.inCall && screen.stream !== null,
      isOver: () => signaling.inCall && screen.stream === null,
      aspect: () => aspectOf(screenOf(own()), screen.stream?.getVideoTracks()[0]),
    }),
  ];
  // A phone was turned, another camera or window chosen.
  videos.on("sized", (streamId) => {
    if (streamId === cameraOf(own()) || streamId === screenOf(own())) for (const tile of tiles) tile.show();
  });
  return tiles;
}
