/** Handles of a selected arrow: its ends, which can be dropped on elements, and its middle, which bends it. */

import { rounded } from "../../canvas/geometry.js";
import { aimsOf, isArrow } from "../../kinds/arrow/aims.js";
import { arrowPath, bendThrough } from "../../kinds/arrow/path.js";
import { make } from "../../ui/dom.js";
import { BindingMark, endAt, settled } from "./binding.js";
import { Draft } from "./draft.js";

/** @import {Point} from "../../canvas/geometry.js" */
/** @import {EditContext} from "../tools.js" */
/** @import {Arrow, ElementChanges} from "../../types/messages.js" */

/** @typedef {"start" | "end" | "bend"} Grip */

/** So near to the straight line it is straight. */
const STRAIGHT_PX = 8;

export class ArrowHandles {
  #context;
  #node = make("div", { class: "overlay arrow-handles", "aria-hidden": "true", hidden: "" });
  /** @type {Record<Grip, HTMLElement>} */
  #grips = { start: gripOf("start"), end: gripOf("end"), bend: gripOf("bend") };
  #frame = 0;
  /** @type {{grip: Grip, id: string, before: Arrow, kind: Arrow, draft: Draft, mark: BindingMark} | null} */
  #drag = null;

  /** @param {EditContext} context */
  constructor(context) {
    this.#context = context;
    this.#node.append(...Object.values(this.#grips));
    context.stage.frame.append(this.#node);
    for (const [grip, node] of /** @type {[Grip, HTMLElement][]} */ (Object.entries(this.#grips))) this.#listen(node, grip);
    const draw = () => {
      this.#frame ||= requestAnimationFrame(() => {
        this.#frame = 0;
        this.#draw();
      });
    };
    context.selection.on("changed", draw);
    context.motion.on("changed", draw);
    context.stage.on("moved", draw);
    context.scene.on("changed", draw);
    context.scene.on("replaced", draw);
    context.previews.on("changed", draw);
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.#drag) return;
      event.preventDefault();
      this.#cancel();
    }, true);
  }

  /** @returns {{id: string, kind: Arrow} | null} the arrow that alone is selected */
  #arrow() {
    const { scene, selection } = this.#context;
    const [id = "", ...more] = selection.ids;
    const element = scene.get(id);
    return more.length === 0 && element && isArrow(element.kind) && !element.locked ? { id, kind: element.kind } : null;
  }

  #draw() {
    const arrow = this.#arrow();
    const { stage, view } = this.#context;
    this.#node.hidden = arrow === null;
    stage.frame.toggleAttribute("data-arrow-selected", arrow !== null);
    if (!arrow) return;
    const path = this.#drag ? this.#pathOf(this.#drag.kind) : view.drawnOf(arrow.id)?.path;
    if (!path) return;
    const { x, y } = stage.visible();
    const [first, last] = [path.points[0], path.points.at(-1)];
    this.#grips.bend.hidden = arrow.kind.curve === "routed";
    for (const [grip, point] of /** @type {[Grip, Point | undefined][]} */ ([["start", first], ["end", last], ["bend", path.middle]])) {
      if (point) this.#grips[grip].style.transform = `translate(${(point.x - x) * stage.scale}px, ${(point.y - y) * stage.scale}px)`;
    }
  }

  /** @param {Arrow} kind */
  #pathOf(kind) {
    const { view } = this.#context;
    const { start, end } = aimsOf(kind, (id) => view.shown(id));
    return arrowPath(kind, start, end);
  }

  /**
   * @param {HTMLElement} node
   * @param {Grip} grip
   */
  #listen(node, grip) {
    node.addEventListener("pointerdown", (event) => {
      const arrow = this.#arrow();
      if (event.button !== 0 || !arrow || this.#drag) return;
      event.preventDefault();
      node.setPointerCapture(event.pointerId);
      const context = this.#context;
      this.#drag = { grip, id: arrow.id, before: arrow.kind, kind: arrow.kind, draft: new Draft(context, arrow.id), mark: new BindingMark(context) };
    });
    node.addEventListener("pointermove", (event) => {
      if (!this.#drag) return;
      const point = this.#context.stage.toScene(event.clientX, event.clientY);
      this.#drag.kind = this.#moved(this.#drag.before, this.#drag.grip, point, event.ctrlKey || event.metaKey);
      this.#drag.mark.show(grip === "bend" ? null : (this.#drag.kind[grip].element ?? null));
      this.#drag.draft.show(this.#drag.kind, settled(this.#context, this.#drag.kind).transform);
      this.#draw();
    });
    node.addEventListener("pointerup", () => this.#finish());
    node.addEventListener("pointercancel", () => this.#cancel());
    node.addEventListener("lostpointercapture", () => this.#cancel());
  }

  /**
   * @param {Arrow} arrow
   * @param {Grip} grip
   * @param {Point} point
   * @param {boolean} free it is to be at nothing
   * @returns {Arrow}
   */
  #moved(arrow, grip, point, free) {
    if (grip !== "bend") return { ...arrow, [grip]: free ? { x: rounded(point.x), y: rounded(point.y) } : endAt(this.#context, point) };
    const { stage, view } = this.#context;
    const { start, end } = aimsOf(arrow, (id) => view.shown(id));
    const bend = bendThrough(start.point, end.point, point);
    const aside = Math.abs(bend) * Math.hypot(end.point.x - start.point.x, end.point.y - start.point.y);
    return { ...arrow, curve: aside * stage.scale < STRAIGHT_PX ? "straight" : bend };
  }

  #finish() {
    const drag = this.#end();
    if (!drag || drag.kind === drag.before) return;
    const { kind, transform } = settled(this.#context, drag.kind);
    const { start, end, curve } = kind;
    const whole = (/** @type {Arrow["start"]} */ one) => ({ x: one.x, y: one.y, element: one.element ?? null });
    /** @type {ElementChanges} */
    const changes = { transform: { ...transform, rotation: 0 }, kind: { start: whole(start), end: whole(end), curve } };
    this.#context.scene.edit([{ op: "update", id: drag.id, changes }]);
  }

  #cancel() {
    this.#end();
    this.#draw();
  }

  #end() {
    const drag = this.#drag;
    this.#drag = null; // first: letting go of the pointer is told as well
    drag?.draft.close();
    drag?.mark.close();
    return drag;
  }
}

/** @param {Grip} grip */
function gripOf(grip) {
  return make("div", { class: "handle", "data-grip": grip, "data-own-pointer": "" });
}
