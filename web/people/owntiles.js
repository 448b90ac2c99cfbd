/** The tiles of this peer: its camera, and the screen it shares. */

import { cameraOf, screenOf } from "../scene/scene.js";
import { OwnTile } from "./owntile.js";

/** @import {Context} from "../app/context.js" */

/**
 * @param {Pick<Context, "connection" | "signaling" | "roster" | "scene" | "screen" | "mayPublish">} context
 * @returns {OwnTile[]}
 */
export function createOwnTiles(context) {
  const { signaling, screen, mayPublish } = context;
  return [
    new OwnTile(context, {
      streamIdOf: cameraOf,
      isWanted: () => signaling.inCall && mayPublish(),
      isOver: () => false,
    }),
    new OwnTile(context, {
      streamIdOf: screenOf,
      isWanted: () => signaling.inCall && screen.stream !== null,
      isOver: () => signaling.inCall && screen.stream === null,
    }),
  ];
}
