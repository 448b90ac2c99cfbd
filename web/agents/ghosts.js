/** Ghosts of what is proposed: outlines over the canvas of what would come, go, or be elsewhere. Screen readers have it in the cards. */

import { describeKind } from "../kinds/kinds.js";
import { make } from "../ui/dom.js";

/** @import {Board} from "../app/board.js" */
/** @import {Proposal, Transform} from "../types/messages.js" */

/** So many are drawn; more nobody can tell apart. */
const MOST = 200;

export class Ghosts {
  #board;
  #layer = make("div", { class: "proposed-layer", "aria-hidden": "true" });
  /** @type {ReadonlyMap<string, Proposal>} */
  #proposals;
  #frame = 0;
  #marked = "";

  /**
   * @param {Pick<Board, "stage" | "view" | "sceneView">} board
   * @param {ReadonlyMap<string, Proposal>} proposals looked at whenever they are drawn
   */
  constructor(board, proposals) {
    this.#board = board;
    this.#proposals = proposals;
    board.stage.frame.append(this.#layer);
    const draw = () => this.drawSoon();
    board.stage.on("moved", draw);
    board.sceneView.on("changed", draw);
    board.sceneView.on("replaced", draw);
  }

  /** @param {string} id of the proposal to be seen first; empty: none */
  mark(id) {
    this.#marked = id;
    this.drawSoon();
  }

  /** Something may look different. */
  drawSoon() {
    if (this.#frame || (this.#proposals.size === 0 && this.#layer.childElementCount === 0)) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw() {
    /** @type {HTMLElement[]} */
    const nodes = [];
    for (const { proposal_id, operations } of this.#proposals.values()) {
      for (const operation of operations) {
        if (nodes.length === MOST) break;
        const node = this.#ghost(operation);
        if (!node) continue;
        node.toggleAttribute("data-marked", proposal_id === this.#marked);
        nodes.push(node);
      }
    }
    this.#layer.replaceChildren(...nodes);
  }

  /** @param {Proposal["operations"][number]} operation @returns {HTMLElement | null} nothing is seen of it */
  #ghost(operation) {
    const { stage, view, sceneView } = this.#board;
    const id = operation.op === "add" ? operation.element.id ?? "" : operation.id;
    const there = sceneView.has(id) ? view.transformOf(id) : null;
    /** @type {Transform | null | undefined} */
    const place = operation.op === "add" ? operation.element.transform : there && operation.op === "update" ? { ...there, ...operation.changes.transform } : there;
    if (!place) return null;
    const { x = 0, y = 0, width = 200, height = 150, rotation = 0 } = place;
    const { scale } = stage;
    const sight = stage.visible();
    const node = make("div", { class: "proposed", "data-op": operation.op });
    node.style.transform = `translate(${(x - sight.x) * scale}px, ${(y - sight.y) * scale}px) rotate(${rotation}deg)`;
    node.style.width = `${width * scale}px`;
    node.style.height = `${height * scale}px`;
    if (operation.op === "add") node.append(make("span", {}, describeKind(operation.element.kind, () => "")));
    return node;
  }
}
