/**
 * Outlines of what the others have selected, with their names, and who is typing where. Over the canvas, at any zoom, and
 * hidden from screen readers, which they would interrupt all the time: the list of elements has it in words.
 */

import { text } from "../text/canvas.js";
import { make, setText } from "../ui/dom.js";
import { overlap } from "./geometry.js";

/** @import {PeerMark, PeerMarks} from "../scene/peermarks.js" */
/** @import {Person} from "../people/person.js" */
/** @import {SceneView} from "../scene/sceneview.js" */
/** @import {Stage} from "./stage.js" */
/** @import {CanvasView} from "./view.js" */

/** So many are drawn at a time; more nobody can tell apart. */
export const MAX_OUTLINES = 80;

export class PeerOutlines {
  #layer = make("div", { class: "peer-outlines", "aria-hidden": "true" });
  #parts;
  /** By person and element. @type {Map<string, HTMLElement>} */
  #drawn = new Map();
  #frame = 0;

  /**
   * @param {{marks: PeerMarks, stage: Stage, view: CanvasView, scene: SceneView, describe: (peerId: string) => Person}} parts
   */
  constructor(parts) {
    this.#parts = parts;
    parts.stage.frame.append(this.#layer);
    const draw = () => this.drawSoon();
    parts.marks.on("changed", draw);
    parts.stage.on("moved", draw);
    parts.scene.on("changed", draw);
    parts.scene.on("replaced", draw);
    parts.scene.on("looked", draw);
    parts.scene.previews.on("changed", draw);
  }

  /** Something may look different: names, places, or who is at what. */
  drawSoon() {
    if (this.#frame || (this.#parts.marks.size === 0 && this.#drawn.size === 0)) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw() {
    const kept = new Set();
    /** Who has a name at one of theirs already. @type {Set<string>} */
    const named = new Set();
    /** People at each element so far: their outlines and names do not cover each other. @type {Map<string, number>} */
    const people = new Map();
    for (const mark of this.#inSight()) {
      const key = `${mark.peerId} ${mark.id}`;
      kept.add(key);
      const place = people.get(mark.id) ?? 0;
      people.set(mark.id, place + 1);
      this.#show(key, mark, !named.has(mark.peerId), place);
      named.add(mark.peerId);
    }
    for (const [key, node] of this.#drawn) {
      if (kept.has(key)) continue;
      node.remove();
      this.#drawn.delete(key);
    }
  }

  /** @returns {PeerMark[]} */
  #inSight() {
    const { marks, scene, stage, view } = this.#parts;
    if (scene.isPast) return [];
    const sight = stage.visible();
    /** @type {PeerMark[]} */
    const found = [];
    for (const mark of marks.all()) {
      if (found.length === MAX_OUTLINES) break;
      if (scene.has(mark.id) && overlap(view.transformOf(mark.id), sight)) found.push(mark);
    }
    return found;
  }

  /**
   * @param {string} key
   * @param {PeerMark} mark
   * @param {boolean} isNamed
   * @param {number} place among those at the element
   */
  #show(key, { peerId, id, isTyping }, isNamed, place) {
    const { stage, view, describe } = this.#parts;
    let node = this.#drawn.get(key);
    if (!node) {
      node = make("div", { class: "peer-outline", "data-selected-by": peerId, "data-outline-of": id }, make("span", { class: "peer-outline-name" }));
      this.#drawn.set(key, node);
      this.#layer.append(node);
    }
    const { name, hue } = describe(peerId);
    node.style.setProperty("--hue", String(hue));
    node.style.setProperty("--place", String(place));
    node.toggleAttribute("data-typing", isTyping);
    const label = /** @type {HTMLElement} */ (node.firstElementChild);
    label.hidden = !isNamed;
    setText(label, isTyping ? text.typing(name) : name);
    const { x, y, width, height, rotation } = view.transformOf(id);
    const { scale } = stage;
    const sight = stage.visible();
    node.style.transform = `translate(${(x - sight.x) * scale}px, ${(y - sight.y) * scale}px) rotate(${rotation}deg)`;
    node.style.width = `${width * scale}px`;
    node.style.height = `${height * scale}px`;
  }
}
