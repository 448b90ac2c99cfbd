/**
 * A window of somebody's stream beside its tile: in the strip, on the surface of Speaker and Grid, in full screen. Its picture
 * is silent, is taken off where it cannot be seen, and never says that it is the one of the stream (that is the tile's).
 */

import { showLevel } from "../monitor/badge.js";
import { text as callText } from "../text/calls.js";
import { text } from "../text/layouts.js";
import { icon, make, setText } from "../ui/dom.js";
import { fitOf } from "./packing.js";

/** @import {Level} from "../monitor/rating.js" */
/** @import {Person} from "../people/person.js" */
/** @import {VideoManager} from "../video.js" */

/**
 * @typedef {object} FaceHooks
 * @property {VideoManager} videos
 * @property {((streamId: string) => void) | null} open what a press on it does; `null`: nothing
 * @property {((streamId: string) => void) | null} pin
 * @property {((streamId: string, opener: HTMLElement) => void) | null} fill shows it in full screen
 */

/** Proportions that a face in the strip may have; beyond, its picture is cut at the sides or has some air there. */
const NARROWEST = 3 / 4;
const WIDEST = 16 / 9;

export class Face {
  #hooks;
  #isPlaying = false;
  #shown = "";
  /** Its camera is on, as far as is known. */
  #hasPicture = true;
  /** @type {HTMLVideoElement | null} */
  #video = null;
  #initial = make("span", { class: "avatar", "aria-hidden": "true" });
  #name = make("span", { class: "face-name" });
  #muted = make("span", { class: "face-muted", role: "img", "aria-label": text.muted }, icon("mic-off"));
  #hand = make("span", { class: "face-hand", role: "img", "aria-label": text.hand, hidden: "" }, icon("hand"));
  #sign = icon("signal-good");
  #signal = make("span", { class: "face-signal", role: "img", hidden: "" }, this.#sign);
  /** @type {HTMLButtonElement | null} */
  #open = null;
  /** @type {{button: HTMLButtonElement, symbol: SVGSVGElement} | null} */
  #pin = null;
  /** @type {HTMLButtonElement | null} */
  #fill = null;

  /**
   * @param {string} streamId
   * @param {HTMLElement} frame beyond which it is not seen
   * @param {FaceHooks} hooks
   */
  constructor(streamId, frame, hooks) {
    this.streamId = streamId;
    this.isScreen = streamId.startsWith("screen-");
    this.#hooks = hooks;
    this.node = make("div", {
      class: "face",
      role: "group",
      "data-stream-id": streamId,
      "data-source": this.isScreen ? "screen" : "camera",
    });
    const { open, pin, fill } = hooks;
    if (open) this.#open = button("face-open", () => open(streamId));
    if (pin) {
      const symbol = icon("pin");
      this.#pin = { symbol, button: button("face-pin", () => pin(streamId), symbol) };
    }
    if (fill) this.#fill = button("face-fill", () => fill(streamId, this.node), icon("expand"));
    const actions = make("div", { class: "face-actions" }, ...[this.#pin?.button, this.#fill].filter((node) => node != null));
    const label = make("div", { class: "face-label" }, this.#name, this.#muted);
    this.#open?.append(label);
    this.node.append(this.#initial, this.#open ?? label, this.#hand, this.#signal, actions);
    if (fill) this.node.addEventListener("dblclick", () => fill(streamId, this.node));
    hooks.videos.addView(streamId, this.node, frame);
  }

  /**
   * @param {Person} person
   * @param {boolean} isPinned
   */
  setPerson(person, isPinned) {
    const shown = JSON.stringify([person, isPinned]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const named = person.own ? callText.youNamed(person.name) : person.name;
    const name = this.isScreen ? callText.screenNamed(named) : named;
    const isMuted = !this.isScreen && person.media?.audio === false;
    const isSpeaking = !this.isScreen && person.speaking;
    const isRaised = !this.isScreen && person.hand != null;
    setText(this.#name, name);
    setText(this.#initial, person.initial);
    this.node.style.setProperty("--hue", String(person.hue));
    this.node.toggleAttribute("data-speaking", isSpeaking);
    this.node.toggleAttribute("data-interrupted", person.callState === "reconnecting");
    this.node.toggleAttribute("data-pinned", isPinned);
    this.#muted.hidden = !isMuted;
    this.#hand.hidden = !isRaised;
    this.#hasPicture = person.heard && (this.isScreen || person.media?.video !== false);
    const said = [name, isMuted && text.muted, !this.#hasPicture && text.cameraOff, isRaised && text.hand];
    this.node.setAttribute("aria-label", said.filter(Boolean).join(", "));
    label(this.#open, text.open(name));
    label(this.#fill, text.fill(name));
    if (this.#pin) {
      label(this.#pin.button, isPinned ? text.unpin(name) : text.pin(name));
      this.#pin.button.setAttribute("aria-pressed", String(isPinned));
    }
    this.attach();
  }

  /**
   * How good the call is.
   *
   * @param {{level: Level, words: string} | null} quality `null`: nothing is known
   */
  setQuality(quality) {
    // A good call needs no sign.
    const isWorse = quality !== null && quality.level !== "good";
    if (this.#signal.hidden === isWorse) this.#signal.hidden = !isWorse;
    if (!isWorse || this.#signal.title === quality.words) return;
    this.#signal.title = quality.words;
    this.#signal.setAttribute("aria-label", quality.words);
    showLevel(this.#signal, this.#sign, quality.level);
  }

  /** @param {boolean} isPlaying it can be seen: its picture moves */
  play(isPlaying) {
    this.#isPlaying = isPlaying;
    this.attach();
  }

  /** Show the stream there is now, if it can be seen. */
  attach() {
    const source = this.#isPlaying && this.#hasPicture ? this.#hooks.videos.sourceOf(this.streamId) : null;
    if (!source) return this.#detach();
    const video = (this.#video ??= this.#makeVideo());
    video.classList.toggle("mirrored", source.mirrored);
    if (video.srcObject !== source.stream) video.srcObject = source.stream;
    // A node that was moved within the page is paused.
    if (video.paused) video.play().catch(() => {});
  }

  /** The video that shows it now, to be taken out of the page. */
  get video() {
    return this.#video;
  }

  #makeVideo() {
    const video = make("video", { class: "face-picture", playsinline: "", "aria-hidden": "true" });
    video.muted = true;
    video.autoplay = true;
    video.disablePictureInPicture = true;
    const look = () => {
      this.node.toggleAttribute("data-live", video.videoWidth > 0);
      this.#hooks.videos.noteSize(this.streamId, video);
      this.fit();
    };
    video.addEventListener("loadeddata", look);
    video.addEventListener("resize", look);
    this.node.prepend(video);
    return video;
  }

  /** It or its picture has another size: fill it without cutting foreheads off. */
  fit() {
    if (!this.#video) return;
    const aspect = this.#video.videoWidth / Math.max(1, this.#video.videoHeight);
    this.node.style.setProperty("--aspect", String(Math.min(WIDEST, Math.max(NARROWEST, aspect || WIDEST))));
    const cell = this.node.clientWidth / Math.max(1, this.node.clientHeight);
    this.#video.style.objectFit = this.isScreen ? "contain" : fitOf(aspect, cell);
  }

  #detach() {
    this.node.removeAttribute("data-live");
    const video = this.#video;
    this.#video = null;
    if (!video) return;
    video.pause();
    video.srcObject = null;
    video.remove();
  }

  close() {
    this.#isPlaying = false;
    this.#detach();
    this.#hooks.videos.removeView(this.streamId, this.node);
    this.node.remove();
  }
}

/**
 * @param {string} name
 * @param {() => void} act
 * @param {...Node} content
 */
function button(name, act, ...content) {
  const node = make("button", { type: "button", class: name }, ...content);
  node.addEventListener("click", (event) => {
    event.stopPropagation();
    act();
  });
  return node;
}

/**
 * @param {HTMLElement | null} node
 * @param {string} words
 */
function label(node, words) {
  if (!node) return;
  node.setAttribute("aria-label", words);
  node.title = words;
}
