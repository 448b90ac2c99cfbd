/** The past of a session, which the panels share: its history, and the moment that the canvas shows. */

import { Replay } from "./replay.js";
import { Timeline } from "./timeline.js";

/** @import {PanelContext} from "../panel.js" */

/**
 * @param {Pick<PanelContext, "sessionId" | "joinToken" | "sceneView">} context
 * @returns {Pick<PanelContext, "timeline" | "replay">}
 */
export function createPast({ sessionId, joinToken, sceneView }) {
  const timeline = new Timeline(sessionId, (...request) => joinToken.fetch(...request));
  return { timeline, replay: new Replay(timeline, sceneView) };
}
