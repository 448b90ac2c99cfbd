/** The gesture of the pen: draws at once, shows the others, and makes an element of it in the end. */

import { layerOver } from "../../canvas/inklayer.js";
import { LiveStroke } from "../../canvas/livestroke.js";
import { brushWidth } from "../../kinds/ink/outline.js";
import { MOST_POINTS } from "../../types/limits.js";
import { frontLayer } from "../place.js";
import { STROKES, styles } from "../style/styles.js";
import { carrierOf } from "./carrier.js";
import { boundAt, boxed, finishedPoints } from "./finished.js";
import { pointOf, pointsAhead, pointsSeen } from "./seen.js";
import { StrokeSender } from "./sending.js";
import { steadied } from "./thinning.js";

/** @import {Gesture} from "../gestures.js" */
/** @import {ModePress} from "../modes/mode.js" */
/** @import {EditContext} from "../tools.js" */
/** @import {InkPoint} from "../../kinds/ink/spline.js" */

/** A stroke that goes on after one that is full begins with so many of its points: no seam is seen. */
const OVERLAP = 3;

/**
 * @param {EditContext} context
 * @param {ModePress} press
 * @returns {Gesture}
 */
export function penGesture(context, { event: down, id }) {
  const pressed = down.pointerType === "pen";
  const parent = carrierOf(context, id);
  const first = pointOf(down, context.stage, pressed);
  let stroke = new OwnStroke(context, [first], parent);
  let pressure = first[2] ?? 0;
  return {
    move(_, { shift }, event) {
      let points = pointsSeen(event, context.stage, pressed);
      // A pointer that is lifted presses no more, which says nothing about the line.
      if (event.type === "pointerup" && pressed) points = points.map(([x, y]) => [x, y, pressure]);
      pressure = points.at(-1)?.[2] ?? pressure;
      if (shift) return stroke.straight(points);
      stroke.add(points, event.type === "pointermove" ? pointsAhead(event, context.stage, pressed) : []);
      if (stroke.isFull) stroke = stroke.next();
    },
    finish: () => stroke.finish(),
    leave: () => stroke.finish(),
    cancel: () => stroke.cancel(),
  };
}

class OwnStroke {
  #context;
  #parent;
  #id;
  #look = styles.of(STROKES);
  #live;
  #sender;
  /** @type {InkPoint[]} */
  #seen;
  /** Without those between its ends. */
  #isStraight = false;

  /**
   * @param {EditContext} context
   * @param {InkPoint[]} from
   * @param {string | null} parent
   */
  constructor(context, from, parent) {
    this.#context = context;
    this.#parent = parent;
    this.#id = context.scene.newElementId();
    const { color = "", size = 4, brush = "pen" } = this.#look;
    this.#live = new LiveStroke({ color, width: brushWidth({ size, brush }), brush });
    const start = /** @type {InkPoint} */ (from[0]);
    const begin = { id: this.#id, color, size, brush, pressure: start.length > 2 };
    this.#sender = new StrokeSender(context.send, begin, start, boundAt(context.stage.scale));
    this.#seen = from;
    this.#live.add(from);
    this.#live.draw();
    layerOver(context.stage).show(this.#live.node);
    this.#sender.add(from);
  }

  get isFull() {
    return this.#seen.length >= MOST_POINTS;
  }

  /**
   * @param {readonly InkPoint[]} points
   * @param {readonly InkPoint[]} ahead
   */
  add(points, ahead) {
    if (this.#isStraight) this.#bend();
    const before = Math.max(0, this.#seen.length - 2);
    this.#seen.push(...points);
    const steady = steadied(this.#seen.slice(before), 1 / this.#context.stage.scale);
    this.#live.add(steady.slice(1, -1));
    this.#live.draw([...steady.slice(-1), ...ahead]);
    this.#sender.add(points);
  }

  /** A straight line, as long as the person wants one. @param {readonly InkPoint[]} points */
  straight(points) {
    this.#isStraight = true;
    const end = points.at(-1);
    if (end) this.#seen = [/** @type {InkPoint} */ (this.#seen[0]), end];
    this.#live.replace(this.#seen);
    this.#live.draw();
    this.#sender.end(); // points that were sent are not taken back one by one
  }

  #bend() {
    this.#isStraight = false;
    this.#live.replace(this.#seen.slice(0, 1));
  }

  /** @returns {OwnStroke} one that goes on where this one ends, for the person the same */
  next() {
    const overlap = this.#look.brush === "marker" ? 1 : OVERLAP; // seen through, it would be seen twice
    const from = this.#seen.slice(-overlap);
    this.finish();
    return new OwnStroke(this.#context, from, this.#parent);
  }

  finish() {
    const { scene, stage, view } = this.#context;
    this.#sender.finish();
    const { points, place } = boxed(finishedPoints(this.#seen, stage.scale));
    const kind = { type: STROKES, ...this.#look, points };
    const transform = { ...place, rotation: 0, z_index: frontLayer(this.#context) };
    const parent = this.#parent !== null && scene.has(this.#parent) ? { parent: this.#parent } : {};
    scene.edit([{ op: "add", element: { id: this.#id, kind, transform, ...parent } }]);
    if (scene.has(this.#id)) view.nodeOf(this.#id); // drawn now, in place of what was seen until now
    else this.#sender.end();
    this.#live.node.remove();
  }

  cancel() {
    this.#sender.end();
    this.#live.node.remove();
  }
}
