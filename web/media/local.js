/**
 * The camera and the microphone of this page: open while there is a call and the person wants them on (rule SIG17). A
 * camera that is off is closed, so its light is out; a microphone that is muted stays open, so that it is back at once.
 */

import { Emitter } from "../lib/emitter.js";
import { errorName, log } from "../lib/log.js";
import { Blur } from "./blur.js";
import { absence, faultOf, wasDismissed } from "./faults.js";
import { Intentions } from "./intentions.js";
import { isPassing, isSecondChoice, laterFault, wasTakenBack } from "./lost.js";
import { openDevices, stopTrack } from "./opening.js";
import { opensUnasked } from "./permissions.js";
import { Requests } from "./requests.js";
import { Scaling } from "./scaling.js";

/** @import {SendingQuality} from "../calls/quality.js" */
/** @import {Choices} from "../devices/choices.js" */
/** @import {MediaFault} from "./faults.js" */

/** @typedef {"audio" | "video"} MediaKind */

/**
 * `changed`: other tracks, or a track was switched. `fault`: these kinds cannot be used. `found`: one
 * that was lost is there again, or the chosen one is.
 *
 * @typedef {{changed: null, fault: {kinds: MediaKind[], fault: MediaFault},
 *   found: {kind: MediaKind, label: string}}} MediaEvents
 */

const KINDS = /** @type {const} */ (["video", "audio"]);

/** @extends {Emitter<MediaEvents>} */
export class LocalMedia extends Emitter {
  /**
   * What the calls send; empty until the devices are ready, `null` while there is no call.
   *
   * @type {MediaStream | null}
   */
  stream = null;
  /** Still waiting for the devices that a call begins with, perhaps for the person to allow them. */
  starting = false;
  /** When they are ready, or are known not to be there. */
  #started = Promise.resolve();
  /** Why a kind that is wanted is not there. @type {Map<MediaKind, MediaFault>} */
  #faults = new Map();
  /** The person holds the key to talk, though they want to be muted. */
  #talking = false;
  /** What one that is not the latest brings is closed. */
  #requests = new Requests();
  #scaling = new Scaling(() => this.emit("changed", null));
  #choices;
  #off;

  /**
   * @param {Choices} choices which devices the person wants
   * @param {() => boolean} [mayPublish] without that nothing is turned on
   * @param {Intentions} [intentions] what the person wants to be on
   */
  constructor(choices, mayPublish = () => true, intentions = new Intentions()) {
    super();
    this.mayPublish = mayPublish;
    this.intentions = intentions;
    this.blur = new Blur(intentions);
    this.#choices = choices;
    this.#off = [
      choices.on("changed", (name) => {
        if (name === "video") this.blur.reset();
        if (name === "audio" || name === "video") this.#change(name);
      }),
      intentions.on("changed", (kind) => this.#follow(kind)),
      intentions.on("blur", () => void this.#followBlur()),
      this.blur.on("changed", () => this.emit("changed", null)),
    ];
  }

  /** Turn the devices off, and take no more notice of what is chosen. */
  close() {
    this.stop();
    for (const off of this.#off) off();
  }

  /** Let the browser look for the devices: that asks nobody, turns nothing on, and the first call need not wait for it. */
  prepare() {
    navigator.mediaDevices?.enumerateDevices().catch(() => {});
    navigator.mediaDevices?.addEventListener("devicechange", () => void this.findDevices());
  }

  /**
   * Turn on what the person wants. Returns at once with a stream that fills when the devices are ready.
   *
   * @returns {MediaStream}
   */
  start() {
    if (this.stream) return this.stream;
    const stream = new MediaStream();
    this.stream = stream;
    if (!this.mayPublish()) return stream;
    this.starting = true;
    this.intentions.stamp();
    this.#started = this.#open(this.wanted).finally(() => {
      if (this.stream !== stream) return;
      this.starting = false;
      this.emit("changed", null);
    });
    return stream;
  }

  /** Turn the devices off: their lights go out. */
  stop() {
    if (!this.stream) return;
    this.#talking = false;
    for (const kind of KINDS) this.#release(kind);
    this.stream = null;
    this.starting = false;
    this.#scaling.reset();
    this.emit("changed", null);
  }

  /** The right to publish has come or gone. What it allows is turned on by the person alone. */
  followRight() {
    if (!this.mayPublish()) this.release();
    else this.emit("changed", null);
  }

  /** Turn the devices off, while the calls go on. The person alone turns them on again. */
  release() {
    if (!this.stream) return;
    this.#talking = false;
    this.intentions.withhold(); // a reload finds it so
    for (const kind of KINDS) this.#release(kind);
    this.emit("changed", null);
  }

  /**
   * @param {MediaKind} kind
   * @returns {MediaStreamTrack | null}
   */
  track(kind) {
    return this.stream?.getTracks().find((track) => track.kind === kind) ?? null;
  }

  /**
   * @param {MediaKind} kind
   * @returns {boolean} there is a track and it is on
   */
  isOn(kind) {
    return this.track(kind)?.enabled ?? false;
  }

  /**
   * @param {MediaKind} kind
   * @returns {boolean} the others see or hear it: it is on, and no system keeps it silent (the `muted` of its track)
   */
  isSent(kind) {
    return this.isOn(kind) && !this.track(kind)?.muted;
  }

  /**
   * @param {MediaKind} kind
   * @returns {boolean} the person wants it on, whether or not there is a device
   */
  isWanted(kind) {
    return this.intentions.isOn(kind) || (kind === "audio" && this.#talking);
  }

  /** @param {boolean} on the person holds the key to talk: they are heard meanwhile, and muted again after that */
  talk(on) {
    if (on === this.#talking || (on && !this.mayPublish())) return;
    this.#talking = on;
    this.#follow("audio");
  }

  /** @returns {MediaKind[]} what the next call turns on */
  get wanted() {
    return KINDS.filter((kind) => this.isWanted(kind));
  }

  /**
   * @param {MediaKind} kind
   * @returns {boolean} it is wanted and on its way; the person may be asked just now
   */
  isOpening(kind) {
    if (this.starting && !this.track(kind) && !this.#faults.has(kind)) return this.isWanted(kind);
    return this.#requests.has(kind);
  }

  /**
   * @param {MediaKind} kind
   * @returns {MediaFault | null} why it is not there though it is wanted
   */
  fault(kind) {
    return this.#faults.get(kind) ?? null;
  }

  /** @param {SendingQuality} quality of the pictures from now on */
  setQuality(quality) {
    this.#scaling.set(quality, this.track("video"));
  }

  /**
   * The person presses the switch of a kind: what is on, or on its way, is turned off. What could not be
   * had is asked for again; a camera that cannot blur is turned on without it, which is what its switch says.
   *
   * @param {MediaKind} kind
   */
  toggle(kind) {
    if (!this.mayPublish()) return;
    if (this.fault(kind) === "sharp") this.blur.waive();
    this.intentions.set(kind, !(this.stream ? this.isOn(kind) || this.isOpening(kind) : this.isWanted(kind)));
  }

  /** @param {MediaKind} kind that the person has pressed for */
  #follow(kind) {
    if (!this.stream || !this.mayPublish()) return;
    const track = this.track(kind);
    const wanted = this.isWanted(kind);
    if (track && wanted && track.muted) this.#open([kind]); // some systems never give it back
    else if (track && (wanted || kind === "audio")) track.enabled = wanted;
    else if (!wanted) this.#release(kind);
    else if (!this.#requests.has(kind)) this.#open([kind]);
    this.emit("changed", null);
    if (wanted) void this.findDevices(); // another one may have been plugged in meanwhile
  }

  /** The person has pressed the switch of the blur. */
  async #followBlur() {
    this.blur.reset();
    const track = this.track("video");
    if (this.fault("video") === "sharp") this.#faults.delete("video"); // its own switch turns it on
    if (!this.intentions.blur) await this.blur.end();
    else if (track && !(await this.blur.prepare(track)) && this.track("video") === track) this.#refuseSharp();
    this.emit("changed", null);
  }

  /** The camera shows what the person does not want to be seen: it is off, until they say what they want. */
  #refuseSharp() {
    this.#release("video");
    this.#fail(new Map([["sharp", ["video"]]]));
  }

  /**
   * Open devices for the present calls. If all at once cannot be had each is tried alone, so that one that
   * is missing does not take the others along.
   *
   * @param {MediaKind[]} kinds
   */
  async #open(kinds) {
    const { stream } = this;
    if (!navigator.mediaDevices?.getUserMedia) return this.#fail(new Map([[absence(), kinds]]));
    if (kinds.length !== 1) {
      const error = kinds.length > 0 ? await this.#obtain(kinds) : null;
      if (!error) return;
      log("media", "both", errorName(error));
      if (await wasDismissed(error, kinds)) return this.stream === stream ? this.#fail(new Map([["dismissed", kinds]])) : undefined;
    }
    /** @type {Map<MediaFault, MediaKind[]>} */
    const faults = new Map();
    for (const kind of kinds) {
      if (this.stream !== stream || !this.isWanted(kind)) continue; // the person may not want it any more
      const error = await this.#obtain([kind]);
      if (!error) continue;
      log("media", kind, errorName(error));
      const fault = await faultOf(error, kind);
      faults.set(fault, [...(faults.get(fault) ?? []), kind]);
    }
    if (this.stream === stream) this.#fail(faults);
  }

  /** @param {Map<MediaFault, MediaKind[]>} faults */
  #fail(faults) {
    for (const [fault, kinds] of faults) {
      for (const kind of kinds) this.#faults.set(kind, fault);
      this.emit("changed", null);
      if (kinds.length > 0) this.emit("fault", { kinds, fault });
    }
  }

  /**
   * @param {MediaKind[]} kinds
   * @returns {Promise<unknown>} why they cannot be had; `null`: they are there, or not wanted any more
   */
  async #obtain(kinds) {
    const { stream } = this;
    const isLatest = this.#requests.begin(kinds);
    const isCurrent = (/** @type {MediaKind} */ kind) => this.stream === stream && isLatest(kind);
    this.emit("changed", null);
    try {
      const found = await openDevices(this.#choices, kinds, this.blur.constraints);
      for (const track of found.getTracks()) {
        const kind = /** @type {MediaKind} */ (track.kind);
        const isAsWished = kind === "audio" || !isCurrent(kind) || (await this.blur.prepare(track));
        // The call may have ended, or the switch been pressed, while the person was being asked.
        if (isCurrent(kind) && isAsWished) this.#take(track);
        else track.stop();
        if (isCurrent(kind) && !isAsWished) this.#refuseSharp();
      }
      return null;
    } catch (error) {
      return kinds.some(isCurrent) ? error : null;
    } finally {
      for (const kind of kinds) if (isCurrent(kind)) this.#requests.settle(kind);
      this.emit("changed", null);
    }
  }

  /** Turn a device off: its light goes out. @param {MediaKind} kind */
  #release(kind) {
    this.#requests.cancel(kind);
    this.#faults.delete(kind);
    const track = this.track(kind);
    if (!track) return;
    this.stream?.removeTrack(track);
    stopTrack(track);
    if (kind === "video") this.blur.follow(null);
  }

  /**
   * The person has chosen another device: calls go on with its track in the place of the old one, without
   * being negotiated anew (`replaceTrack`, W3C webrtc-pc section 5.2). One that is off stays off.
   *
   * @param {MediaKind} kind
   */
  async #change(kind) {
    const { stream } = this;
    if (!stream || !this.mayPublish()) return; // the next call takes it
    if (this.starting) return void this.#started.then(() => this.#change(kind));
    const present = this.track(kind);
    if (!present && !this.isWanted(kind)) return;
    let error = await this.#obtain([kind]);
    if (errorName(error) === "NotReadableError" && present) {
      stopTrack(present); // some systems open one camera at a time
      error = await this.#obtain([kind]);
    }
    if (!error || this.stream !== stream) return;
    log("media", "change", kind, errorName(error));
    const fault = await faultOf(error, kind);
    if (this.stream !== stream || this.track(kind) !== present) return;
    if (present?.readyState === "live") return this.emit("fault", { kinds: [kind], fault });
    if (present) stream.removeTrack(present);
    this.#fail(new Map([[fault, [kind]]]));
  }

  /** @param {MediaStreamTrack} track that is sent from now on, in the place of the one before */
  #take(track) {
    const kind = /** @type {MediaKind} */ (track.kind);
    const before = this.track(kind);
    if (before) {
      this.stream?.removeTrack(before);
      stopTrack(before);
    }
    this.#faults.delete(kind);
    track.enabled = this.isWanted(kind);
    track.onended = () => void this.#lose(track, kind);
    track.onmute = track.onunmute = () => this.emit("changed", null);
    this.stream?.addTrack(track);
    if (kind !== "video") return;
    this.blur.follow(track);
    this.#scaling.apply(track);
  }

  /**
   * A device was unplugged, or the permission was taken back; the call goes on without it.
   *
   * @param {MediaStreamTrack} track
   * @param {MediaKind} kind
   */
  async #lose(track, kind) {
    const { stream } = this;
    stream?.removeTrack(track);
    if (kind === "video") this.blur.follow(null);
    this.#faults.set(kind, "lost");
    this.emit("changed", null);
    const fault = (await wasTakenBack(track)) ? "refused" : "lost";
    if (!stream || this.stream !== stream || this.track(kind) || !this.isWanted(kind)) return;
    this.#fail(new Map([[fault, [kind]]]));
    if (fault === "lost") void this.findDevices(); // there may be another device
  }

  /**
   * Devices have come or gone, or may be free again: replace those that were lost, or taken by another program, while they were
   * wanted, and go back to the chosen one where another had to do.
   */
  async findDevices() {
    const { stream } = this;
    if (this.starting) return;
    const isStill = (/** @type {MediaKind} */ kind) =>
      stream !== null && this.stream === stream && this.isWanted(kind) && !this.isOpening(kind);
    for (const kind of KINDS) {
      const isBetter = async () => isPassing(this.fault(kind)) || isSecondChoice(this.#choices, this.track(kind));
      if (!isStill(kind) || !(await isBetter()) || !(await opensUnasked(kind)) || !isStill(kind)) continue;
      const error = await this.#obtain([kind]);
      const track = this.track(kind);
      const fault = error ? laterFault(this.fault(kind), await faultOf(error, kind)) : null;
      if (fault && isStill(kind) && fault !== this.fault(kind)) this.#fail(new Map([[fault, [kind]]]));
      else if (!error && track && isStill(kind) && !(await isBetter())) this.emit("found", { kind, label: track.label });
    }
  }
}
