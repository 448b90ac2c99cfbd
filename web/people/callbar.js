/** View of the call bar: the state of the calls, with the buttons for microphone, camera, screen and leaving. */

import { setIcon, setText } from "../ui/dom.js";
import { ScreenShare } from "../media/screen.js";
import { callStatusText, text } from "../text/calls.js";
import { switchText } from "../text/devices.js";
import { showBlur } from "../devices/blurswitch.js";

/** @import {CallState} from "../calls/call.js" */
/** @import {LocalMedia, MediaKind} from "../media/local.js" */

export class CallBar {
  #bar;
  #status;
  #leave;
  #screen;
  #blur;
  /** @type {[MediaKind, HTMLButtonElement][]} */
  #switches;

  /**
   * @param {HTMLElement} bar with its buttons, as in index.html
   * @param {{toggle: (kind: MediaKind) => void, toggleBlur: () => void, toggleScreen: () => void, leave: () => void}} hooks
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
    this.#screen = find(bar, "[data-action=screen]", HTMLButtonElement);
    this.#screen.hidden = !ScreenShare.supported;
    this.#screen.addEventListener("click", hooks.toggleScreen);
    this.#blur = find(bar, "[data-action=blur]", HTMLButtonElement);
    this.#blur.addEventListener("click", hooks.toggleBlur);
    for (const [kind, button] of this.#switches) {
      button.addEventListener("click", () => hooks.toggle(kind));
    }
  }

  /**
   * @param {{name: string, state: CallState}[]} calls those that this peer has begun or accepted
   * @param {boolean} inGroup this peer has joined the call of everybody
   * @param {LocalMedia} media
   * @param {ScreenShare} screen
   */
  show(calls, inGroup, media, screen) {
    this.#bar.hidden = calls.length === 0 && !inGroup;
    if (this.#bar.hidden) return;
    setText(this.#status, calls.length > 0 ? callStatusText(calls) : text.waitingForOthers);
    const ringing = !inGroup && calls.every(({ state }) => state === "ringing");
    const leave = ringing ? text.cancelCall : calls.length > 1 ? text.leaveCalls : text.leaveCall;
    setText(find(this.#leave, "span", HTMLElement), leave);
    const sharing = screen.stream !== null;
    const share = sharing ? text.stopSharing : text.shareScreen;
    this.#screen.setAttribute("aria-label", share);
    this.#screen.title = share;
    this.#screen.toggleAttribute("data-sharing", sharing);
    setIcon(find(this.#screen, "svg", SVGSVGElement), sharing ? "screen-off" : "screen");
    showBlur(this.#blur, media.blur.state);
    for (const [kind, button] of this.#switches) {
      const opening = media.isOpening(kind);
      const off = !opening && !media.isOn(kind);
      const silenced = media.isOn(kind) && !media.isSent(kind);
      const fault = silenced ? "silenced" : media.fault(kind);
      const symbol = kind === "audio" ? "mic" : "camera";
      const label = switchText(kind, opening ? "opening" : fault);
      button.setAttribute("aria-pressed", String(off));
      button.setAttribute("aria-busy", String(opening));
      button.setAttribute("aria-label", label);
      button.title = label;
      if (fault && !opening) button.dataset["fault"] = fault;
      else delete button.dataset["fault"];
      setIcon(find(button, "svg", SVGSVGElement), off ? `${symbol}-off` : symbol);
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
