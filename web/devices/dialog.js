/** Dialog of the devices: which are used, and how they look and sound, before a call and during one. */

import { shownWords } from "../lib/foreign.js";
import { sitePath } from "../lib/site.js";
import { make, setText } from "../ui/dom.js";
import { LocalMedia } from "../media/local.js";
import { makeDialog } from "../ui/dialog.js";
import { text as mannersText } from "../text/manners.js";
import { faultText, hintText, presetText, text } from "../text/devices.js";
import { showBlur } from "./blurswitch.js";
import { chosenOf, findChosen, SYSTEM } from "./chosen.js";
import { audioContext, Meter } from "./meter.js";
import { devicesOf, presentDevice } from "./present.js";

/** @import {MediaKind} from "../media/local.js" */
/** @import {Choices, Chosen, DeviceKind} from "./choices.js" */

const TICK_MS = 50;
/** A loud voice fills the meter. */
const FULL_LEVEL = 0.3;
const TONE = { hertz: 440, seconds: 0.6, volume: 0.2 };

/** What Chromium lists beside the devices themselves: those that the system prefers. */
const ALIASES = new Set(["default", "communications"]);

/** @type {[DeviceKind, string][]} */
const KINDS = [
  ["video", text.camera],
  ["audio", text.microphone],
  ["speaker", text.speaker],
];

/**
 * @param {Choices} choices
 * @param {LocalMedia} calls what calls send, if there is one
 */
export function showDevices(choices, calls) {
  if (document.querySelector("dialog.devices")) return;
  new DevicesDialog(choices, calls);
}

class DevicesDialog {
  #choices;
  /** What the preview shows: what calls send, or what they would. */
  #media;
  #ownMedia;
  #video = make("video", { class: "mirrored", playsinline: "", "aria-label": text.preview });
  #still = make("p", {}, text.noPicture);
  #meter = make("meter", { min: "0", max: "1", "aria-label": text.level });
  /** @type {Map<DeviceKind, HTMLSelectElement>} */
  #selects = new Map();
  /** Each turns on what is off, or asks again for what could not be had. @type {[MediaKind, HTMLButtonElement][]} */
  #switches;
  #blur = make("button", { type: "button", class: "small", "data-action": "blur" }, text.blur);
  /** Those that are there. @type {Map<DeviceKind, MediaDeviceInfo[]>} */
  #found = new Map();
  /** @type {{track: MediaStreamTrack, meter: Meter} | null} */
  #heard = null;

  /**
   * @param {Choices} choices
   * @param {LocalMedia} calls
   */
  constructor(choices, calls) {
    this.#choices = choices;
    this.#ownMedia = calls.stream ? null : new LocalMedia(choices, calls.mayPublish, calls.intentions);
    this.#media = this.#ownMedia ?? calls;
    this.#switches = [this.#switch("video"), this.#switch("audio")];
    this.#blur.addEventListener("click", () => this.#media.blur.toggle());
    this.#video.muted = this.#video.autoplay = true;
    const picture = make("div", { class: "devices-picture" }, this.#still, this.#video);
    const switches = make("div", { class: "devices-switches" }, ...this.#switches.map(([, button]) => button), this.#blur);
    const body = make("div", { class: "devices-body" }, picture, this.#meter, switches, ...this.#fields());
    const dialog = makeDialog(text.title, body, this.#buttons());
    dialog.classList.add("devices");
    const list = () => void this.#list();
    const offMedia = this.#media.on("changed", () => this.#show());
    const offFaults = this.#media.on("fault", () => this.#show());
    const timer = setInterval(() => {
      this.#meter.value = Math.min(1, (this.#heard?.meter.level ?? 0) / FULL_LEVEL);
    }, TICK_MS);
    navigator.mediaDevices?.addEventListener("devicechange", list);
    dialog.addEventListener("close", () => {
      navigator.mediaDevices?.removeEventListener("devicechange", list);
      clearInterval(timer);
      offMedia();
      offFaults();
      this.#heard?.meter.close();
      this.#video.srcObject = null;
      this.#ownMedia?.close();
    });
    dialog.showModal();
    this.#ownMedia?.start();
    this.#show();
  }

  /** @returns {HTMLElement[]} */
  #fields() {
    const devices = KINDS.map(([kind, label]) => {
      const select = make("select", { id: `device-${kind}` });
      select.addEventListener("change", () => this.#choose(kind, select.value));
      this.#selects.set(kind, select);
      return field(label, select);
    });
    return [
      ...devices,
      field(text.quality, this.#choice("quality", presetText)),
      field(text.hint, this.#choice("hint", hintText)),
      this.#check("spatial", text.spatial),
      this.#check("quiet", mannersText.quiet),
      this.#check("tellMuted", mannersText.tellMuted),
    ];
  }

  /**
   * @param {DeviceKind} kind
   * @param {string} deviceId empty: the one of the system
   */
  #choose(kind, deviceId) {
    const device = this.#found.get(kind)?.find((device) => device.deviceId === deviceId);
    if (device) this.#choices.set(kind, chosenOf(device));
    else if (!deviceId) this.#choices.set(kind, SYSTEM);
  }

  /**
   * @template {"quality" | "hint"} Name
   * @param {Name} name
   * @param {Record<Chosen[Name], string>} words
   * @returns {HTMLSelectElement}
   */
  #choice(name, words) {
    const select = make("select", { id: `choice-${name}` });
    for (const [value, label] of Object.entries(words)) {
      select.append(make("option", { value }, String(label)));
    }
    select.value = this.#choices.get(name);
    select.addEventListener("change", () => {
      this.#choices.set(name, /** @type {Chosen[Name]} */ (select.value));
    });
    return select;
  }

  /**
   * @param {MediaKind} kind
   * @returns {[MediaKind, HTMLButtonElement]}
   */
  #switch(kind) {
    const button = make("button", { type: "button", class: "small", "data-action": `turn-on-${kind}` });
    button.addEventListener("click", () => this.#media.toggle(kind));
    return [kind, button];
  }

  /**
   * @param {"spatial" | "quiet" | "tellMuted"} name
   * @param {string} label
   */
  #check(name, label) {
    const box = make("input", { type: "checkbox", id: `choice-${name}` });
    box.checked = this.#choices.get(name);
    box.addEventListener("change", () => this.#choices.set(name, box.checked));
    return make("div", { class: "check" }, box, make("label", { for: box.id }, label));
  }

  #buttons() {
    const test = make("button", { type: "button", "data-action": "test-tone" }, text.test);
    test.addEventListener("click", () => void playTone(this.#choices));
    const done = make("button", { type: "button", class: "primary", "data-action": "done" }, text.done);
    done.addEventListener("click", () => done.closest("dialog")?.close());
    const doctor = make("a", { href: sitePath("doctor/"), target: "_blank", rel: "noopener" }, text.selfTest);
    return make("div", { class: "dialog-buttons" }, doctor, test, done);
  }

  /** The streams are others, or a track of them is. */
  #show() {
    const { stream } = this.#media;
    if (this.#video.srcObject !== stream) this.#video.srcObject = stream;
    this.#video.hidden = !this.#media.isOn("video");
    this.#still.hidden = !this.#video.hidden;
    const fault = this.#media.fault("video");
    setText(this.#still, fault ? faultText[fault] : text.noPicture);
    for (const [kind, button] of this.#switches) {
      // When the call is over there is nothing to turn on: what is wanted of the next one would be turned round.
      button.hidden = stream === null || this.#media.isOn(kind) || this.#media.isOpening(kind);
      const fault = this.#media.fault(kind);
      setText(button, fault === "sharp" ? text.sharp : (fault ? text.askAgain : text.turnOn)[kind]);
    }
    showBlur(this.#blur, this.#media.blur.state);
    const track = this.#media.track("audio");
    if (track !== (this.#heard?.track ?? null)) {
      this.#heard?.meter.close();
      this.#heard = track ? { track, meter: new Meter(track) } : null;
    }
    void this.#list();
  }

  /**
   * @param {DeviceKind} kind
   * @param {number} found
   * @returns {string} what it means to choose none of those that were found
   */
  #nothingChosen(kind, found) {
    if (kind === "speaker") return text.usual; // not every browser lists them
    const fault = this.#media.fault(kind);
    // The browser tells of no device that the page may not use.
    if (fault && fault !== "missing" && (found === 0 || fault === "refused")) return faultText[fault];
    if (found > 0) return text.usual;
    return this.#media.isWanted(kind) ? text.none : text.off;
  }

  /** Offer what there is; its names are told only to pages that may use it. */
  async #list() {
    for (const [kind] of KINDS) {
      const select = this.#selects.get(kind);
      if (!select) continue;
      const all = await devicesOf(kind);
      const found = all.filter(({ deviceId }) => deviceId && !ALIASES.has(deviceId));
      this.#found.set(kind, found);
      const options = found.map(({ deviceId, label }, place) =>
        make("option", { value: deviceId }, shownWords(label, 120) || text.unnamed(place + 1)));
      const usual = make("option", { value: "" }, this.#nothingChosen(kind, found.length));
      const chosen = this.#choices.get(kind);
      const present = findChosen(chosen, found);
      // What is not there now stays chosen, and says so.
      const away = make("option", { value: chosen.deviceId }, text.away(shownWords(chosen.label, 120)));
      const isAway = chosen.deviceId !== "" && !present && found.length > 0;
      select.replaceChildren(usual, ...options, ...(isAway ? [away] : []));
      select.value = present?.deviceId ?? (isAway ? chosen.deviceId : "");
    }
  }
}

/**
 * @param {string} label
 * @param {HTMLSelectElement} control
 */
function field(label, control) {
  return make("div", { class: "field" }, make("label", { for: control.id }, label), control);
}

/** @param {Choices} choices of the speaker */
async function playTone(choices) {
  const speaker = (await presentDevice(choices, "speaker"))?.deviceId ?? choices.get("speaker").deviceId;
  const context = audioContext();
  const destination = new MediaStreamAudioDestinationNode(context);
  const gain = new GainNode(context, { gain: TONE.volume });
  const tone = new OscillatorNode(context, { frequency: TONE.hertz });
  tone.connect(gain).connect(destination);
  const player = new Audio();
  player.srcObject = destination.stream;
  if (speaker && "setSinkId" in player) await player.setSinkId(speaker).catch(() => {});
  tone.start();
  tone.stop(context.currentTime + TONE.seconds);
  tone.onended = () => {
    player.srcObject = null;
  };
  await player.play().catch(() => {});
}
