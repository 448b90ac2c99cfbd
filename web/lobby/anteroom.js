/** State of the lobby: open before a call is joined, with the devices that its preview has on. Pure but for storage. */

import { Emitter } from "../lib/emitter.js";
import { readText, writeText } from "../lib/stored.js";

/** @import {LocalMedia} from "../media/local.js" */

const KEY = "canvas-server.lobby";
const CLOSED = "closed";

/** @extends {Emitter<{changed: null}>} `changed`: it was opened or closed, or its devices changed */
export class Anteroom extends Emitter {
  isOpen = false;
  /** Devices of the preview; `null`: the lobby is closed. @type {LocalMedia | null} */
  media = null;

  /** This window had it, and has gone past it: a reload does not show it again. */
  get isPast() {
    return readText("window", KEY) === CLOSED;
  }

  /** @param {LocalMedia} media of its preview */
  open(media) {
    this.isOpen = true;
    this.media = media;
    this.tell();
  }

  close() {
    this.pass();
    if (!this.isOpen) return;
    this.isOpen = false;
    this.media = null;
    this.tell();
  }

  /** Do without it in this window from now on. */
  pass() {
    writeText("window", KEY, CLOSED);
  }

  /** Its devices have changed. */
  tell() {
    this.emit("changed", null);
  }
}
