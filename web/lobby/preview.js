/** Preview of what a call would send: the own picture, mirrored, in the camera's proportions, and the level of the microphone. */

import { Meter } from "../devices/meter.js";
import { permissionOf } from "../media/permissions.js";
import { deviceFaultText, text } from "../text/lobby.js";
import { text as deviceText } from "../text/devices.js";
import { icon, make, setText } from "../ui/dom.js";

/** @import {LocalMedia} from "../media/local.js" */

const TICK_MS = 60;
/** A loud voice fills the meter. */
const FULL_LEVEL = 0.3;
const BARS = 5;

export class Preview {
  #media;
  #video = make("video", { class: "mirrored", playsinline: "", "aria-label": text.preview });
  #words = make("p", { class: "lobby-picture-words" });
  #turnOn = make("button", { type: "button", class: "small", "data-action": "turn-on" }, icon("camera"), text.turnOn);
  #bars = Array.from({ length: BARS }, () => make("i"));
  #level = make("div", { class: "lobby-level", role: "meter", "aria-label": deviceText.level, "aria-valuemin": "0", "aria-valuemax": "100" }, ...this.#bars);
  #faults = make("div", { class: "lobby-faults", role: "status" });
  /** @type {{track: MediaStreamTrack, meter: Meter} | null} */
  #heard = null;
  #timer = setInterval(() => this.#showLevel(), TICK_MS);
  #off;

  /** @param {LocalMedia} media */
  constructor(media) {
    this.#media = media;
    this.#video.muted = this.#video.autoplay = true;
    this.#video.addEventListener("resize", () => this.#fit());
    this.#turnOn.addEventListener("click", () => media.start());
    const still = make("div", { class: "lobby-still" }, this.#words, this.#turnOn);
    this.picture = make("div", { class: "lobby-picture" }, still, this.#video, this.#level);
    this.#off = [media.on("changed", () => this.show()), media.on("fault", () => this.show())];
    void this.#begin();
  }

  /** Faults of devices, in words. */
  get faults() {
    return this.#faults;
  }

  /** A link must not switch a camera on: only what this page may use unasked comes on by itself (rule SIG17). */
  async #begin() {
    const { wanted } = this.#media;
    const permissions = await Promise.all(wanted.map(permissionOf));
    if (wanted.length > 0 && permissions.every((permission) => permission === "granted") && this.#off.length > 0) this.#media.start();
    this.show();
  }

  show() {
    const media = this.#media;
    const { stream } = media;
    if (this.#video.srcObject !== stream) this.#video.srcObject = stream;
    this.#video.hidden = !media.isOn("video");
    const isOpening = media.isOpening("video") || media.isOpening("audio");
    const faults = /** @type {const} */ (["video", "audio"]).flatMap((kind) => {
      const fault = media.fault(kind);
      return fault ? [deviceFaultText(kind, fault)] : [];
    });
    setText(this.#words, isOpening ? text.opening : media.isWanted("video") && !stream ? text.cameraLater : text.cameraOff);
    this.#turnOn.hidden = stream !== null || !media.mayPublish() || media.wanted.length === 0;
    this.#level.hidden = !media.isOn("audio");
    if (this.#faults.textContent !== faults.join("")) this.#faults.replaceChildren(...faults.map((words) => make("p", {}, words)));
    const track = media.track("audio");
    if (track === (this.#heard?.track ?? null)) return;
    this.#heard?.meter.close();
    this.#heard = track ? { track, meter: new Meter(track) } : null;
  }

  close() {
    for (const off of this.#off.splice(0)) off();
    clearInterval(this.#timer);
    this.#heard?.meter.close();
    this.#video.srcObject = null;
    this.#media.close();
  }

  #fit() {
    const { videoWidth, videoHeight } = this.#video;
    if (videoWidth > 0 && videoHeight > 0) this.picture.style.setProperty("--proportion", String(videoWidth / videoHeight));
  }

  #showLevel() {
    const level = Math.min(1, Math.sqrt((this.#heard?.meter.level ?? 0) / FULL_LEVEL));
    this.#level.setAttribute("aria-valuenow", String(Math.round(level * 100)));
    this.#bars.forEach((bar, index) => bar.toggleAttribute("data-on", level > (index + 0.5) / BARS));
  }
}
