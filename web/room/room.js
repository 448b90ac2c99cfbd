/** The frame of the page: makes its dock and the faces in its top bar. */

import { byId } from "../ui/dom.js";
import { keepAboveKeyboard } from "../ui/keyboard.js";
import { controls } from "./controls.js";
import { Dock } from "./dock.js";
import { Faces } from "./faces.js";
import { listenToControlKeys } from "./keys.js";

/** @import {RoomContext} from "./control.js" */

/** A phone held across: bars are at the sides of the canvas. */
const ACROSS = "(max-height: 500px) and (min-width: 560px)";

export class Room {
  #context;
  #dock;
  #faces;

  /** @param {RoomContext} context */
  constructor(context) {
    this.#context = context;
    keepAboveKeyboard();
    listenToControlKeys(context);
    const nodes = {
      bar: byId("dock", HTMLElement),
      call: byId("dock-call", HTMLElement),
      tools: byId("dock-tools", HTMLElement),
      zoom: byId("zoom", HTMLElement),
      more: byId("more", HTMLElement),
      area: byId("canvas", HTMLElement),
    };
    this.#dock = new Dock(nodes, context, controls);
    this.#faces = new Faces(byId("faces", HTMLElement), (button) => context.panels.toggle("people", button));
    context.panels.on("shown", () => this.#dock.show());
    const across = matchMedia(ACROSS);
    context.stage.reserve(nodes.bar, "bottom");
    context.stage.reserve(byId("lobby", HTMLElement), "bottom");
    context.stage.reserve(nodes.zoom, () => (across.matches ? "left" : "bottom"));
    context.stage.reserve(byId("drawer", HTMLElement), () => (across.matches ? "right" : "bottom"));
    context.speaking.on("changed", () => this.#showFaces());
  }

  /** Something about the people or the calls changed. */
  show() {
    this.#dock.show();
    this.#showFaces();
  }

  #showFaces() {
    const { roster, describe } = this.#context;
    const people = [...roster.peers.keys()].map(describe);
    this.#faces.show([...people.filter(({ inCall }) => inCall), ...people.filter(({ inCall }) => !inCall)]);
  }
}
