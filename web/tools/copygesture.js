/** The gesture with Alt held: what is dragged is a copy, and the elements stay where they are. */

import { boundsOf, rounded, unionOf } from "../canvas/geometry.js";
import { isRemovable } from "../kinds/kinds.js";
import { boxesInSight, draggedBy, selected } from "./gestures.js";

/** @import {Point} from "../canvas/geometry.js" */
/** @import {Guide} from "../canvas/snap.js" */
/** @import {Gesture} from "./gestures.js" */
/** @import {EditContext} from "./tools.js" */

/**
 * What is seen of the copy until it is let go are pictures of the nodes: others see it when it is there.
 *
 * @param {EditContext} context
 * @param {Point} from
 * @param {(guides: Guide[]) => void} showGuides
 * @param {(dx: number, dy: number) => void} copy the selection, so far away
 * @returns {Gesture}
 */
export function copyGesture(context, from, showGuides, copy) {
  const { scene, stage, view } = context;
  const start = new Map([...selected(context)].filter(([id]) => isRemovable(scene.get(id)?.kind)));
  const box = unionOf([...start.values()].map(boundsOf));
  const others = [...boxesInSight(context), ...[...start.values()].map(boundsOf)];
  const ghosts = [...start].flatMap(([id, at]) => {
    const node = view.nodeOf(id);
    return node ? [{ node: ghostOf(node), at }] : [];
  });
  stage.space.append(...ghosts.map(({ node }) => node));
  let way = { x: 0, y: 0 };
  const end = () => ghosts.forEach(({ node }) => node.remove());
  return {
    move(to, held) {
      const { dx, dy, guides } = draggedBy({ x: to.x - from.x, y: to.y - from.y }, box, others, held, stage.scale);
      way = { x: dx, y: dy };
      for (const { node, at } of ghosts) {
        node.style.transform = `translate(${at.x + dx}px, ${at.y + dy}px) rotate(${at.rotation}deg)`;
      }
      showGuides(guides);
    },
    finish() {
      end();
      if (start.size > 0 && (way.x !== 0 || way.y !== 0)) copy(rounded(way.x), rounded(way.y));
    },
    cancel: end,
  };
}

/** @param {HTMLElement} node of an element */
function ghostOf(node) {
  const ghost = /** @type {HTMLElement} */ (node.cloneNode(true));
  for (const name of ["data-element-id", "data-stream-id", "data-selected", "tabindex", "role", "aria-label"]) ghost.removeAttribute(name);
  ghost.setAttribute("aria-hidden", "true");
  ghost.classList.add("dragged-copy");
  const drawn = node.querySelectorAll("canvas");
  for (const [number, canvas] of ghost.querySelectorAll("canvas").entries()) {
    const of = drawn[number];
    if (of && of.width > 0 && of.height > 0) canvas.getContext("2d")?.drawImage(of, 0, 0);
  }
  return ghost;
}
