/** A drawing that is being made: looks as the element will that it becomes, and is nothing yet for anybody else. */

import { placeNode } from "../../canvas/placing.js";
import { definitionOf } from "../../kinds/kinds.js";
import { wholeTransform } from "../../scene/scene.js";
import { make } from "../../ui/dom.js";

/** @import {Content, Kind} from "../../kinds/definition.js" */
/** @import {EditContext} from "../tools.js" */
/** @import {Transform} from "../../types/messages.js" */

/** In front of all. */
const LAYER = 2 ** 31 - 3;

export class Draft {
  #context;
  #instead;
  /** @type {HTMLElement | null} */
  #node = null;
  /** @type {Content<any> | null} */
  #content = null;

  /**
   * @param {EditContext} context
   * @param {string | null} [instead] the element that is not seen meanwhile
   */
  constructor(context, instead = null) {
    this.#context = context;
    this.#instead = instead;
  }

  /**
   * @param {Kind} kind
   * @param {Transform} transform
   */
  show(kind, transform) {
    const { stage, view } = this.#context;
    const definition = definitionOf(kind);
    if (!this.#node) {
      this.#node = make("div", { class: "element draft", "data-kind": kind.type, "aria-hidden": "true" });
      this.#content = definition.content(this.#node);
      stage.space.append(this.#node);
      if (this.#instead) view.nodeOf(this.#instead)?.toggleAttribute("data-redrawn", true);
    }
    const placed = wholeTransform(transform);
    const drawn = definition.drawn?.(kind, placed, placed, (id) => view.shown(id));
    const at = { ...placed, ...drawn?.box, z_index: LAYER };
    placeNode(this.#node, at, null);
    this.#content?.resize?.(at.width, at.height);
    if (drawn) this.#content?.draw?.(drawn);
    this.#content?.show(kind);
  }

  close() {
    this.#content?.close?.();
    this.#node?.remove();
    this.#node = null;
    if (this.#instead) this.#context.view.nodeOf(this.#instead)?.toggleAttribute("data-redrawn", false);
  }
}
