/** The bar of the calls in progress: what they do, microphone, camera, leave. */

import { setIcon, setText } from "../dom.js";
import { callStatusText, text } from "../text/calls.js";

/** @import {CallState} from "../calls/call.js" */
/** @import {LocalMedia, MediaKind} from "../media.js" */

export class CallBar {
  #bar;
  #status;
  #leave;
  /** @type {[MediaKind, HTMLButtonElement][]} */
  #switches;

  /**
   * @param {HTMLElement} bar with its buttons, as in index.html
   * @param {{toggle: (kind: MediaKind) => void, leave: () => void}} hooks
   */
  constructor(bar, hooks) {
    this.#bar = bar;
    this.#status = find(bar, "[data-call-status]", HTMLElement);
    this.#leave = find(bar, "[data-action=leave]", HTMLButtonElement);
    this.#switches = [
      ["audio", find(bar, "[data-action=mute]", HTMLButtonElement)],
      ["video", find(bar, "[data-action=camera]", HTMLButtonElement)],
    ];
    this.#leave.addEventListener("click", hooks.leave);
    for (const [kind, button] of this.#switches) {
      button.addEventListener("click", () => hooks.toggle(kind));
    }
  }

  /**
   * @param {{name: string, state: CallState}[]} calls those that this peer has begun or accepted
   * @param {boolean} inGroup this peer has joined the call of everybody
   * @param {LocalMedia} media
   */
  show(calls, inGroup, media) {
    this.#bar.hidden = calls.length === 0 && !inGroup;
    if (this.#bar.hidden) return;
    setText(this.#status, calls.length > 0 ? callStatusText(calls) : text.waitingForOthers);
    const ringing = !inGroup && calls.every(({ state }) => state === "ringing");
    const leave = ringing ? text.cancelCall : calls.length > 1 ? text.leaveCalls : text.leaveCall;
    setText(find(this.#leave, "span", HTMLElement), leave);
    for (const [kind, button] of this.#switches) {
      const off = !media.isWanted(kind);
      const absent = !media.starting && media.track(kind) === null;
      const symbol = kind === "audio" ? "mic" : "camera";
      button.setAttribute("aria-pressed", String(off));
      button.disabled = absent;
      setIcon(find(button, "svg", SVGSVGElement), off || absent ? `${symbol}-off` : symbol);
    }
  }
}

/**
 * @template {Element} Kind
 * @param {Element} parent
 * @param {string} selector
 * @param {new () => Kind} kind
 * @returns {Kind}
 */
function find(parent, selector, kind) {
  const node = parent.querySelector(selector);
  if (!(node instanceof kind)) throw new TypeError(`the page has no ${selector}`);
  return node;
}
