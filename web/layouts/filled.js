/**
 * One stream in full screen (W3C Fullscreen), where there is no such thing (phones of Apple) in all of the window. Escape leaves.
 */

import { text } from "../text/layouts.js";
import { icon, make } from "../ui/dom.js";
import { Face } from "./face.js";

/** @import {Person} from "../people/person.js" */
/** @import {VideoManager} from "../video.js" */

export class Filled {
  #videos;
  /** @type {{dialog: HTMLDialogElement, face: Face} | null} */
  #shown = null;

  /** @param {VideoManager} videos */
  constructor(videos) {
    this.#videos = videos;
    document.addEventListener("fullscreenchange", () => {
      if (!document.fullscreenElement) this.#shown?.dialog.close();
    });
  }

  /** @returns {Iterable<Face>} */
  get faces() {
    return this.#shown ? [this.#shown.face] : [];
  }

  /**
   * @param {string} streamId
   * @param {Person} person whose it is
   */
  show(streamId, person) {
    if (this.#shown) return;
    const close = make("button", { type: "button", class: "filled-close", "aria-label": text.leaveFull, title: text.leaveFull }, icon("shrink"));
    const dialog = make("dialog", { class: "filled" });
    const face = new Face(streamId, dialog, { videos: this.#videos, open: null, pin: null, fill: null });
    dialog.append(face.node, close);
    dialog.setAttribute("aria-label", person.name);
    this.#shown = { dialog, face };
    close.addEventListener("click", () => dialog.close());
    face.node.addEventListener("dblclick", () => dialog.close());
    dialog.addEventListener("keydown", (event) => event.stopPropagation());
    dialog.addEventListener("close", () => this.#closed());
    document.body.append(dialog);
    dialog.showModal();
    face.setPerson(person, false);
    face.play(true);
    new ResizeObserver(() => face.fit()).observe(face.node);
    dialog.requestFullscreen?.().catch(() => {}); // refused, as within a frame: all of the window
  }

  /** @param {string} streamId that is over */
  over(streamId) {
    if (this.#shown?.face.streamId === streamId) this.#shown.dialog.close();
  }

  #closed() {
    const shown = this.#shown;
    this.#shown = null;
    shown?.face.close();
    shown?.dialog.remove();
    if (document.fullscreenElement) void document.exitFullscreen();
  }
}
