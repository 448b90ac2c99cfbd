/** A picture on the canvas. It is drawn only when it is known to be a raster picture of a bounded size. */

import { dataUrl } from "../../lib/dataurl.js";
import { make } from "../../ui/dom.js";
import { describeImage } from "./describe.js";
import { hostOf, isWanted, sameOrigin, want } from "./elsewhere.js";
import { inspect, isLarge } from "./rasters.js";
import { standIn } from "../../ui/standin.js";
import { text } from "../../text/kinds/image.js";

/** @import {Flaw} from "./rasters.js" */
/** @import {Image as Picture} from "../../types/messages.js" */

export class PictureContent {
  #node;
  #src = "";
  #loaded = false;
  /** @type {HTMLImageElement | null} */
  #picture = null;
  /** Lets go of a copy of the picture. */
  #release = () => {};

  /** @param {HTMLElement} node */
  constructor(node) {
    this.#node = node;
  }

  /** @param {Picture} kind */
  show(kind) {
    if (kind.src !== this.#src || !this.#loaded) this.#load(kind);
    this.#picture?.setAttribute("alt", describeImage(kind));
  }

  close() {
    this.#src = "";
    this.#drop();
  }

  /** @param {Picture} kind */
  #load(kind) {
    this.#drop();
    const { src } = kind;
    this.#src = src;
    this.#loaded = true;
    if (src.startsWith("data:")) {
      const { flaw } = inspect(src);
      if (flaw) this.#refuse(flaw);
      else this.#draw(src);
    } else if (isWanted(src)) this.#draw(src);
    else if (sameOrigin(src)) void this.#fetch(src);
    else this.#offer(kind);
  }

  /**
   * A picture that lies on this server can be looked at before it is drawn.
   *
   * @param {string} src
   */
  async #fetch(src) {
    const copy = await fetchSafely(src);
    if (this.#src !== src) return;
    if (typeof copy === "string") return this.#refuse(copy);
    const address = URL.createObjectURL(copy);
    this.#release = () => URL.revokeObjectURL(address);
    this.#draw(address);
  }

  /**
   * One that lies elsewhere cannot, and its server would learn who looks: it is shown to who asks for it.
   *
   * @param {Picture} kind
   */
  #offer(kind) {
    const button = make("button", { type: "button", class: "small", "data-action": "show-picture" }, text.show);
    button.addEventListener("click", () => {
      want(kind.src);
      this.#draw(kind.src);
      this.#picture?.setAttribute("alt", describeImage(kind));
      this.#node.focus({ preventScroll: true });
    });
    const words = kind.alt?.trim() || describeImage(kind);
    standIn(this.#node, "picture", text.elsewhere(words, hostOf(kind.src)), button);
  }

  /** @param {string} address */
  #draw(address) {
    // Nobody's server need know which canvas shows its picture: the link is what lets people in.
    const picture = make("img", { referrerpolicy: "no-referrer", draggable: "false", decoding: "async" });
    picture.addEventListener("load", () => {
      if (this.#picture !== picture) return;
      if (isLarge({ form: "png", width: picture.naturalWidth, height: picture.naturalHeight, passes: 1 })) {
        this.#refuse("large");
      } else picture.classList.add("loaded");
    });
    picture.addEventListener("error", () => {
      if (this.#picture === picture) this.#refuse("broken");
    });
    this.#picture = picture;
    picture.src = address;
    this.#node.replaceChildren(picture);
  }

  /** @param {Flaw} flaw */
  #refuse(flaw) {
    this.#drop();
    standIn(this.#node, "picture", text.flaws[flaw]);
  }

  #drop() {
    this.#release();
    this.#release = () => {};
    this.#picture = null;
  }
}

/**
 * @param {string} src
 * @returns {Promise<Blob | Flaw>}
 */
async function fetchSafely(src) {
  try {
    const response = await fetch(src, { credentials: "omit", redirect: "error", referrerPolicy: "no-referrer" });
    const blob = response.ok ? await response.blob() : new Blob();
    const address = await dataUrl(blob);
    return inspect(address).flaw ?? blob;
  } catch {
    return "broken";
  }
}
