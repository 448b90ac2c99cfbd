/**
 * Picture in picture: everybody in a small window above all others (WICG Document Picture-in-Picture); where the browser has no
 * such window, one video (W3C Picture-in-Picture).
 */

import { make } from "../ui/dom.js";
import { Face } from "./face.js";
import { packed } from "./packing.js";

/** @import {VideoManager} from "../video.js" */

/** @typedef {{requestWindow: (options: {width: number, height: number}) => Promise<Window>}} DocumentPip */

const SIZE = { width: 400, height: 260 };
const GAP_PX = 4;
/** More people are too small in so small a window. */
const MOST = 6;

export class PictureInPicture {
  #videos;
  #hooks;
  /** @type {{window: Window, root: HTMLElement} | null} */
  #open = null;
  /** By stream id. @type {Map<string, Face>} */
  #faces = new Map();

  /**
   * @param {VideoManager} videos
   * @param {{changed: () => void}} hooks it was opened or closed
   */
  constructor(videos, hooks) {
    this.#videos = videos;
    this.#hooks = hooks;
  }

  /** Whether this browser has any of it. */
  static get isPossible() {
    return "documentPictureInPicture" in globalThis || document.pictureInPictureEnabled === true;
  }

  get isOpen() {
    return this.#open !== null || document.pictureInPictureElement !== null;
  }

  /** @returns {Iterable<Face>} */
  get faces() {
    return this.#faces.values();
  }

  /**
   * Open it, or close it.
   *
   * @param {string | null} main stream for browsers that show one only
   * @returns {Promise<boolean>} false: the browser refused
   */
  async toggle(main) {
    if (this.#open) this.#open.window.close();
    else if (document.pictureInPictureElement) await document.exitPictureInPicture();
    else return this.#begin(main);
    return true;
  }

  /** @param {string | null} main */
  async #begin(main) {
    try {
      const pip = /** @type {{documentPictureInPicture?: DocumentPip}} */ (globalThis).documentPictureInPicture;
      if (pip) this.#fill(await pip.requestWindow(SIZE));
      else await videoOf(main)?.requestPictureInPicture();
      return true;
    } catch {
      return false;
    }
  }

  /** @param {Window} window that is empty */
  #fill(window) {
    const { document: inside } = window;
    for (const sheet of document.querySelectorAll('link[rel="stylesheet"]')) {
      const link = inside.createElement("link");
      link.rel = "stylesheet";
      link.href = sheet instanceof HTMLLinkElement ? sheet.href : "";
      inside.head.append(link);
    }
    for (const symbols of document.querySelectorAll("body > svg")) inside.body.append(symbols.cloneNode(true));
    inside.body.className = "pip";
    const root = make("div", { class: "pip-faces" });
    inside.body.append(root);
    this.#open = { window, root };
    window.addEventListener("pagehide", () => this.#closed());
    window.addEventListener("resize", () => this.#layOut());
    this.#hooks.changed();
  }

  /** @param {readonly string[]} streamIds in order */
  show(streamIds) {
    if (!this.#open) return;
    const ids = streamIds.slice(0, MOST);
    for (const [streamId, face] of this.#faces) {
      if (ids.includes(streamId)) continue;
      face.close();
      this.#faces.delete(streamId);
    }
    for (const streamId of ids) {
      if (this.#faces.has(streamId)) continue;
      const face = new Face(streamId, this.#open.root, { videos: this.#videos, open: null, pin: null, fill: null });
      this.#faces.set(streamId, face);
      this.#open.root.append(face.node);
      face.play(true);
    }
    this.#layOut();
  }

  #layOut() {
    if (!this.#open) return;
    const { window, root } = this.#open;
    const aspects = [...this.#faces.keys()].map((streamId) => this.#videos.aspectOf(streamId) ?? 16 / 9);
    const box = { width: window.innerWidth, height: window.innerHeight };
    root.style.setProperty("--columns", String(packed(aspects, box, GAP_PX).columns));
    for (const face of this.#faces.values()) face.fit();
  }

  #closed() {
    for (const face of this.#faces.values()) face.close();
    this.#faces.clear();
    this.#open = null;
    this.#hooks.changed();
  }
}

/** @param {string | null} streamId @returns {HTMLVideoElement | null} of its tile */
function videoOf(streamId) {
  const video = streamId === null ? null : document.querySelector(`[data-element-id] video[data-stream-id="${CSS.escape(streamId)}"]`);
  return video instanceof HTMLVideoElement ? video : null;
}
