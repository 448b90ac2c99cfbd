/**
 * What lies on other servers: this page reaches none of them (docs/adr/0025). A document of no origin, framed here, asks
 * the person and loads it.
 */

import { sitePath } from "../../lib/site.js";
import { make } from "../../ui/dom.js";

/** Path of that document on this server. */
const DOCUMENT = sitePath("elsewhere/");
const LONGEST_HOST = 60;

/** Nothing is loaded from other servers here. */
let forbidden = false;

/** @param {boolean} isForbidden in this session, as in all whose calls are relayed (rule SIG15) */
export function forbidElsewhere(isForbidden) {
  forbidden = isForbidden;
}

/** @returns {boolean} nothing is loaded from other servers in this session */
export function isElsewhereForbidden() {
  return forbidden;
}

/** Whether it is on the server of this page. @param {string} address */
export function sameOrigin(address) {
  return URL.canParse(address, location.href) && new URL(address, location.href).origin === location.origin;
}

/** @param {string} address @returns {string} its host, for people: of a long one the end, which says whose it is */
export function hostOf(address) {
  const host = URL.canParse(address) ? new URL(address).host : "";
  return host.length > LONGEST_HOST ? `…${host.slice(-LONGEST_HOST)}` : host;
}

/**
 * What the frame may say. `shown`: the picture is drawn in the frame; `bytes`: what was fetched.
 *
 * @typedef {{type: "shown"} | {type: "large"} | {type: "broken"} | {type: "bytes", bytes: ArrayBuffer}} FrameMessage
 */

/** A frame that asks the person, and then shows a picture or gives the bytes of something. */
export class ElsewhereFrame {
  node;
  #receive;
  /** @param {MessageEvent} event */
  #listener = ({ source, origin, data }) => {
    if (source === null || source !== this.node.contentWindow || origin !== "null") return;
    const message = messageOf(data);
    if (message) this.#receive(message);
  };

  /**
   * @param {string} address
   * @param {object} how
   * @param {"picture" | "bytes"} how.as
   * @param {string} how.title what it is, for those who do not see it
   * @param {Element} how.into the node it is put into
   * @param {(message: FrameMessage) => void} receive
   */
  constructor(address, { as, title, into }, receive) {
    this.#receive = receive;
    const unit = getComputedStyle(into).getPropertyValue("--unit") || "1";
    const wish = new URLSearchParams({ as, address, unit });
    this.node = make("iframe", {
      class: "elsewhere",
      sandbox: "allow-scripts",
      referrerpolicy: "no-referrer",
      title,
      src: `${DOCUMENT}#${wish}`,
    });
    addEventListener("message", this.#listener);
    into.replaceChildren(this.node);
    this.node.focus({ preventScroll: true });
  }

  /** @param {string} title */
  set title(title) {
    this.node.title = title;
  }

  /** Pointer and keys are for the element again, not for the frame. */
  settle() {
    this.node.dataset["settled"] = "";
    this.node.tabIndex = -1;
    if (document.activeElement === this.node) this.node.parentElement?.focus({ preventScroll: true });
  }

  close() {
    removeEventListener("message", this.#listener);
    this.node.remove();
  }
}

/**
 * @param {unknown} data
 * @returns {FrameMessage | null} `null`: it is none
 */
function messageOf(data) {
  if (typeof data !== "object" || data === null || !("type" in data)) return null;
  const { type } = data;
  if (type === "bytes") return "bytes" in data && data.bytes instanceof ArrayBuffer ? { type, bytes: data.bytes } : null;
  return type === "shown" || type === "large" || type === "broken" ? { type } : null;
}
