/** A 3D model on the canvas, drawn by model-viewer. */

import { make } from "../../ui/dom.js";
import { describeModel } from "./describe.js";
import { errorName, log } from "../../lib/log.js";
import { sitePath } from "../../lib/site.js";
import { orientation } from "./orientation.js";
import { ElsewhereFrame, hostOf, isElsewhereForbidden, sameOrigin } from "../parts/elsewhere.js";
import { standIn } from "../../ui/standin.js";
import { text as elsewhereText } from "../../text/kinds/elsewhere.js";
import { text } from "../../text/kinds/model.js";

/** @import {Model3D} from "../../types/messages.js" */

const LIBRARY = sitePath("vendor/model-viewer/model-viewer.min.js");
/** Parts the library would fetch from elsewhere; nothing is there, so such models say they fail. */
const ABSENT = new URL(sitePath("vendor/model-viewer/absent/"), import.meta.url).href;

/** @type {Promise<unknown> | null} */
let library = null;

/** Load model-viewer when the first model is seen: it is as large as the rest of the page twice. */
function loadLibrary() {
  Object.assign(globalThis, {
    ModelViewerElement: {
      dracoDecoderLocation: ABSENT,
      ktx2TranscoderLocation: ABSENT,
      lottieLoaderLocation: `${ABSENT}lottie.js`,
    },
  });
  library ??= import(LIBRARY).catch((error) => {
    library = null; // the next model tries again
    throw error;
  });
  return library;
}

/** @type {boolean | undefined} */
let supported;

/** Whether this browser draws in three dimensions; the library only throws where it does not. */
function drawsModels() {
  if (supported === undefined) {
    const gl = document.createElement("canvas").getContext("webgl2");
    supported = gl !== null;
    gl?.getExtension("WEBGL_lose_context")?.loseContext(); // browsers allow few of them
  }
  return supported;
}

export class ModelContent {
  #node;
  #src = "";
  /** @type {HTMLElement | null} */
  #viewer = null;
  /** Fetches a model from another server. @type {ElsewhereFrame | null} */
  #frame = null;
  /** Lets go of a copy of the model. */
  #release = () => {};
  #closed = false;

  /** @param {HTMLElement} node */
  constructor(node) {
    this.#node = node;
  }

  /** @param {Model3D} kind */
  show(kind) {
    if (kind.src !== this.#src) this.#load(kind);
    else if (this.#viewer) dress(this.#viewer, kind);
  }

  close() {
    this.#closed = true;
    this.#drop();
  }

  /** @param {Model3D} kind */
  #load(kind) {
    this.#drop();
    const { src } = kind;
    this.#src = src;
    if (!drawsModels()) standIn(this.#node, "model", text.unsupported);
    else if (/^data:/i.test(src) || sameOrigin(src)) void this.#draw(src, kind);
    else this.#offer(kind);
  }

  /** A server would learn who looks, and this page reaches none. @param {Model3D} kind */
  #offer(kind) {
    const words = elsewhereText.at(describeModel(kind), hostOf(kind.src));
    if (isElsewhereForbidden()) return standIn(this.#node, "model", elsewhereText.forbidden(words));
    const button = make("button", { type: "button", class: "small", "data-action": "show-model" }, elsewhereText.show);
    button.addEventListener("click", () => this.#fetch(kind));
    standIn(this.#node, "model", words, button);
  }

  /** @param {Model3D} kind */
  #fetch(kind) {
    const how = /** @type {const} */ ({ as: "bytes", title: describeModel(kind), into: this.#node });
    this.#frame = new ElsewhereFrame(kind.src, how, (message) => {
      this.#drop();
      if (message.type !== "bytes") return standIn(this.#node, "model", text.failed);
      const address = URL.createObjectURL(new Blob([message.bytes]));
      this.#release = () => URL.revokeObjectURL(address);
      void this.#draw(address, kind);
    });
  }

  #drop() {
    this.#viewer = null;
    this.#frame?.close();
    this.#frame = null;
    this.#release();
    this.#release = () => {};
  }

  /**
   * @param {string} address that this page may read
   * @param {Model3D} kind
   */
  async #draw(address, kind) {
    standIn(this.#node, "model", text.loading);
    const viewer = make(/** @type {"div"} */ ("model-viewer"), {
      "interaction-prompt": "none",
      "shadow-intensity": "0.6",
      loading: "eager",
    });
    this.#viewer = viewer;
    dress(viewer, kind);
    try {
      await loadLibrary();
    } catch (error) {
      log("model", errorName(error));
      return this.#fail(viewer);
    }
    if (this.#closed || this.#viewer !== viewer) return; // another model since, or none
    viewer.addEventListener("error", () => this.#fail(viewer));
    viewer.setAttribute("src", address);
    this.#node.replaceChildren(viewer);
  }

  /** @param {HTMLElement} viewer */
  #fail(viewer) {
    if (this.#closed || this.#viewer !== viewer) return;
    this.#viewer = null;
    standIn(this.#node, "model", text.failed);
  }
}

/**
 * @param {HTMLElement} viewer
 * @param {Model3D} kind
 */
function dress(viewer, kind) {
  viewer.setAttribute("alt", describeModel(kind));
  viewer.setAttribute("orientation", orientation(kind.rotation ?? [0, 0, 0]));
}
