/** A picture on the canvas. It is drawn only when it is known to be a raster picture of a bounded size. */

import { dataUrl } from "../../lib/dataurl.js";
import { make } from "../../ui/dom.js";
import { describeImage } from "./describe.js";
import { inspect, isLarge } from "./rasters.js";
import { ElsewhereFrame, hostOf, isElsewhereForbidden, sameOrigin } from "../parts/elsewhere.js";
import { standIn } from "../../ui/standin.js";
import { text as elsewhereText } from "../../text/kinds/elsewhere.js";
import { text } from "../../text/kinds/image.js";

/** @import {Flaw} from "./rasters.js" */
/** @import {Image as Picture} from "../../types/messages.js" */

export class PictureContent {
  #node;
  #src = "";
  #loaded = false;
  /** @type {HTMLImageElement | null} */
  #picture = null;
  /** Shows a picture of another server. @type {ElsewhereFrame | null} */
  #frame = null;
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
    if (this.#frame) this.#frame.title = describeImage(kind);
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
    } else if (sameOrigin(src)) void this.#fetch(src);
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
    const words = elsewhereText.at(describeImage(kind), hostOf(kind.src));
    if (isElsewhereForbidden()) return standIn(this.#node, "picture", elsewhereText.forbidden(words));
    const button = make("button", { type: "button", class: "small", "data-action": "show-picture" }, elsewhereText.show);
    button.addEventListener("click", () => this.#frameIt(kind));
    standIn(this.#node, "picture", words, button);
  }

  /** @param {Picture} kind */
  #frameIt(kind) {
    const how = /** @type {const} */ ({ as: "picture", title: describeImage(kind), into: this.#node });
    const frame = new ElsewhereFrame(kind.src, how, ({ type }) => {
      if (type === "shown") frame.settle();
      else if (type !== "bytes") this.#refuse(type);
    });
    this.#frame = frame;
  }

  /** @param {string} address */
  #draw(address) {
    const picture = make("img", { draggable: "false", decoding: "async" });
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
    this.#frame?.close();
    this.#frame = null;
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
