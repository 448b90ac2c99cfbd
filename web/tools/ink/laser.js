/** The gesture of the laser: points for a moment, here and for the others, and is stored nowhere. */

import { layerOver } from "../../canvas/inklayer.js";
import { LaserTrail } from "../../canvas/lasertrail.js";
import { boundAt } from "./finished.js";
import { pointOf, pointsSeen } from "./seen.js";
import { StrokeSender } from "./sending.js";

/** @import {Gesture} from "../gestures.js" */
/** @import {ModePress} from "../modes/mode.js" */
/** @import {EditContext} from "../tools.js" */

const COLOR = "#f03e3e";
const WIDTH_PX = 5;

/**
 * @param {EditContext} context
 * @param {ModePress} press
 * @returns {Gesture}
 */
export function laserGesture({ scene, send, stage }, { event }) {
  const from = pointOf(event, stage, false);
  const size = Math.min(200, WIDTH_PX / stage.scale);
  const begin = { id: scene.newElementId(), color: COLOR, size, brush: /** @type {const} */ ("laser") };
  const sender = new StrokeSender(send, begin, from, boundAt(stage.scale));
  const trail = new LaserTrail({ color: COLOR, width: size });
  layerOver(stage).show(trail.node);
  const add = (/** @type {import("../../kinds/ink/spline.js").InkPoint[]} */ points) => {
    trail.add(points);
    trail.draw();
    sender.add(points);
  };
  const over = () => {
    sender.finish();
    sender.end();
    trail.end();
  };
  add([from]);
  return { move: (_, __, moved) => add(pointsSeen(moved, stage, false)), finish: over, cancel: over };
}
